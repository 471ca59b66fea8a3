"""Photos of handwritten digits, made with every disturbance: how many digits are found, and how many read right."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import track

from benchmarks.made_photos import KINDS, Box, MadePhoto, made_numbers, made_photos
from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, show, write
from dongshou import experiments
from dongshou.data import Splits
from dongshou.data.images.photo_frame import Thing
from dongshou.data.sets import mnist
from dongshou.errors import DongshouError, UsageError
from dongshou.runs.predict import trained

AIM = 0.95  # read right, of the photos with one digit
SAME_PLACE = 0.6  # of the union of two boxes, their intersection: they are of one digit
COLUMNS = ("photos", "number", "found", "read right")
NUMBERS = COLUMNS[1:]


def benchmark(each: int = 10, numbers: int = 20, epochs: int = 3, seed: int = 0) -> None:
    """Train mnist-cnn, and let it read photos made of digits of the test set.

    Args:
        each: Photos with one digit, of every kind.
        numbers: Photos with several digits.
        epochs: Of the training.
        seed: Of the photos.
    """
    if min(each, numbers, epochs) < 1:
        raise UsageError(f"each, numbers and epochs must be at least 1; got {each}, {numbers}, {epochs}.")
    with tempfile.TemporaryDirectory() as directory:
        run = experiments.mnist_cnn(lr=0.02, momentum=0.9, epochs=epochs).run(runs=Path(directory), seed=0)
        experiment, accuracy = trained(run).experiment, run.result["test_accuracy"]
    digits = mnist.read("test")
    photos = [*made_photos(*digits, each, seed), *made_numbers(*digits, numbers, seed)]
    model = experiment.model.eval()
    rows = measure(photos, experiment.data, model)
    ones = [row for row in rows if row["photos"] in KINDS]
    right = sum(row["right"] for row in ones) / sum(row["number"] for row in ones)
    content = circumstances() | {"each": each, "seed": seed, "test_accuracy": accuracy, "rows": rows}
    content |= {"right": right, "target": f">= {AIM:.0%}", "reached": right >= AIM}
    show(sheet(content))
    write(RESULTS, "photos", content, in_markdown(content))


def measure(photos: Iterable[MadePhoto], data: Splits, model: torch.nn.Module) -> list[dict[str, Any]]:
    """A row for each kind: the number of its digits, how many are found and nothing else, how many read right."""
    progress = track(list(photos), "reading", console=Console(stderr=True))
    judged = [(photo.kind, len(photo.labels), *judge(photo, data, model)) for photo in progress]
    rows = []
    for kind, group in groupby(judged, key=lambda one: one[0]):
        _, number, found, right = zip(*group, strict=True)
        rows.append({"photos": kind, "number": sum(number), "found": sum(found), "right": sum(right)})
    return rows


def judge(photo: MadePhoto, data: Splits, model: torch.nn.Module) -> tuple[int, int]:
    """How many digits of a photo are found at their places, and read right; none where others are found, too."""
    assert data.photos is not None and data.transform is not None
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "photo.jpg"
        path.write_bytes(photo.content)
        try:
            things: list[Thing] = data.photos.things(path)
        except DongshouError:
            return 0, 0
    if len(things) != len(photo.labels):
        return 0, 0
    with torch.no_grad():
        guesses = model(data.transform(torch.stack([thing.pixels for thing in things]))).argmax(1).tolist()
    found = [overlap(thing.place, box) >= SAME_PLACE for thing, box in zip(things, photo.boxes, strict=True)]
    right = [guess == label for guess, label in zip(guesses, photo.labels, strict=True)]
    return sum(found), sum(map(min, found, right))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (area(one) + area(other) - shared)


def area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


# For a reader


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        "Digits of MNIST's test set, drawn with a pen on paper and photographed, made by the program from a seed "
        f"({content['each']} photos of each kind). They are read by `mnist-cnn`, which reads "
        f"{content['test_accuracy']:.1%} of the test set itself. Found: a single mark, in the right place "
        f"(intersection over union of {SAME_PLACE} at least). Of a photo with several digits none counts unless "
        "as many are found, in reading order.",
    ]
    return markdown("Photos of digits", paragraphs, content, [sheet(content)])


def sheet(content: dict[str, Any]) -> Sheet:
    verdict = f"target {content['target']}, {VERDICTS[content['reached']]}"
    notes = [f"Right of the photos with one digit: {content['right']:.1%} ({verdict})."]
    rows = [[row["photos"], *(str(row[name]) for name in ("number", "found", "right"))] for row in content["rows"]]
    return Sheet("Digits found and read right", COLUMNS, rows, NUMBERS, notes)

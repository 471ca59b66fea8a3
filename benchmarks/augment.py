"""Augmentation of whole batches beside one image at a time: images a second, as ratios within a round."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor
from torch.utils.data import DataLoader

from benchmarks.cnn import check_device
from benchmarks.contenders import Target
from benchmarks.pillow_images import Change, PillowImages, jittered, randomly_augmented
from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, ratios, show, spread, summary, write
from benchmarks.work import Device
from dongshou.data import Batches
from dongshou.data.augment import Augment, ColorJitter, RandAugment, RandomCrop, RandomHorizontalFlip
from dongshou.data.images.pixels import EVALUATION_BATCH, ToFloat
from dongshou.errors import DongshouError, UsageError

SIZE = 32  # pixels, those of CIFAR-10
MEAN, STD = 0.5, 0.25
TARGET = Target("Pillow", at_least=10.0)
SIMILAR = 0.1  # how far means and standard deviations of the same work may be apart
COLUMNS = ("augmentation", "Pillow images/s", "ours images/s", "ratio", "min-max", "target", "verdict")
NUMBERS = COLUMNS[1:5]

Batch = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Case:
    """The same augmentation twice: of a batch, and of one of Pillow's images."""

    name: str
    ours: Augment
    pillow: Change


CASES = (
    Case(
        "crop, flip, colour jitter",
        Augment(RandomCrop(4), RandomHorizontalFlip(), ColorJitter(0.4, 0.4, 0.4, 0.1)),
        jittered,
    ),
    Case("RandAugment", Augment(RandAugment()), randomly_augmented),
)


def benchmark(rounds: int = 7, images: int = 8192, batch_size: int = 256, device: Device = "cpu") -> None:
    """Time a pass over augmented, standardised batches of colour images of 32x32: ours, and Pillow with a DataLoader.

    Args:
        rounds: How often each side has its turn.
        images: How many there are in a pass of ours; Pillow has an eighth of them.
        batch_size: Images in a batch.
        device: Where the batches are wanted: cpu or cuda.
    """
    check_device(device)
    if rounds < 1 or not 8 <= 8 * batch_size <= images:
        raise UsageError(f"rounds must be at least 1, images 8 batches; got {rounds}, {images} of {batch_size}.")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rows = [
            measure(case, rounds, images, batch_size, device)
            for case in track(CASES, "measuring", console=Console(stderr=True))
        ]
    finally:
        torch.set_num_threads(threads)
    settings = {"rounds": rounds, "images": images, "batch_size": batch_size, "device": name_of(device)}
    content = circumstances() | settings | {"rows": rows}
    show(sheet(content))
    write(RESULTS, "augment" if device == "cpu" else f"augment-{device}", content, in_markdown(content))


def name_of(device: Device) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else "cpu"


def measure(case: Case, rounds: int, images: int, batch_size: int, device: Device) -> dict[str, Any]:
    """Let the two sides take turns; a row, plain data. Raises DongshouError when they do other work."""
    pixels, labels = pictures(images)
    few = slice(images // 8)  # the time of an image is asked for, and Pillow takes its time
    ours = Batches(
        pixels, labels, batch_size=batch_size, shuffle=True, transform=ToFloat((MEAN, STD)), augment=case.ours
    )
    ours.to(torch.device(device))
    theirs = DataLoader(PillowImages(pixels[few], labels[few], case.pillow, MEAN, STD), batch_size, shuffle=True)
    agree(case.name, ours, theirs)
    evaluate(pixels)
    rates: dict[str, list[float]] = {"Pillow": [], "ours": []}
    for _ in range(rounds):
        rates["Pillow"].append(images_a_second(theirs, device))
        rates["ours"].append(images_a_second(ours, device))
    ratio = summary(ratios(rates["ours"], rates["Pillow"]))
    return {
        "augmentation": case.name,
        "images_a_second": {name: summary(values) for name, values in rates.items()},
        "ratio": ratio,
        "target": f">= {TARGET.at_least:g}",
        "reached": TARGET.is_reached(ratio["median"]),
    }


def pictures(num_images: int) -> Batch:
    """Soft blots of colour, uint8 (n, 3, 32, 32): what they show does not matter, that levels vary does."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(num_images, 3, 5, 5, generator=generator)
    fine = torch.nn.functional.interpolate(coarse, size=(SIZE, SIZE), mode="bicubic").clamp(0, 1)
    return (255 * fine).to(torch.uint8), torch.randint(10, (num_images,), generator=generator)


def agree(name: str, ours: Iterable[Batch], theirs: Iterable[Batch]) -> None:
    """Raises DongshouError when the two give values of another size or spread."""
    mine, others = (torch.cat([inputs.cpu() for inputs, _ in batches]) for batches in (ours, theirs))
    for measure in (torch.mean, torch.std):
        one, other = float(measure(mine)), float(measure(others))
        if not abs(one - other) <= SIMILAR:
            raise DongshouError(f"{name}: ours and Pillow give {one:.2f} and {other:.2f}, not the same work.")


def evaluate(pixels: Tensor) -> None:
    """What any run does between epochs. Since then the allocator keeps the memory of large batches at hand."""
    for batch in pixels.split(EVALUATION_BATCH):
        ToFloat((MEAN, STD))(batch)


def images_a_second(batches: Iterable[Batch], device: Device) -> float:
    """In one pass: by the processor's time, or on the clock where the batches go to another device."""
    clock: Callable[[], float] = time.process_time if device == "cpu" else time.perf_counter
    num_images = 0
    start = clock()
    for inputs, labels in batches:
        inputs, labels = inputs.to(device), labels.to(device)
        num_images += len(labels)
    if device == "cuda":
        torch.cuda.synchronize()
    return num_images / (clock() - start)


# For a reader


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        f"Batches of {content['batch_size']} colour images of {SIZE}x{SIZE}, augmented and standardised, on "
        f"{content['device']}, with one thread. Pillow: one image after the other in a Dataset, stacked by a "
        f"DataLoader; ours: `Batches` with `augment`. They take turns, {content['rounds']} rounds; ratios are taken "
        "within a round, of which the median is given.",
    ]
    return markdown("Augmentation, as a ratio to one image at a time", paragraphs, content, [sheet(content)])


def sheet(content: dict[str, Any]) -> Sheet:
    return Sheet("Images a second", COLUMNS, [in_words(row) for row in content["rows"]], NUMBERS)


def in_words(row: dict[str, Any]) -> Sequence[str]:
    """The cells of a row, in the order of the columns."""
    rates = [f"{row['images_a_second'][name]['median']:,.0f}" for name in ("Pillow", "ours")]
    ratio = row["ratio"]
    return [
        row["augmentation"],
        *rates,
        f"{ratio['median']:.1f}",
        spread(ratio),
        row["target"],
        VERDICTS[row["reached"]],
    ]

"""The benchmark of photos in small: of digits that need no download, read by their nearest neighbours."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor, nn

from benchmarks import photos
from benchmarks.made_photos import KINDS, MadePhoto, made_numbers, made_photos
from dongshou.data import load_images
from dongshou.data.sets import digits
from dongshou.errors import UsageError


class NearestNeighbors(nn.Module):
    """The labels of the nearest training images, as logits."""

    def __init__(self) -> None:
        super().__init__()
        images, labels = digits.read("train")
        self.known = KNeighborsClassifier(5).fit(images.flatten(1).numpy(), labels.numpy())

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.from_numpy(self.known.predict_proba((255 * inputs).flatten(1).numpy()))


@pytest.fixture(scope="module")
def made() -> list[MadePhoto]:
    test = digits.read("test")
    return [*made_photos(*test, each=1, seed=1), *made_numbers(*test, num_photos=4, seed=1)]


def test_nearly_all_are_found_and_read(made: list[MadePhoto]) -> None:
    data = load_images("digits", size=8)
    rows = photos.measure(made, data, NearestNeighbors())
    assert [row["photos"] for row in rows] == [*KINDS, "several digits"]
    ones = rows[:-1]
    assert sum(row["found"] for row in ones) >= 0.95 * len(KINDS)
    assert sum(row["right"] for row in ones) >= 0.8 * len(KINDS)
    assert rows[-1]["found"] >= 0.75 * rows[-1]["number"]


def test_a_photo_is_the_same_from_the_same_seed(made: list[MadePhoto]) -> None:
    again = islice(made_photos(*digits.read("test"), each=1, seed=1), 3)
    assert [(photo.content, photo.boxes) for photo in again] == [(photo.content, photo.boxes) for photo in made[:3]]


def test_what_is_found_elsewhere_or_not_alone_does_not_count(made: list[MadePhoto]) -> None:
    data, model = load_images("digits", size=8), NearestNeighbors()
    photo = made[0]
    left, top, right, bottom = photo.boxes[0]
    assert photos.judge(photo, data, model) in ((1, 1), (1, 0))
    moved = MadePhoto("moved", photo.content, photo.labels, ((left + 200, top, right + 200, bottom),))
    assert photos.judge(moved, data, model) == (0, 0)
    two = MadePhoto("two", photo.content, photo.labels * 2, photo.boxes * 2)
    assert photos.judge(two, data, model) == (0, 0)
    assert photos.judge(MadePhoto("no photo", b"", (1,), photo.boxes), data, model) == (0, 0)


def test_overlap() -> None:
    assert photos.overlap((0, 0, 4, 2), (2, 0, 6, 2)) == pytest.approx(1 / 3)
    assert photos.overlap((0, 0, 4, 2), (4, 3, 6, 5)) == 0


def test_the_table_in_words() -> None:
    rows = [{"photos": "plain", "number": 10, "found": 9, "right": 8}]
    sheet = photos.sheet({"rows": rows, "right": 0.8, "target": ">= 95%", "reached": False})
    assert sheet.rows == [["plain", "10", "9", "8"]] and "80.0% (target >= 95%, missed)" in sheet.notes[0]


def test_wrong_use_is_refused_before_anything_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(photos, "RESULTS", tmp_path)
    with pytest.raises(UsageError, match="at least 1; got 0, 20, 3"):
        photos.benchmark(each=0)
    assert not list(tmp_path.iterdir())


def test_the_recorded_results_reach_the_aim() -> None:
    recorded = json.loads((Path(photos.__file__).parent / "results" / "photos.json").read_text())
    ones = [row for row in recorded["rows"] if row["photos"] in KINDS]
    assert sum(row["number"] for row in ones) == 200
    assert recorded["right"] == sum(row["right"] for row in ones) / 200 >= photos.AIM
    assert recorded["test_accuracy"] >= 0.98

"""The benchmark of augmentation on a little work: both sides do the same, and the table. Never the time itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from benchmarks import augment, pillow_images
from benchmarks.augment import CASES, Case, pictures
from dongshou.data.augment.randaugment import NAMES
from dongshou.errors import DongshouError, UsageError


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(augment, "RESULTS", tmp_path)
    return tmp_path


def test_ours_and_pillow_take_turns_and_the_ratios_are_written_down(results: Path) -> None:
    augment.benchmark(rounds=2, images=1024, batch_size=32)
    content = json.loads((results / "augment.json").read_text())
    assert [row["augmentation"] for row in content["rows"]] == [case.name for case in CASES]
    assert all(row["target"] == ">= 10" and row["ratio"]["min"] > 0 for row in content["rows"])
    assert (content["rounds"], content["batch_size"], content["device"]) == (2, 32, "cpu")
    assert "| augmentation | Pillow images/s | ours images/s | ratio |" in (results / "augment.md").read_text()


def test_pillow_has_as_many_operations_to_choose_from() -> None:
    assert len(pillow_images.OPERATIONS) == len(NAMES)


def test_sides_that_do_other_work_are_not_compared() -> None:
    dark = Case("dark", CASES[0].ours, lambda picture: picture.point(lambda level: 0))
    with pytest.raises(DongshouError, match="dark: ours and Pillow give .* not the same work"):
        augment.measure(dark, rounds=1, images=256, batch_size=32, device="cpu")


def test_pictures_are_of_all_levels() -> None:
    images, labels = pictures(64)
    assert (images.shape, images.dtype, len(labels)) == ((64, 3, 32, 32), torch.uint8, 64)
    assert images.min() < 10 and images.max() > 245


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"images": 100}, {"batch_size": 0}], ids=str)
def test_wrong_use_is_refused_before_anything_runs(wrong: dict, results: Path) -> None:
    with pytest.raises(UsageError, match="at least 1, images 8 batches"):
        augment.benchmark(**wrong)
    assert not list(results.iterdir())

"""The benchmark of segmentation and style transfer in small: both ways do the same work. Never the time itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import segmentation
from dongshou.errors import UsageError
from dongshou.experiments.computer_vision._style import Transfer


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name, value in dict(SIZE=32, BATCH=2, WIDTH=2, STYLE_SIZE=16, RESULTS=tmp_path).items():
        monkeypatch.setattr(segmentation, name, value)


def test_the_table(tmp_path: Path):
    segmentation.benchmark(rounds=1, steps=1, fast=False)
    content = json.loads((tmp_path / "segmentation.json").read_text())
    assert [(row["work"], row["contender"]) for row in content["rows"]] == [
        ("U-Net step", "ours"),
        ("U-Net step", "plain"),
        ("style step", "ours"),
        ("style step", "plain"),
    ]
    assert "| U-Net step | plain |" in (tmp_path / "segmentation.md").read_text()
    with pytest.raises(UsageError, match="rounds and steps must be at least 1; got 0 and 1"):
        segmentation.benchmark(rounds=0, steps=1)


def test_both_style_loops_come_to_the_same_picture(monkeypatch: pytest.MonkeyPatch):
    pictures = []
    step = Transfer.step

    def watched(self: Transfer) -> None:
        step(self)
        pictures.append(self.picture.detach().clone())

    monkeypatch.setattr(Transfer, "step", watched)
    ours, plain = segmentation.ours_style(), segmentation.plain_style()
    for _ in range(2):
        next(ours)
        next(plain)
    assert plain.gi_frame is not None  # pyright: ignore[reportAttributeAccessIssue]
    picture = plain.gi_frame.f_locals["x"].detach()  # pyright: ignore[reportAttributeAccessIssue]
    # the mean: where a gradient is nearly 0, Adam's first steps go by the sign of what rounding leaves
    assert (picture - pictures[-1]).abs().mean() < 1e-3

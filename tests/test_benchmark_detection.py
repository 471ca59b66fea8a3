"""The benchmark of detection on a little work: both sides come to the same, and the table. Never the time itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks import detection
from dongshou.errors import DongshouError, UsageError


def test_both_sides_come_to_the_same_and_the_ratios_are_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name, value in dict(RESULTS=tmp_path, ANCHORS=300, TRUTHS=4, PICTURES=3, SCENES=4).items():
        monkeypatch.setattr(detection, name, value)
    detection.benchmark(rounds=1)
    content = json.loads((tmp_path / "detection.json").read_text())
    assert len(content["rows"]) == 4 and all(row["ratio"]["min"] > 0 for row in content["rows"])
    assert "| work | theirs ms | ours ms | ratio |" in (tmp_path / "detection.md").read_text()
    other = replace(detection.suppression(), ours=lambda: torch.zeros(3))
    with pytest.raises(DongshouError, match="come to different results"):
        detection.measure(other, rounds=1)
    with pytest.raises(UsageError, match="rounds must be at least 1"):
        detection.benchmark(rounds=0)

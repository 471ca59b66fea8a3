"""The benchmark of a diffusion step in small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from benchmarks import diffusion
from dongshou.errors import UsageError
from dongshou.training import Session


def test_both_loops_learn():
    for loop in (diffusion.bare, lambda made, steps: diffusion.ours(made, steps, Session(device="cpu"))):
        experiment = diffusion.made(4, channels=(8,))
        before = [parameter.detach().clone() for parameter in experiment.model.parameters()]
        loop(experiment, 2)()
        changed = [not torch.equal(*pair) for pair in zip(experiment.model.parameters(), before, strict=True)]
        assert sum(changed) > len(changed) / 2


def test_the_table_in_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(diffusion, "RESULTS", tmp_path)
    slow, made = diffusion.ours, diffusion.made
    monkeypatch.setattr(diffusion, "made", lambda num: made(num, channels=(8,)))
    monkeypatch.setattr(diffusion, "ours", lambda made, steps, session: slow(made, steps, Session(device="cpu")))
    diffusion.benchmark(rounds=1, steps=1)
    rows = json.loads((tmp_path / "diffusion.json").read_text())["rows"]
    assert [(row["contender"], row["target"]) for row in rows] == [
        ("ours", None), ("bare", "<= 1.05"), ("ours --fast", ">= 1.43"),
    ]  # fmt: skip
    assert rows[1]["reached"] == (rows[1]["ours_to_it"]["median"] <= 1.05)
    assert "| bare |" in (tmp_path / "diffusion.md").read_text()
    with pytest.raises(UsageError, match="got 0, 10 and 1"):
        diffusion.benchmark(rounds=0)

"""The benchmark of DCGAN's steps on a little work: both learn the same, and the table says who is faster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from benchmarks import adversaries
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.generative_models import dcgan


def test_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adversaries, "RESULTS", tmp_path)
    adversaries.benchmark(steps=1, rounds=2, size=8, width=2, batch_size=4)
    content = json.loads((tmp_path / "adversaries.json").read_text())
    assert [row["contender"] for row in content["rows"]] == ["ours", "plain"]
    assert content["rows"][1]["target"] == "<= 1.05" and content["rows"][1]["reached"] in (True, False)
    assert "| plain |" in (tmp_path / "adversaries.md").read_text()
    with pytest.raises(UsageError, match="at least 1; got 0 and 2"):
        adversaries.benchmark(steps=0, rounds=2)


def test_other_work_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    work, pictures = dcgan.experiment(size=8, width=2), torch.rand(4, 1, 8, 8)
    before = [parameter.detach().clone() for parameter in work.model.parameters()]
    monkeypatch.setattr(adversaries, "RATE", 4e-4)  # as the experiment has it for the discriminator alone
    with pytest.raises(DongshouError, match="not the same work"):
        adversaries.check_same(work, pictures)
    assert all(map(torch.equal, before, work.model.parameters()))

"""The benchmarks of TextCNN and of vector files in small."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from benchmarks import texts, vectors
from dongshou.errors import DongshouError, UsageError


def test_both_loops_learn_from_the_same_batches():
    experiment = texts.made("invented-reviews", examples=60)
    train = experiment.data.train()
    ours = sorted(tuple(row) for (tokens, _), _ in train for row in tokens.tolist())
    bare = sorted(tuple(row) for (tokens, _), _ in texts.shuffled(*texts.tensors_of(train)) for row in tokens.tolist())  # pyright: ignore
    assert len(ours) == 60 and ours == bare
    before = [parameter.detach().clone() for parameter in experiment.model.parameters()]
    texts.bare(experiment)()
    assert not any(map(torch.equal, experiment.model.parameters(), before))


def test_tables_in_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(texts, "RESULTS", tmp_path)
    texts.benchmark("invented-reviews", rounds=1, examples=60)
    rows = json.loads((tmp_path / "texts.json").read_text())["rows"]
    assert [(row["contender"], row["target"]) for row in rows] == [("ours", None), ("bare", "<= 1.05")]
    assert rows[1]["reached"] == (rows[1]["ours_to_it"]["median"] <= 1.05)
    assert "| bare |" in (tmp_path / "texts.md").read_text()
    with pytest.raises(UsageError, match="got 0, 60 and 1"):
        texts.benchmark(rounds=0, examples=60)


def plain(path: Path):
    """What gensim reads, read otherwise."""
    rows = [line.split() for line in path.read_text().splitlines()]
    numbers = np.array([row[1:] for row in rows], dtype=np.float32)
    return lambda: SimpleNamespace(index_to_key=[row[0] for row in rows], vectors=numbers)


def test_a_file_of_vectors_in_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in (("RESULTS", tmp_path), ("find_spec", bool), ("version", str), ("reading_by_gensim", plain)):
        monkeypatch.setattr(vectors, name, value)
    monkeypatch.setenv("DONGSHOU_CACHE", "stays")
    vectors.benchmark(lines=40, size=3, rounds=1)
    rows = json.loads((tmp_path / "vectors.json").read_text())["rows"]
    assert [row["contender"] for row in rows] == ["ours", "ours again", "gensim"]
    assert vectors.os.environ["DONGSHOU_CACHE"] == "stays"
    other = lambda path: lambda: SimpleNamespace(index_to_key=["a"], vectors=np.zeros((1, 3)))
    monkeypatch.setattr(vectors, "reading_by_gensim", other)
    with pytest.raises(DongshouError, match="not the same work"):
        vectors.benchmark(lines=40, size=3, rounds=1)


def test_what_is_no_comparison(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with pytest.raises(UsageError, match="got 1, 3 and 1"):
        vectors.benchmark(lines=1, size=3, rounds=1)
    monkeypatch.setattr(vectors, "find_spec", lambda name: None)
    with pytest.raises(DongshouError, match="nothing to compare with"):
        vectors.benchmark(lines=2, size=3)

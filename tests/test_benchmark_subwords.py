"""The benchmark of sub-words in small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import subwords
from dongshou.data import BytePairs
from dongshou.errors import DongshouError, UsageError


def test_both_take_turns_and_what_they_took_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("tokenizers", reason="pip install transformers for its tokenizers")
    monkeypatch.setattr(subwords, "RESULTS", tmp_path)
    subwords.benchmark("python-manual", characters=3_000, num_tokens=300, rounds=2)
    content = json.loads((tmp_path / "subwords.json").read_text())
    assert [row["work"] for row in content["rows"]] == ["learn", "encode", "encode again"]
    for row in content["rows"]:
        limit = float(row["target"].removeprefix("<= "))
        assert row["reached"] == (row["times_as_long"]["median"] <= limit)
    assert "| learn |" in (tmp_path / "subwords.md").read_text()


def test_other_numbers_are_no_comparison(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("tokenizers", reason="pip install transformers for its tokenizers")
    monkeypatch.setattr(BytePairs, "encode", lambda self, text: [0])
    with pytest.raises(DongshouError, match="not the same work"):
        subwords.compare("a text", 260, rounds=1)


def test_numbers_that_make_no_comparison():
    with pytest.raises(UsageError, match="rounds and characters must be at least 1; got 0 and 5"):
        subwords.benchmark(rounds=0, characters=5)

"""The benchmark of word2vec in small: the loops of courses make the contexts that ours makes."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
import torch

from benchmarks import looped_words, words
from dongshou.data.text.contexts import ContextBatches
from dongshou.data.text.noise import NegativeSampling
from dongshou.errors import UsageError


def corpus() -> ContextBatches:
    tokens = torch.randint(12, (3000,), generator=torch.Generator().manual_seed(0))
    questions = NegativeSampling(tokens.bincount(), num_negatives=2)
    return ContextBatches(tokens, torch.arange(3000) // 30, questions=questions, batch_size=64, window=2)


def test_loops_and_ours_make_the_same_contexts_as_often():
    train = corpus()
    random.seed(0)
    looped = looped_words.examples(words.lines_of(train), window=2, num_negatives=2)
    theirs = Counter((center, context) for center, contexts, _ in looped for context in contexts)
    ours = Counter(
        pair
        for batch in train
        for pair in zip(batch.given[batch.group, 0].tolist(), batch.asked[:, 0].tolist(), strict=True)
    )
    assert len(looped) == 3000 and set(ours) == set(theirs)
    assert sum(ours.values()) == pytest.approx(sum(theirs.values()), rel=0.03)
    assert all(len(negatives) == 2 * len(contexts) for _, contexts, negatives in looped)


def test_a_table_in_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(words, "RESULTS", tmp_path)
    monkeypatch.setattr(words, "find_spec", lambda name: None)
    words.benchmark("python-manual", rounds=1, num_words=1500)
    content = json.loads((tmp_path / "words.json").read_text())
    named = [(row["work"], row["contender"]) for row in content["rows"]]
    once = "training, drawn once"
    both = [(work, name) for work in (once, "contexts") for name in ("ours", "course")]
    assert named == [("training", "ours"), *both]
    assert content["rows"][4]["ours_to_it"]["median"] > 1
    assert content["left_out"] == {"gensim": "not installed: pip install 'dongshou[bench]'"}
    assert "| training | ours |" in (tmp_path / "words.md").read_text()
    with pytest.raises(UsageError, match="got 0 and 1"):
        words.benchmark(rounds=0)

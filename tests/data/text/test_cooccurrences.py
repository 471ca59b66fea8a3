"""Words that stand near each other, beside the plain loop over all places."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from dongshou.data.text.cooccurrences import cooccurrences, load_cooccurrences, mutual_information
from dongshou.errors import UsageError


def counted(ids: list[int], lines: list[int], window: int, weighted: bool) -> Counter:
    counts: Counter = Counter()
    for i, word in enumerate(ids):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if i != j and lines[i] == lines[j]:
                counts[word, ids[j]] += 1 / abs(i - j) if weighted else 1
    return counts


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("window", [1, 3, 100])
def test_counts_are_those_of_a_loop(window: int, weighted: bool):
    ids = torch.randint(0, 6, (40,))
    lines = torch.randint(0, 2, (40,)).cumsum(0)
    expected = counted(ids.tolist(), lines.tolist(), window, weighted)
    dense = cooccurrences(ids, lines, 7, window, weighted).toarray()
    assert dense.shape == (7, 7) and np.allclose(dense, dense.T)
    assert {(i, j): dense[i, j] for i, j in zip(*dense.nonzero(), strict=True)} == pytest.approx(expected)


def test_mutual_information_is_that_of_its_formula():
    counts = cooccurrences(torch.randint(0, 5, (60,)), torch.zeros(60), 5, 2)
    dense = counts.toarray()
    joint = dense / dense.sum()
    smoothed = dense.sum(0) ** 0.5 / (dense.sum(0) ** 0.5).sum()
    with np.errstate(divide="ignore"):
        expected = np.log(joint / (joint.sum(1, keepdims=True) * smoothed)).clip(min=0)
    assert np.allclose(mutual_information(counts, 0.5).toarray(), expected) and expected.max() > 0


def test_a_text_as_batches(tmp_path: Path):
    path = tmp_path / "text.txt"
    path.write_text("red blue red green\n\nblue red unseen")
    data = load_cooccurrences(str(path), 3, window=1, min_frequency=2)
    pairs = {}
    for word, context, count in data.train():
        pairs |= dict(zip(zip(word.tolist(), context.tolist(), strict=True), count.tolist(), strict=True))
    red, blue = data.vocabulary["red"], data.vocabulary["blue"]
    assert pairs == {(red, blue): 3.0, (blue, red): 3.0}, "green is rare and left out; a paragraph ends a window"
    assert data.vocabulary.tokens(data.known()) == ["red", "blue"]


def test_windows_and_texts_that_are_too_small(tmp_path: Path):
    with pytest.raises(UsageError, match="A window reaches at least to the next word; got 0"):
        cooccurrences(torch.arange(3), torch.zeros(3), 3, 0)
    path = tmp_path / "lines.txt"
    path.write_text("red\n\nblue\n\nred\n\nblue")
    with pytest.raises(UsageError, match="No two words of lines.txt stand near each other"):
        load_cooccurrences(str(path), min_frequency=1)

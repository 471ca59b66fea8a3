"""Cross-validation: every example is held out once."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from dongshou.errors import UsageError


def k_folds(n: int, k: int) -> Iterator[tuple[Tensor, Tensor]]:
    """k pairs of indices (train, valid) over n examples (Stone, 1974).

    The held-out parts are contiguous blocks, together 0..n-1; where k does not divide n, the first n mod k
    of them hold one example more. Shuffle the examples beforehand if their order means something.
    Raises UsageError for fewer than 2 folds or more folds than examples.

    >>> [valid.tolist() for train, valid in k_folds(5, 2)]
    [[0, 1, 2], [3, 4]]
    """
    if not 2 <= k <= n:
        raise UsageError(f"k-fold cross-validation of {n} examples needs between 2 and {n} folds; got k={k}.")
    blocks = torch.arange(n).tensor_split(k)
    return ((torch.cat(blocks[:i] + blocks[i + 1 :]), blocks[i]) for i in range(k))

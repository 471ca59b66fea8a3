"""Examples set aside, the same share of every class."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dongshou.errors import DongshouError, UsageError


def split_by_class(labels: Tensor, share: float, classes: Sequence[str], seed: int = 0) -> tuple[Tensor, Tensor]:
    """The rows that stay and the rows set aside, both in random order, which the seed alone decides.

    labels (n,) are numbers of classes. Of each class round(share * count) examples are set aside, at least one
    and not all. Raises UsageError for a share that is none, DongshouError for a class with one example only.
    """
    if not 0 < share < 1:
        raise UsageError(f"The share to set aside lies between 0 and 1; got {share}.")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    is_aside = torch.zeros(len(labels), dtype=torch.bool)
    alone = []
    for index, name in enumerate(classes):
        rows = order[labels[order] == index]
        if len(rows) == 1:
            alone.append(name)
        is_aside[rows[: min(max(1, round(share * len(rows))), len(rows) - 1)]] = True
    if alone:
        raise DongshouError(
            f"Every class needs at least two examples, to be on both sides of the split; {', '.join(alone)}: only one."
            " Add examples, or leave the class out."
        )
    return order[~is_aside[order]], order[is_aside[order]]

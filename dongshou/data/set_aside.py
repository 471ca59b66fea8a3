"""Examples set aside at random, whatever their classes are."""

from __future__ import annotations

import torch


def rows_set_aside(num: int, share: float, seed: int) -> tuple[list[int], list[int]]:
    """The rows of `num` that stay and those set aside, each in order: the seed alone decides which.

    round(share * num) are set aside, at least one and not all.
    """
    order: list[int] = torch.randperm(num, generator=torch.Generator().manual_seed(seed)).tolist()
    num_aside = min(max(1, round(share * num)), num - 1)
    return sorted(order[num_aside:]), sorted(order[:num_aside])

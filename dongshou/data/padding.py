"""Sequences of different lengths in one tensor."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch
from torch import Tensor


def pad(rows: Sequence[Sequence[int]], value: int, num_steps: int | None = None) -> tuple[Tensor, Tensor]:
    """The rows one below the other, int64 (rows, steps), filled up with `value`; and their lengths, int64 (rows,).

    There are as many steps as the longest row has, or `num_steps`: what goes beyond is cut off.

    >>> pad([[5, 6], [7]], value=0)
    (tensor([[5, 6],
            [7, 0]]), tensor([2, 1]))
    """
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    steps = int(lengths.max(initial=0)) if num_steps is None else num_steps
    lengths = lengths.clip(max=steps)
    padded = np.full((len(rows), steps), value)
    is_token = np.arange(steps) < lengths[:, None]  # (rows, steps)
    padded[is_token] = np.fromiter(chain.from_iterable(row[:steps] for row in rows), np.int64, int(lengths.sum()))
    return torch.from_numpy(padded), torch.from_numpy(lengths)

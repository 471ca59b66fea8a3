"""Sequences of different lengths in one tensor, and batches of them that are no longer than their longest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dongshou.data.batches import seeded_generator
from dongshou.errors import UsageError


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


class PaddedBatches:
    """Padded sequences with their lengths, in memory; a batch is cut to the longest sequence in it.

    Given pairs of tokens (examples, steps) and lengths (examples,), a batch is all of these in a row; with
    `labels` (examples,) as well, it is ((tokens, lengths), labels), inputs and what a classifier says of them.

    bucketing  sequences of similar length share a batch, so that there is little padding; which ones do, among
               those of one length, and the order of the batches are drawn again in each pass of a shuffled set

    A checkpoint keeps the state of the generator. Raises UsageError when the batch is larger than the set.
    """

    def __init__(
        self,
        *sequences: tuple[Tensor, Tensor],
        labels: Tensor | None = None,
        batch_size: int,
        shuffle: bool = False,
        bucketing: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        self.sequences = sequences
        self.labels = labels
        self.lengths = torch.stack([lengths.cpu() for _, lengths in sequences])  # (sequences, examples): never waits
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.bucketing = bucketing
        self.generator = generator or seeded_generator()
        if not 1 <= batch_size <= self.num_examples:
            raise UsageError(
                f"batch_size must be between 1 and the number of examples, {self.num_examples}; got {batch_size}."
            )

    @property
    def num_examples(self) -> int:
        return self.lengths.shape[1]

    def __len__(self) -> int:
        return -(-self.num_examples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return map(self._batch, self._order())

    def _order(self) -> list[Tensor]:
        """The rows of each batch."""
        order = torch.arange(self.num_examples)
        if self.shuffle:
            order = torch.randperm(self.num_examples, generator=self.generator)
        if not self.bucketing:
            return list(order.split(self.batch_size))
        for lengths in self.lengths.flip(0):  # by the first of the sequences, then by the next
            order = order[lengths[order].argsort(stable=True)]
        batches = order.split(self.batch_size)
        if not self.shuffle:
            return list(batches)
        return [batches[index] for index in torch.randperm(len(batches), generator=self.generator).tolist()]

    def _batch(self, rows: Tensor) -> tuple[Any, ...]:
        longest = self.lengths[:, rows].amax(1).tolist()
        rows = rows.to(self.sequences[0][0].device)
        parts: list[Tensor] = []
        for (tokens, lengths), steps in zip(self.sequences, longest, strict=True):
            parts += [tokens[:, :steps].index_select(0, rows), lengths.index_select(0, rows)]
        return tuple(parts) if self.labels is None else (tuple(parts), self.labels.index_select(0, rows))

    def to(self, device: torch.device) -> None:
        self.sequences = tuple((tokens.to(device), lengths.to(device)) for tokens, lengths in self.sequences)
        self.labels = None if self.labels is None else self.labels.to(device)

    def limit(self, num_examples: int) -> None:
        """Keep the first examples only, for a quick try."""
        self.sequences = tuple((tokens[:num_examples], lengths[:num_examples]) for tokens, lengths in self.sequences)
        self.labels = None if self.labels is None else self.labels[:num_examples]
        self.lengths = self.lengths[:, :num_examples]
        self.batch_size = min(self.batch_size, self.num_examples)

    def state_dict(self) -> dict[str, Tensor]:
        return {"generator": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        self.generator.set_state(state["generator"].cpu())

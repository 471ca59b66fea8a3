"""An ordinary torch DataLoader where Batches would not fit in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset
from torch.utils.data import Dataset as TorchDataset

from dongshou.data.batches import seeded_generator
from dongshou.errors import UsageError, kind_of


class Loader:
    """A `torch.utils.data.DataLoader` with the few methods that training asks of `Batches`.

    The generator of its sampler, else its own, is used where there is one; else it is given one, so that its
    order is kept in checkpoints. Any nesting of tuples, lists and dicts of tensors is moved to the device.

    Raises UsageError when the data set does not know its length.
    """

    def __init__(self, loader: DataLoader) -> None:
        sampler: Any = loader.sampler
        self.generator: torch.Generator = getattr(sampler, "generator", None) or loader.generator or seeded_generator()
        loader.generator = self.generator
        if hasattr(sampler, "generator"):
            sampler.generator = self.generator
        self.loader = loader
        self.device = torch.device("cpu")
        self.num_batches: int | None = None

    @classmethod
    def over(cls, dataset: TorchDataset, batch_size: int, shuffle: bool) -> Loader:
        """A loader over a bare data set; a stream of examples comes in its own order.

        Raises UsageError for a batch_size below 1.
        """
        if batch_size < 1:
            raise UsageError(f"batch_size must be at least 1; got {batch_size}.")
        shuffle = shuffle and not isinstance(dataset, IterableDataset)
        return cls(DataLoader(dataset, batch_size=batch_size, shuffle=shuffle))

    def __repr__(self) -> str:
        kind = type(self.loader.dataset).__name__
        return f"Loader(of {self.loader.batch_size} from {self.num_examples:,} examples: {kind})"

    @property
    def num_examples(self) -> int:
        return check_length(self.loader.dataset)

    def __len__(self) -> int:
        if self.num_batches is not None:
            return self.num_batches
        check_length(self.loader.dataset)
        return len(self.loader)

    def __iter__(self) -> Iterator[Any]:
        for batch in itertools.islice(self.loader, self.num_batches):
            yield moved(batch, self.device)

    def to(self, device: torch.device) -> None:
        self.device = device

    def limit(self, num_examples: int) -> None:
        """Keep the first batches only, as many as hold that many examples."""
        batch_size = self.loader.batch_size or 1
        self.num_batches = min(len(self), -(-num_examples // batch_size))

    def state_dict(self) -> dict[str, Tensor]:
        return {"generator": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        self.generator.set_state(state["generator"].cpu())


def check_length(dataset: Any) -> int:
    """The number of examples. Raises UsageError for a data set that does not know it."""
    if not hasattr(dataset, "__len__"):
        raise UsageError(
            f"{kind_of(dataset)} does not know its length, which training has to know: give it a __len__ that says how"
            " many examples an epoch has."
        )
    return len(dataset)


def moved(batch: Any, device: torch.device) -> Any:
    """The batch, with every tensor in it on the device."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        return {key: moved(value, device) for key, value in batch.items()}
    if isinstance(batch, (tuple, list)):
        return tuple(moved(value, device) for value in batch)
    return batch

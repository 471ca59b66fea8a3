"""One part of a data set: what it may be given as, and the batches that are made of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from dongshou.data.batches import Batches
from dongshou.data.loader import Loader, check_length
from dongshou.errors import UsageError, kind_of


@runtime_checkable
class Split(Protocol):
    """One part of a data set, such as `Batches` or `Loader`: gives batches, and its state for checkpoints."""

    @property
    def num_examples(self) -> int: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...

    def to(self, device: torch.device) -> None: ...

    def limit(self, num_examples: int) -> None: ...

    def state_dict(self) -> dict[str, Tensor]: ...

    def load_state_dict(self, state: dict[str, Tensor]) -> None: ...


GivenSplit = Split | DataLoader | TorchDataset | Sequence[Tensor] | Callable[[], Split]


def check_split(name: str, given: Any) -> None:
    """Raise UsageError for a split that is given as nothing of which batches can be made, or is empty."""
    if is_tensors(given):
        if (lengths := {len(tensor) for tensor in given}) == {0}:
            raise empty(name, given)
        if len(lengths) > 1:
            raise UsageError(
                f"The tensors of the {name} split are inputs and targets of the same examples; got {sorted(lengths)}"
                " examples: write Splits(train=(inputs, targets), test=(inputs, targets))."
            )
        return
    if isinstance(given, DataLoader | TorchDataset):
        dataset = given.dataset if isinstance(given, DataLoader) else given
        if check_length(dataset) == 0:
            raise empty(name, dataset)
        return
    if isinstance(given, type) or not (isinstance(given, Split) or callable(given)):
        raise UsageError(
            "A split is given as Batches, a tuple of tensors, a DataLoader, a Dataset or a function that makes one;"
            f" got {kind_of(given)} as {name}: write Batches(inputs, targets, batch_size=64)."
        )


def as_split(name: str, given: Any, batch_size: int) -> Split:
    """Batches of any kind as they are; tensors in Batches; a DataLoader or a Dataset in a Loader; what a function
    makes, likewise."""
    is_train = name == "train"
    if isinstance(given, Split):
        return given
    if is_tensors(given):
        return Batches(*given, batch_size=min(batch_size, len(given[0])), shuffle=is_train)
    if isinstance(given, DataLoader):
        return Loader(given)
    if isinstance(given, TorchDataset):
        return Loader.over(given, batch_size, shuffle=is_train)
    made = given()
    check_split(name, made)
    return as_split(name, made, batch_size)


def limited(split: Split, num_examples: int) -> Split:
    """The same split with fewer examples; what it is given by stays whole."""
    few = copy.copy(split)
    few.limit(num_examples)
    return few


def rewindable(given: GivenSplit) -> Callable[[], None]:
    """What puts the generators of a split, or of a DataLoader, back to where they stand now."""
    if isinstance(given, Split):
        state = copy.deepcopy(given.state_dict())
        return lambda: given.load_state_dict(state)
    if not isinstance(given, DataLoader):
        return lambda: None
    holders: list[Any] = [one for one in (given, given.sampler) if hasattr(one, "generator")]
    generators = [(holder, holder.generator) for holder in holders]
    states = [(generator, generator.get_state()) for _, generator in generators if generator is not None]

    def rewind() -> None:
        for holder, generator in generators:
            holder.generator = generator
        for generator, state in states:
            generator.set_state(state)

    return rewind


def is_tensors(given: Any) -> bool:
    """Whether these are the tensors of a data set: inputs, or inputs and targets."""
    return isinstance(given, tuple | list) and bool(given) and all(isinstance(one, Tensor) for one in given)


def empty(name: str, given: Any) -> UsageError:
    cure = "check how it was made" if name == "train" else "check how it was made, or leave the split out"
    return UsageError(f"The {name} split is empty, a {kind_of(given)} without any example: {cure}.")

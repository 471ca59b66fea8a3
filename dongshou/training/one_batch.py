"""What can be said of a batch of any kind: a tensor, or tuples and dicts of tensors, nested in any way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from dongshou.data.targets import Target
from dongshou.errors import DongshouError, kind_of


def shapes(batch: Any) -> str:
    """The shapes of a batch in words.

    >>> import torch
    >>> shapes((torch.zeros(2, 3), torch.zeros(2)))
    'inputs (2, 3), targets (2,)'
    >>> shapes({"image": torch.zeros(2, 3), "label": torch.zeros(2)})
    'a dict of image (2, 3), label (2,)'
    """
    if is_pair(batch):
        return f"inputs {shape_of(batch[0])}, targets {shape_of(batch[1])}"
    if isinstance(batch, Mapping):
        return f"a dict of {', '.join(f'{name} {shape_of(part)}' for name, part in batch.items())}"
    if isinstance(batch, (tuple, list)):
        return f"a {kind_of(batch)} of {', '.join(map(shape_of, batch))}"
    return f"a {kind_of(batch)}"


def shape_of(part: Any) -> str:
    if isinstance(part, Tensor):
        return str(tuple(part.shape))
    if isinstance(part, Mapping):
        return "{" + ", ".join(f"{name}: {shape_of(value)}" for name, value in part.items()) + "}"
    return f"({', '.join(map(shape_of, part))})" if isinstance(part, (tuple, list)) else kind_of(part)


def is_pair(batch: Any) -> bool:
    """Inputs and targets."""
    return isinstance(batch, (tuple, list)) and len(batch) == 2


def size_of(batch: Any) -> int:
    """The number of examples; 1 for a batch whose parts do not share their first axis, which is left whole."""
    parts = [*leaves(batch)]
    is_cut = all(isinstance(part, Target) or isinstance(part, Tensor) and part.dim() for part in parts)
    sizes = {len(part) for part in parts} if is_cut else {1}
    return sizes.pop() if len(sizes) == 1 else 1


def first_of(batch: Any, num_examples: int) -> Any:
    """So many of its examples."""
    return each(batch, lambda part: part[:num_examples])


def leaves(batch: Any) -> Iterator[Any]:
    """All that is neither tuple, list nor dict."""
    if isinstance(batch, Mapping):
        batch = tuple(batch.values())
    if isinstance(batch, (tuple, list)):
        for part in batch:
            yield from leaves(part)
    else:
        yield batch


def each(batch: Any, change: Callable[[Any], Any]) -> Any:
    """The batch with each of its leaves changed."""
    if isinstance(batch, Mapping):
        return {name: each(part, change) for name, part in batch.items()}
    if isinstance(batch, (tuple, list)):
        return tuple(each(part, change) for part in batch)
    return change(batch)


def check_numbers(batch: Any) -> None:
    """Raise DongshouError for a batch in which a number is nan or infinite."""
    for part in leaves(batch):
        if isinstance(part, Tensor) and part.layout is torch.strided and not part.isfinite().all():
            num = int((~part.isfinite()).sum())
            raise DongshouError(
                f"{num} of {part.numel()} numbers of the first batch are nan or infinite: {shapes(batch)}."
                " Fill or remove them."
            )

"""What can be said of a batch of any kind."""

from __future__ import annotations

from typing import Any

from torch import Tensor


def shapes(batch: Any) -> str:
    """The shapes of a batch of inputs and targets, in words."""
    if is_pair(batch):
        inputs, targets = batch
        return f"inputs {tuple(inputs.shape)}, targets {tuple(targets.shape)}"
    return f"a {type(batch).__name__}"


def is_pair(batch: Any) -> bool:
    """Inputs and targets, a tensor each."""
    return isinstance(batch, (tuple, list)) and len(batch) == 2 and all(isinstance(part, Tensor) for part in batch)


def size_of(batch: Any) -> int:
    """The number of examples; 1 for a batch whose parts do not share their first axis, which is left whole."""
    is_tensors = isinstance(batch, (tuple, list)) and all(isinstance(part, Tensor) and part.dim() for part in batch)
    sizes = {len(part) for part in batch} if is_tensors else {1}
    return sizes.pop() if len(sizes) == 1 else 1


def first_of(batch: Any, num_examples: int) -> Any:
    """So many of its examples."""
    return tuple(part[:num_examples] for part in batch)

"""Classes as vectors: 1 in the place of the class, 0 elsewhere."""

from __future__ import annotations

import torch
from torch import Tensor


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """1 where the class is, 0 elsewhere: (...) of int64 -> (..., num_classes), by default the largest class + 1.

    Raises RuntimeError for another type, for a class below 0 or beyond num_classes, and where none can be counted.
    """
    if tensor.dtype != torch.int64:
        raise RuntimeError(f"one_hot is only applicable to index tensors of type int64, got {tensor.dtype}")
    if num_classes < -1 or num_classes == 0 or (num_classes == -1 and tensor.numel() == 0):
        raise RuntimeError(f"num_classes should be positive, or -1 for some classes to count; got {num_classes}")
    if num_classes == -1:
        num_classes = int(tensor.amax()) + 1
    under_vmap = torch._C._functorch.is_batchedtensor(tensor)  # pyright: ignore[reportAttributeAccessIssue]
    if not under_vmap:  # there no number can be read
        _require_classes(tensor, num_classes)
    return (tensor.unsqueeze(-1) == torch.arange(num_classes, device=tensor.device)).long()


def _require_classes(tensor: Tensor, num_classes: int) -> None:
    if (tensor < 0).any():
        raise RuntimeError("Class values must be non-negative.")
    if (tensor >= num_classes).any():
        raise RuntimeError(f"Class values must be smaller than num_classes, {num_classes}.")

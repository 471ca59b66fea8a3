"""What a query may look at: masks of several shapes and kinds brought into one."""

from __future__ import annotations

import math
import warnings

import torch
from torch import Tensor


def merged_mask(
    shape: tuple[int, int, int, int], attn_mask: Tensor | None, key_padding_mask: Tensor | None, dtype: torch.dtype
) -> Tensor | None:
    """Numbers to add to the scores, to be broadcast to shape = (batch, heads, queries, keys); None for no mask.

    attn_mask (queries, keys) or (batch heads, queries, keys); key_padding_mask (batch, keys), or (keys) of one
    example. Each holds booleans, True where nothing may look, or numbers.
    Raises RuntimeError and AssertionError for masks of other shapes or kinds.
    """
    batch, heads, queries, keys = shape
    if attn_mask is not None and key_padding_mask is not None and attn_mask.dtype != key_padding_mask.dtype:
        warnings.warn("Masks of different types are deprecated. Give attn_mask that of key_padding_mask.", stacklevel=3)
    masks = []
    if attn_mask is not None:
        if attn_mask.shape not in ((queries, keys), (batch * heads, queries, keys)):
            sizes = f"{(queries, keys)} or {(batch * heads, queries, keys)}"
            raise RuntimeError(f"The shape of attn_mask is {tuple(attn_mask.shape)}, but should be {sizes}.")
        mask = as_numbers(attn_mask, "attn_mask", dtype)
        masks.append(mask if mask.dim() == 2 else mask.unflatten(0, (batch, heads)))
    if key_padding_mask is not None:
        if key_padding_mask.shape not in ((batch, keys), (keys,)):
            raise AssertionError(
                f"Expected key_padding_mask of shape {(batch, keys)}, but got {tuple(key_padding_mask.shape)}"
            )
        mask = as_numbers(key_padding_mask, "key_padding_mask", dtype)
        masks.append(mask.reshape(-1, 1, 1, keys))
    return sum(masks[1:], masks[0]) if masks else None


def as_numbers(mask: Tensor, name: str, dtype: torch.dtype) -> Tensor:
    """-inf for True and 0 for False; numbers stay. Raises AssertionError for integers."""
    if mask.dtype == torch.bool:
        return torch.zeros_like(mask, dtype=dtype).masked_fill(mask, -math.inf)
    if not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {name} are supported; got {mask.dtype}")
    return mask


def square_subsequent_mask(size: int, device: torch.device | None, dtype: torch.dtype | None) -> Tensor:
    """0 where query i may look at key j <= i, -inf at all that comes later. (size, size)."""
    positions = torch.arange(size, device=device)
    later = positions > positions[:, None]
    return torch.zeros(size, size, device=device, dtype=dtype).masked_fill(later, -math.inf)

"""Adaptive pooling: the number of windows is given, and the windows divide the input among themselves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from dongshou.scratch.functional.pooling import largest, take
from dongshou.scratch.functional.precision import float32_under_autocast
from dongshou.scratch.functional.windows import flat_positions, require_axes

OutputSize = int | Sequence[int | None] | None


def adaptive_avg_pool(axes: int, input: Tensor, output_size: OutputSize) -> Tensor:
    """The mean of each of output_size windows along every axis, whatever the size of the input.

    Window i of m sees the elements from floor(i length / m) to ceil((i + 1) length / m), without the latter.
    input (batch, channels, *sizes) -> (batch, channels, *output_size); without batch too. None keeps the size.
    With size 1 this is global average pooling (Lin et al., Network in network, 2014).
    """
    _require_axes(input, axes, f"adaptive_avg_pool{axes}d")
    for axis, size in zip(range(-axes, 0), _sizes(input, axes, output_size), strict=True):
        input = _mean_along(input, axis, size)
    return input


def _mean_along(input: Tensor, axis: int, size: int) -> Tensor:
    if size > 0 and input.size(axis) % size == 0:  # windows side by side, all of one length
        return input.unflatten(axis, (size, -1)).mean(axis)
    places, inside = _windows(input, axis, size)  # (size, longest)
    seen = input.index_select(axis, places.flatten()).unflatten(axis, places.shape)  # (..., size, longest, ...)
    mask = inside.reshape(*inside.shape, *[1] * (-axis - 1))
    return torch.where(mask, seen, 0).sum(axis) / mask.sum(1)


def adaptive_max_pool(
    axes: int, input: Tensor, output_size: OutputSize, return_indices: bool = False
) -> Tensor | tuple[Tensor, Tensor]:
    """The maximum of each of output_size windows along every axis; the windows are those of adaptive_avg_pool."""
    _require_axes(input, axes, f"adaptive_max_pool{axes}d")
    sizes = _sizes(input, axes, output_size)
    with torch.no_grad():
        values, indices = input, flat_positions(input, axes)
        for axis in range(-1, -axes - 1, -1):
            places, _ = _windows(input, axis, sizes[axis])
            # beyond the end of a shorter window its last element is seen again, and changes nothing
            taps = places.unbind(1)
            values, indices = largest((_at(values, axis, tap), _at(indices, axis, tap)) for tap in taps)
    output = take(input, indices, axes)
    return (output, indices) if return_indices else output


adaptive_avg_pool1d, adaptive_avg_pool2d = (partial(adaptive_avg_pool, n) for n in (1, 2))
adaptive_max_pool1d, adaptive_max_pool2d = (partial(adaptive_max_pool, n) for n in (1, 2))
# with three axes torch computes them in float32 under autocast
adaptive_avg_pool3d = float32_under_autocast(partial(adaptive_avg_pool, 3))
adaptive_max_pool3d = float32_under_autocast(partial(adaptive_max_pool, 3))


def _require_axes(input: Tensor, axes: int, name: str) -> None:
    if input.dim() <= axes and axes > 1:
        raise ValueError(f"Input dimension should be at least {axes + 1} for {name}, got {list(input.shape)}")
    require_axes(input, axes, name)


def _at(values: Tensor, axis: int, places: Tensor) -> Tensor:
    return values.index_select(axis, places)


def _windows(input: Tensor, axis: int, size: int) -> tuple[Tensor, Tensor]:
    """The places each window sees, and which of them are still inside it: two times (size, longest)."""
    length = input.size(axis)
    number = torch.arange(size, device=input.device).unsqueeze(1)  # (size, 1)
    begin, end = number * length // size, ((number + 1) * length + size - 1) // size
    places = begin + torch.arange(-(-length // size) + 1, device=input.device)  # no window is longer than this
    return torch.where(places < end, places, end - 1), places < end


def _sizes(input: Tensor, axes: int, output_size: OutputSize) -> list[int]:
    """One size for every axis; None keeps the input's."""
    sizes = list(output_size) if isinstance(output_size, Sequence) else [output_size] * axes
    if len(sizes) != axes:
        raise RuntimeError(f"output_size needs {axes} numbers; got {output_size}")
    if 0 in input.shape[1:]:
        raise RuntimeError(f"Expected input to have non-zero size for non-batch dimensions, got {list(input.shape)}")
    kept = [given if size is None else size for size, given in zip(sizes, input.shape[-axes:], strict=True)]
    if min(kept) < 0:
        raise RuntimeError(f"elements of output_size must be greater than or equal to 0; got {output_size}")
    return kept

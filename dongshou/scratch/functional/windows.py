"""Windows that slide along an axis, and their transpose: what convolution, unfolding and pooling are made of.

A kernel of two or three axes is this, done along one axis after the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def windows(input: Tensor, axis: int, kernel: int, stride: int = 1, dilation: int = 1) -> Tensor:
    """What a window of `kernel` taps sees at each of its positions along an axis.

    y[c, k, ..., i, ...] = x[c, ..., stride i + dilation k, ...], for as many positions i as fit
    axis counts from the end; input (c, ..., length, ...) -> (c, kernel, ..., positions, ...), a view.
    """
    # torch.compile refuses a function that has a jvp
    function = _Windows if torch.compiler.is_compiling() else _WindowsInBothModes
    return function.apply(input, axis, kernel, stride, dilation)  # pyright: ignore[reportReturnType]


def overlap_add(windows: Tensor, axis: int, length: int, stride: int = 1, dilation: int = 1) -> Tensor:
    """The transpose of `windows`: every tap is added to the place that `windows` reads it from.

    x[c, ..., j, ...] = the sum of y[c, k, ..., i, ...] over all i, k with stride i + dilation k = j
    windows (c, kernel, ..., positions, ...) -> (c, ..., length, ...).
    """
    function = _OverlapAdd if torch.compiler.is_compiling() else _OverlapAddInBothModes
    return function.apply(windows, axis, length, stride, dilation)  # pyright: ignore[reportReturnType]


class _Windows(torch.autograd.Function):
    """A linear map: a tangent goes through it as the input does, and a gradient through its transpose."""

    generate_vmap_rule = True

    @staticmethod
    def forward(input: Tensor, axis: int, kernel: int, stride: int, dilation: int) -> Tensor:
        taps = input.unfold(axis, extent(kernel, dilation), stride)[..., ::dilation]  # (c, ..., positions, ..., kernel)
        return taps.movedim(-1, 1)  # a view: overlapping windows share their elements in memory

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        input, axis, kernel, stride, dilation = inputs
        ctx.axis, ctx.length, ctx.kernel, ctx.steps = axis, input.size(axis), kernel, (stride, dilation)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return overlap_add(gradients[0], ctx.axis, ctx.length, *ctx.steps), None, None, None, None


class _WindowsInBothModes(_Windows):
    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Tensor:
        return windows(tangents[0], ctx.axis, ctx.kernel, *ctx.steps)


class _OverlapAdd(torch.autograd.Function):
    """The transpose of `_Windows`, and its derivative in turn."""

    generate_vmap_rule = True

    @staticmethod
    def forward(windows: Tensor, axis: int, length: int, stride: int, dilation: int) -> Tensor:
        first, kernel, *others = windows.shape
        others[axis] = length
        output = windows.new_zeros(first, *others)
        places, taps = output.movedim(axis, -1), windows.movedim(axis, -1)
        reach = max(stride * (taps.size(-1) - 1) + 1, 0)  # from the first window to the last
        # tap by tap: no two windows have the same tap in the same place, so nothing is added to twice at once
        for tap in range(kernel):
            places[..., dilation * tap : dilation * tap + reach : stride].add_(taps[:, tap])
        return output

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        windows, axis, length, stride, dilation = inputs
        ctx.axis, ctx.length, ctx.steps = axis, length, (stride, dilation)
        ctx.shape = windows.shape

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        kernel, positions = ctx.shape[1], ctx.shape[ctx.axis]
        if positions == 0:
            return gradients[0].new_zeros(ctx.shape), None, None, None, None
        gradient = windows(gradients[0], ctx.axis, kernel, *ctx.steps)
        return gradient.narrow(ctx.axis, 0, positions), None, None, None, None


class _OverlapAddInBothModes(_OverlapAdd):
    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Tensor:
        return overlap_add(tangents[0], ctx.axis, ctx.length, *ctx.steps)


def extent(kernel: int, dilation: int) -> int:
    """How many elements lie between the first and the last tap, both included."""
    return dilation * (kernel - 1) + 1


def per_axis(value: int | Sequence[int], axes: int, name: str) -> tuple[int, ...]:
    """One number for every axis, of one number for all or a sequence. Raises RuntimeError for other lengths."""
    numbers = (value,) if isinstance(value, int) else tuple(value)
    if len(numbers) not in (1, axes):
        raise RuntimeError(f"{name} needs one number, or one for each of {axes} axes; got {value}")
    return numbers * axes if len(numbers) == 1 else numbers


def flat_positions(input: Tensor, axes: int) -> Tensor:
    """The place of every element, counted row by row over the last axes: 0, 1, 2, ... The shape of input."""
    sizes = input.shape[input.dim() - axes :]
    return torch.arange(math.prod(sizes), device=input.device).reshape(sizes).expand(input.shape)


def require_axes(input: Tensor, axes: int, name: str) -> None:
    """Raises RuntimeError unless input is (batch, channels, ...) or (channels, ...) with `axes` axes more."""
    if input.dim() not in (axes + 1, axes + 2):
        kinds = f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input"
        raise RuntimeError(f"{kinds} to {name}, but got input of size: {list(input.shape)}")


def require_elements(input: Tensor, axes: int, name: str) -> None:
    """Raises RuntimeError where channels or one of the last `axes` axes are empty; a batch may be."""
    if 0 in input.shape[-axes - 1 :]:
        raise RuntimeError(f"{name}: only a batch may be empty, but got input of size {list(input.shape)}")

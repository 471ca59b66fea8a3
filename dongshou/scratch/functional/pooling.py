"""Pooling: one number for every window, its maximum, its mean or its norm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial

import torch
from torch import Tensor

from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.layout import laid_out_as
from dongshou.scratch.functional.padding import pad
from dongshou.scratch.functional.precision import float32_under_autocast, precise
from dongshou.scratch.functional.windows import (
    extent,
    flat_positions,
    per_axis,
    require_axes,
    require_elements,
    windows,
)


def max_pool(
    axes: int,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """The largest element of every window; the first of them where several are, and NaN where one is NaN.

    y[n, c, i, j] = max over k, l of x[n, c, stride i + dilation k, stride j + dilation l]
    input (batch, channels, *sizes), or without batch, with the last `axes` axes pooled. The indices count the
    elements of a channel row by row. With ceil_mode a window may hang over the far end.
    Riesenhuber and Poggio, 1999. Raises RuntimeError where a window does not fit.
    """
    require_axes(input, axes, f"max_pool{axes}d")
    kernel, stride = _kernel_and_stride(axes, kernel_size, stride)
    dilation = per_axis(dilation, axes, "dilation")
    if min(dilation) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {dilation}")
    require_elements(input, axes, f"max_pool{axes}d")
    sides = _sides(input, kernel, stride, per_axis(padding, axes, "padding"), dilation, ceil_mode)
    with torch.no_grad():
        values = pad(input, sides, value=_lowest(input.dtype))
        # beyond the edge the nearest place: a window that sees -inf alone still takes its own
        indices = pad(flat_positions(input, axes), sides, "replicate")
        # the largest of a window is the largest of its rows' largest
        for axis in range(-1, -axes - 1, -1):
            window = kernel[axis], stride[axis], dilation[axis]
            values, indices = largest(
                zip(windows(values, axis, *window).unbind(1), windows(indices, axis, *window).unbind(1), strict=True)
            )
    output = laid_out_as(take(input, indices, axes), input)
    return (output, indices) if return_indices else output


def largest(candidates: Iterable[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """The element-wise largest of (values, indices), and its index; the first of equals."""
    candidates = iter(candidates)
    values, indices = next(candidates)
    for other, other_indices in candidates:
        better = (other > values) | (other != other)  # NaN alone is not itself
        values, indices = torch.where(better, other, values), torch.where(better, other_indices, indices)
    return values, indices


def take(input: Tensor, indices: Tensor, axes: int) -> Tensor:
    """The elements at flat indices of the last axes: a gradient goes to the elements that were taken, alone."""
    return input.flatten(-axes).gather(-1, indices.flatten(-axes)).reshape(indices.shape)


def avg_pool(
    axes: int,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of every window: y[n, c, i, j] = sum over k, l of x[n, c, stride i + k, stride j + l] / count.

    The count is that of the elements inside the padded input (inside the input when not count_include_pad), or
    divisor_override. input (batch, channels, *sizes), or without batch. LeCun et al., 1989.
    Raises RuntimeError where a window does not fit or the divisor is 0.
    """
    require_axes(input, axes, f"avg_pool{axes}d")
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero: leave out divisor_override for the mean")
    kernel, stride = _kernel_and_stride(axes, kernel_size, stride)
    padding = per_axis(padding, axes, "padding")
    require_elements(input, axes, f"avg_pool{axes}d")
    sides = _sides(input, kernel, stride, padding, (1,) * axes, ceil_mode)
    total = _window_sums(pad(precise(input), sides), kernel, stride)
    total = laid_out_as(total, input) if axes == 2 else total
    count = divisor_override or _counts(input, kernel, stride, padding, sides, count_include_pad)
    return quotient(total, count).to(input.dtype)


def quotient(total: Tensor, count: Tensor | int) -> Tensor:
    """total / count; a mean of integers is an integer, without its fraction."""
    return total / count if total.is_floating_point() or total.is_complex() else total.div(count, rounding_mode="trunc")


def _counts(
    input: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    sides: Sequence[int],
    count_include_pad: bool,
) -> Tensor | int:
    """How many elements each window counts: one number for all, or (1, *positions)."""
    if not any(sides):
        return math.prod(kernel)
    around = [side for side in reversed(padding) for _ in range(2)]
    inside = input.new_ones(1, *input.shape[-len(kernel) :], dtype=torch.int64)
    counted = pad(inside, around, value=int(count_include_pad))
    overhang = [side - inside for side, inside in zip(sides, around, strict=True)]
    return _window_sums(pad(counted, overhang), kernel, stride)


def _window_sums(input: Tensor, kernel: Sequence[int], stride: Sequence[int]) -> Tensor:
    for axis in range(-1, -len(kernel) - 1, -1):
        input = windows(input, axis, kernel[axis], stride[axis]).sum(1)
    return input


def lp_pool(
    axes: int,
    input: Tensor,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The p-norm of every window, (sum of x^p)^(1/p): the sum for p = 1, the maximum of |x| for p = infinity.

    Where odd p gives a sum below 0 it is NaN. Gülçehre et al., Learned-norm pooling, 2014.
    """
    if math.isinf(norm_type):
        sign = math.copysign(1, norm_type)
        extreme = max_pool(axes, sign * input.abs(), kernel_size, stride, ceil_mode=ceil_mode)
        assert isinstance(extreme, Tensor)
        return sign * extreme
    mean = avg_pool(axes, precise(input) ** norm_type, kernel_size, stride, ceil_mode=ceil_mode)
    size = math.prod(per_axis(kernel_size, axes, "kernel_size"))
    # sign times size is the mean itself, but for its derivative at 0: 0, where that of the root is infinite
    return ((mean.sign() * mean.abs() * size) ** (1 / norm_type)).to(input.dtype)


@float32_under_autocast
def max_unpool(
    axes: int,
    input: Tensor,
    indices: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Max pooling undone as far as it can be: every maximum in its place, 0 elsewhere. Zeiler et al., 2011.

    indices: those that max_pool returned. Raises ValueError for an output_size that could not have been pooled
    to this, RuntimeError for an index outside of it.
    """
    require_axes(input, axes, f"max_unpool{axes}d")
    if indices.shape != input.shape:
        raise RuntimeError(
            f"Expected shape of indices to be {list(input.shape)} as of input, got {list(indices.shape)}"
        )
    kernel, stride = _kernel_and_stride(axes, kernel_size, stride)
    sizes = _unpooled(input, kernel, stride, per_axis(padding, axes, "padding"), output_size)
    flat = input.new_zeros(*input.shape[:-axes], math.prod(sizes))
    try:
        filled = flat.scatter(-1, indices.flatten(-axes), input.flatten(-axes))
    except RuntimeError as error:
        wanted = f"every index must lie in an output of {list(sizes)}"
        raise RuntimeError(f"found an invalid max index: {wanted} ({error})") from None
    return filled.unflatten(-1, sizes)


max_pool1d, max_pool2d = (partial(max_pool, axes) for axes in (1, 2))
avg_pool1d, avg_pool2d = (partial(avg_pool, axes) for axes in (1, 2))
lp_pool1d, lp_pool2d = (partial(lp_pool, axes) for axes in (1, 2))
# with three axes torch computes them in float32 under autocast
avg_pool3d, lp_pool3d = (float32_under_autocast(partial(f, 3)) for f in (avg_pool, lp_pool))
max_unpool1d, max_unpool2d, max_unpool3d = (partial(max_unpool, axes) for axes in (1, 2, 3))


def max_pool3d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """`max_pool` over three axes: in float32 under autocast, as torch has it, unless the indices are asked for."""
    pool = max_pool if return_indices else float32_under_autocast(max_pool)
    return pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _unpooled(
    input: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    output_size: Sequence[int] | None,
) -> tuple[int, ...]:
    axes = len(kernel)
    usual = tuple((input.size(axis) - 1) * stride[axis] + kernel[axis] - 2 * padding[axis] for axis in range(-axes, 0))
    if output_size is None:
        return usual
    sizes = tuple(output_size[2:] if len(output_size) == axes + 2 else output_size)
    if len(sizes) != axes:
        raise ValueError(f"output_size needs {axes} or {axes + 2} elements, but it has a length of {len(output_size)}")
    if any(abs(size - wanted) >= step for size, wanted, step in zip(usual, sizes, stride, strict=True)):
        raise ValueError(f"invalid output_size {tuple(output_size)}: each must be less than stride from {usual}")
    return sizes


def _kernel_and_stride(axes: int, kernel_size: Sizes, stride: Sizes | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Both for every axis; windows lie side by side where no stride is given."""
    kernel = per_axis(kernel_size, axes, "kernel_size")
    stride = kernel if stride is None or stride == () or stride == [] else per_axis(stride, axes, "stride")
    if min(kernel) <= 0 or min(stride) <= 0:
        raise RuntimeError(f"kernel size and stride should be greater than zero, but got {kernel} and {stride}")
    return kernel, stride


def _lowest(dtype: torch.dtype) -> float:
    return -math.inf if dtype.is_floating_point else torch.iinfo(dtype).min


def _sides(
    input: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil_mode: bool,
) -> list[int]:
    """What to add before and after each axis, the last axis first, that every window may be seen whole."""
    sides = []
    for axis in range(-1, -len(kernel) - 1, -1):
        length, before, step = input.size(axis), padding[axis], stride[axis]
        span = extent(kernel[axis], dilation[axis])
        if not 0 <= before <= span // 2:
            raise RuntimeError(f"pad should be at most half of effective kernel size, but got {before} for {span}")
        room = length + 2 * before - span
        if ceil_mode:
            room += step - 1
        positions = room // step + 1
        if ceil_mode and (positions - 1) * step >= length + before:
            positions -= 1  # a window that would begin in the padding sees nothing
        if positions < 1:
            sizes = f"Given input size: {list(input.shape)} and kernel {tuple(kernel)}"
            raise RuntimeError(f"{sizes}, padding {tuple(padding)}: Output size is too small")
        sides += [before, max((positions - 1) * step + span - length - before, 0)]
    return sides

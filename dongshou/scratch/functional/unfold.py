"""Patches as columns, and pictures made of patches."""

from __future__ import annotations

import math

from torch import Tensor

from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.padding import pad
from dongshou.scratch.functional.windows import extent, overlap_add, per_axis, require_axes, require_elements, windows


def unfold(input: Tensor, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> Tensor:
    """Every patch that a kernel sees, as a column: convolution is one matrix product with these.

    input (batch, channels, height, width) -> (batch, channels * kernel, positions); without batch too.
    Raises RuntimeError where the kernel does not fit.
    """
    require_axes(input, 2, "unfold")
    require_elements(input, 2, "unfold")
    if input.dim() == 3:
        return unfold(input.unsqueeze(0), kernel_size, dilation, padding, stride).squeeze(0)
    kernel, dilation = per_axis(kernel_size, 2, "kernel_size"), per_axis(dilation, 2, "dilation")
    (rows, columns), stride = per_axis(padding, 2, "padding"), per_axis(stride, 2, "stride")
    patches = pad(input, (columns, columns, rows, rows))
    if any(patches.size(axis) < extent(kernel[axis], dilation[axis]) for axis in (-1, -2)):
        raise RuntimeError(f"A kernel of {kernel} does not fit into the padded input {list(patches.shape)}")
    for axis in (-1, -2):
        patches = windows(patches, axis, kernel[axis], stride[axis], dilation[axis])
    # (batch, kernel height, kernel width, channels, rows, columns)
    return patches.movedim(3, 1).flatten(4).flatten(1, 3)


def fold(
    input: Tensor,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> Tensor:
    """Columns laid back where `unfold` takes them from; where patches overlap they are added.

    input (batch, channels * kernel, positions) -> (batch, channels, *output_size); without batch too.
    Raises RuntimeError where the sizes contradict each other.
    """
    if input.dim() == 2:
        batch = input.unsqueeze(0)
        return fold(batch, output_size, kernel_size, dilation, padding, stride).squeeze(0)
    kernel, dilation = per_axis(kernel_size, 2, "kernel_size"), per_axis(dilation, 2, "dilation")
    padding, stride = per_axis(padding, 2, "padding"), per_axis(stride, 2, "stride")
    lengths = [size + 2 * side for size, side in zip(per_axis(output_size, 2, "output_size"), padding, strict=True)]
    positions = [(lengths[axis] - extent(kernel[axis], dilation[axis])) // stride[axis] + 1 for axis in (0, 1)]
    _require_fitting(input, kernel, positions)
    output = input.reshape(input.size(0), -1, *kernel, *positions).movedim(1, 3)
    # (batch, kernel height, kernel width, channels, rows, columns)
    for axis in (-2, -1):
        output = overlap_add(output, axis, lengths[axis], stride[axis], dilation[axis])
        output = output.narrow(axis, padding[axis], lengths[axis] - 2 * padding[axis])
    return output


def _require_fitting(input: Tensor, kernel: tuple[int, ...], positions: list[int]) -> None:
    if input.dim() != 3 or input.size(1) % math.prod(kernel) != 0:
        needed = f"(batch, channels * {math.prod(kernel)}, positions)"
        raise RuntimeError(f"Expected input {needed} for kernel_size={kernel}, but got {list(input.shape)}")
    if min(positions) < 1 or input.size(2) != math.prod(positions):
        raise RuntimeError(f"Expected {positions} positions for these sizes, but got input {list(input.shape)}")

"""Transposed convolution: every input places a weighted kernel, and what overlaps is added."""

from __future__ import annotations

import math
from functools import partial

from torch import Tensor

from dongshou.scratch.functional.convolution import Sizes, with_bias
from dongshou.scratch.functional.layout import laid_out_as
from dongshou.scratch.functional.precision import precise
from dongshou.scratch.functional.windows import extent, overlap_add, per_axis, require_axes


def transposed_convolution(
    axes: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """One matrix product makes a patch of every position; the patches are laid over one another. In 2 axes

    y[n, o, stride i + dilation k, stride j + dilation l] += w[c, o, k, l] x[n, c, i, j], beginning with b[o]
    input (batch, in_channels, *sizes), weight (in_channels, out_channels / groups, *kernel) -> (batch,
    out_channels, *larger): (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.
    As a linear map it is the transpose of `convolution`: padding crops, output_padding widens the far end.
    Zeiler et al., Deconvolutional networks, 2010. Raises RuntimeError where shapes do not fit.
    """
    require_axes(input, axes, f"conv_transpose{axes}d")
    if input.dim() == axes + 1:
        settings = weight, bias, stride, padding, output_padding, groups, dilation
        return transposed_convolution(axes, input.unsqueeze(0), *settings).squeeze(0)
    stride, padding = per_axis(stride, axes, "stride"), per_axis(padding, axes, "padding")
    dilation, extra = per_axis(dilation, axes, "dilation"), per_axis(output_padding, axes, "output_padding")
    _require_fitting(input, weight, groups, stride, dilation, extra)
    kernel = tuple(weight.shape[2:])

    out_channels, taps = groups * weight.size(1), weight[0].numel()
    per_group, batch_and_sizes = input.size(1) // groups, (input.size(0), *input.shape[2:])
    columns = input.transpose(0, 1).reshape(groups, per_group, math.prod(batch_and_sizes))
    rows = weight.reshape(groups, per_group, taps).mT
    output = rows @ columns  # (groups, out_channels / groups * kernel, batch * sizes)
    patches = precise(output.reshape(out_channels, *kernel, *batch_and_sizes))  # what overlaps is summed in float32
    # (out_channels, *kernel, batch, *sizes): each turn takes away the kernel's axis in second place
    for axis in range(-axes, 0):
        length = (input.size(axis) - 1) * stride[axis] + extent(kernel[axis], dilation[axis]) + extra[axis]
        patches = overlap_add(patches, axis, length, stride[axis], dilation[axis])
        patches = patches.narrow(axis, padding[axis], length - 2 * padding[axis])
    output = patches.to(output.dtype).transpose(0, 1)  # (batch, out_channels, *larger)
    return with_bias(laid_out_as(output, input, weight), bias)


conv_transpose1d, conv_transpose2d, conv_transpose3d = (partial(transposed_convolution, axes) for axes in (1, 2, 3))


def _require_fitting(
    input: Tensor,
    weight: Tensor,
    groups: int,
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
    output_padding: tuple[int, ...],
) -> None:
    if weight.dim() != input.dim():
        raise RuntimeError(f"weight needs {input.dim()} axes as the input has, but got {list(weight.shape)}")
    if input.size(1) != weight.size(0):
        given = f"Given transposed=1, weight of size {list(weight.shape)}"
        raise RuntimeError(
            f"{given}, expected input{list(input.shape)} to have {weight.size(0)} channels, "
            f"but got {input.size(1)} instead"
        )
    if 0 in input.shape[2:] and 0 not in input.shape[:2]:
        raise RuntimeError(f"the batch or the channels alone may be empty, but got input of {list(input.shape)}")
    if groups <= 0 or input.size(1) % groups != 0:
        raise RuntimeError(f"in_channels must be divisible by groups: got {input.size(1)} and {groups}")
    if any(extra >= max(steps) for extra, *steps in zip(output_padding, stride, dilation, strict=True)):
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, "
            f"but got output_padding={output_padding}, stride={stride}, dilation={dilation}"
        )

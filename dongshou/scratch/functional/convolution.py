"""Convolution: one small weighted sum, taken at every place of the input."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from dongshou.scratch.functional.layout import laid_out_as
from dongshou.scratch.functional.padding import pad
from dongshou.scratch.functional.precision import precise
from dongshou.scratch.functional.windows import extent, per_axis, require_axes, windows

Sizes = int | Sequence[int]


def convolution(
    axes: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """One matrix product: the kernels, a row each, times the patches of the input, a column each. In 2 axes

    y[n, o, i, j] = b[o] + sum over c, k, l of w[o, c, k, l] x[n, c, stride i + dilation k, stride j + dilation l]
    input (batch, in_channels, *sizes), weight (out_channels, in_channels / groups, *kernel), bias (out_channels)
    -> (batch, out_channels, *positions); without batch too. padding zeros are put on both sides of an axis;
    "same" keeps the size, "valid" adds none. LeCun et al., 1989. Raises RuntimeError where shapes do not fit.
    """
    require_axes(input, axes, f"conv{axes}d")
    if input.dim() == axes + 1:
        return convolution(axes, input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)
    stride, dilation = per_axis(stride, axes, "stride"), per_axis(dilation, axes, "dilation")
    kernel = tuple(weight.shape[2:])
    _require_fitting(input, weight, groups)
    _require_same_type(input, bias)
    if min(stride) <= 0 or min(dilation) <= 0:
        raise RuntimeError(f"stride and dilation should be greater than zero, but got {stride} and {dilation}")
    given, input = input, pad(input, _zeros_around(padding, kernel, stride, dilation))
    _require_room(input, kernel, dilation)

    # in float32, for the gradient by the input is a sum over all patches that see it
    patches = precise(input).transpose(0, 1)  # (in_channels, batch, *sizes)
    for axis in range(-1, -axes - 1, -1):
        patches = windows(patches, axis, kernel[axis], stride[axis], dilation[axis])
    batch_and_positions = patches.shape[1 + axes :]  # of (in_channels, *kernel, batch, *positions)
    out_channels, taps = weight.size(0), weight[0].numel()
    columns = patches.to(input.dtype).reshape(groups, taps, batch_and_positions.numel())
    rows = weight.reshape(groups, out_channels // groups, taps)
    output = rows @ columns  # (groups, out_channels / groups, batch * positions)
    output = output.reshape(out_channels, *batch_and_positions)
    return with_bias(laid_out_as(output.transpose(0, 1), given, weight), bias)


conv1d, conv2d, conv3d = (partial(convolution, axes) for axes in (1, 2, 3))


def with_bias(output: Tensor, bias: Tensor | None) -> Tensor:
    """output (batch, channels, ...) plus one number for every channel."""
    if bias is None:
        return output
    # under autocast the product is shorter than the bias
    return output + bias.to(output.dtype).reshape(-1, *[1] * (output.dim() - 2))


def _require_same_type(input: Tensor, bias: Tensor | None) -> None:
    """Raises RuntimeError for a bias of another type than the input, which autocast alone allows."""
    if bias is not None and bias.dtype != input.dtype and not torch.is_autocast_enabled(input.device.type):
        raise RuntimeError(f"Input type ({input.dtype}) and bias type ({bias.dtype}) should be the same")


def _zeros_around(
    padding: Sizes | str, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]
) -> list[int]:
    """The padding as `pad` wants it: two numbers an axis, the last axis first."""
    if padding == "valid":
        return []
    if padding == "same":
        if any(step != 1 for step in stride):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        return same_padding(kernel, dilation)
    if isinstance(padding, str):
        raise RuntimeError(f"Invalid padding string {padding!r}: use 'same' or 'valid'")
    sides = per_axis(padding, len(kernel), "padding")
    if min(sides) < 0:
        raise RuntimeError(f"negative padding is not supported; got {padding}")
    return [side for side in reversed(sides) for _ in range(2)]


def same_padding(kernel: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """The padding that leaves as many positions as there are elements; an odd one goes to the end."""
    totals = [extent(size, step) - 1 for size, step in zip(kernel, dilation, strict=True)]
    return [side for total in reversed(totals) for side in (total // 2, total - total // 2)]


def _require_fitting(input: Tensor, weight: Tensor, groups: int) -> None:
    if weight.dim() != input.dim():
        raise RuntimeError(f"weight needs {input.dim()} axes as the input has, but got {list(weight.shape)}")
    if groups <= 0 or weight.size(0) % groups != 0:
        raise RuntimeError(f"out_channels must be divisible by groups: got {weight.size(0)} and {groups}")
    channels = weight.size(1) * groups
    if input.size(1) != channels:
        given = f"Given groups={groups}, weight of size {list(weight.shape)}"
        raise RuntimeError(
            f"{given}, expected input{list(input.shape)} to have {channels} channels, but got {input.size(1)} instead"
        )


def _require_room(input: Tensor, kernel: tuple[int, ...], dilation: tuple[int, ...]) -> None:
    sizes = input.shape[2:]
    extents = [extent(size, step) for size, step in zip(kernel, dilation, strict=True)]
    if any(size < needed for size, needed in zip(sizes, extents, strict=True)):
        words = f"Padded input size per channel: {list(sizes)}. Kernel size: {extents}."
        raise RuntimeError(f"{words} Kernel size can't be greater than actual input size")

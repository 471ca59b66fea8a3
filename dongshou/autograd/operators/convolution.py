"""Convolution and pooling: the windows of an image are laid out once, the rest is matmul, max and mean."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dongshou.autograd.operator import Rule, operator
from dongshou.autograd.operators.indexing import pad
from dongshou.autograd.tensors import Array, Tensor
from dongshou.errors import UsageError

Size = tuple[int, int]


@operator(
    x=Rule(
        vjp=lambda g, size, stride, x_shape: overlap_add(g, size=size, stride=stride, shape=x_shape),
        jvp=lambda t, size, stride: windows(t, size=size, stride=stride),
    )
)
def windows(x: Array, *, size: Size, stride: int) -> Array:
    """(batch, channels, height, width) -> (batch, channels, size, size, rows, columns), one window for each place.

    [:, :, i, j] is what the windows have at their offset (i, j). Laid out in memory in this order, what follows
    runs over all places at once and not over one small window after the other.
    """
    views = sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    return np.ascontiguousarray(views.transpose(0, 1, 4, 5, 2, 3))


@operator(
    x=Rule(
        vjp=lambda g, size, stride: windows(g, size=size, stride=stride),
        jvp=lambda t, size, stride, shape: overlap_add(t, size=size, stride=stride, shape=shape),
    )
)
def overlap_add(x: Array, *, size: Size, stride: int, shape: tuple[int, ...]) -> Array:
    """The transpose of `windows`: each window is added back to the place it came from."""
    image = np.zeros(shape, x.dtype)
    rows, columns = x.shape[-2:]
    for i in range(size[0]):
        for j in range(size[1]):
            image[:, :, i : i + rows * stride : stride, j : j + columns * stride : stride] += x[:, :, i, j]
    return image


def conv2d(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0) -> Tensor:
    """Every window of the image times every kernel: one product of matrices.

    x (batch, in, height, width), weight (out, in, size, size), bias (out) -> (batch, out, rows, columns).
    Raises UsageError when the channels differ or the kernel is larger than the padded image.
    """
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise UsageError(
            f"conv2d of shape {x.shape} and {weight.shape}: needs an image (batch, in, height, width) and a "
            "weight (out, in, height, width) with the same number of channels in."
        )
    num_out, _, *size = weight.shape
    patches = windows(pad(x, padding), size=tuple(size), stride=stride)  # (batch, in, size, size, rows, columns)
    batch, *_, rows, columns = patches.shape
    inputs = math.prod(weight.shape[1:])  # in * size * size; not -1, which an empty batch leaves open
    flat = patches.reshape(batch, inputs, rows * columns)
    out = weight.reshape(num_out, inputs) @ flat  # (batch, out, places)
    if bias is not None:
        out = out + bias.reshape(num_out, 1)
    return out.reshape(batch, num_out, rows, columns)


def max_pool2d(x: Tensor, kernel_size: int, stride: int | None = None) -> Tensor:
    """The largest number in each window; the stride is kernel_size unless given."""
    return windows(x, size=(kernel_size, kernel_size), stride=stride or kernel_size).max((2, 3))


def avg_pool2d(x: Tensor, kernel_size: int, stride: int | None = None) -> Tensor:
    """The mean of each window; the stride is kernel_size unless given."""
    return windows(x, size=(kernel_size, kernel_size), stride=stride or kernel_size).mean((2, 3))

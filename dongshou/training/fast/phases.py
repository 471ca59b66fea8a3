"""Convolution, activation and 2x2 average as one convolution of stride 2 with four times the channels.

The four outputs that are averaged into one are four phases: the same kernel, shifted by 0 or 1 pixels down and right.
All four see a common window, so that one convolution computes them as channels of one pixel, where the average is
a product with a matrix and nothing lies apart in memory. What is gained: a convolution of 1 to 16 channels leaves
most of a matrix unit idle, and four times the channels fill it. What is paid: the window is one pixel larger.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

MOST_CHANNELS = 16  # of the input: with more of them the larger window costs more than it gains
WIDEST = (torch.int64, torch.int32, torch.int16, torch.uint8)


def can_be_phased(convolution: nn.Conv2d, pooling: nn.AvgPool2d) -> bool:
    """Whether the window moves pixel by pixel, and the average is one of 2x2 pixels that do not overlap."""
    moves_by_one = convolution.stride == (1, 1) and convolution.dilation == (1, 1) and convolution.groups == 1
    is_padded_with_zeros = convolution.padding_mode == "zeros" and not isinstance(convolution.padding, str)
    is_small = convolution.in_channels <= MOST_CHANNELS and min(convolution.kernel_size) > 1
    return moves_by_one and is_padded_with_zeros and is_small and averages_four(pooling)


def averages_four(pooling: nn.AvgPool2d) -> bool:
    """Whether it is the mean of 2x2 pixels, each of which belongs to one mean only."""
    is_of_four = pooling.kernel_size in (2, (2, 2)) and pooling.divisor_override is None
    return is_of_four and pooling.stride in (2, (2, 2)) and pooling.padding in (0, (0, 0)) and not pooling.ceil_mode


def average_of_phases(images: Tensor, convolution: nn.Conv2d, activation: nn.Module) -> Tensor:
    """average(activation(convolution(images))): (batch, in, height, width) -> (batch, out, height', width')"""
    images = in_autocast_type(images)
    windows, kernel = windows_of(images, convolution), kernel_of_phases(convolution.weight)
    bias = None if convolution.bias is None else convolution.bias.repeat(4)
    phases = activation(F.conv2d(windows, kernel, bias))  # (batch, 4 out, height', width')
    average = torch.eye(convolution.out_channels, dtype=phases.dtype, device=phases.device).repeat(4, 1) / 4
    return (phases.permute(0, 2, 3, 1) @ average).permute(0, 3, 1, 2)  # (batch, out, height', width')


def in_autocast_type(images: Tensor) -> Tensor:
    """What a convolution under autocast would do, but before its input is copied about."""
    device = images.device.type
    if images.dtype == torch.float32 and torch.is_autocast_enabled(device):
        return images.to(torch.get_autocast_dtype(device))
    return images


def windows_of(images: Tensor, convolution: nn.Conv2d) -> Tensor:
    """The images padded to whole blocks of 2x2 pixels, each block one pixel: (batch, 4 in, rows, columns)"""
    margins: list[int] = []
    for axis in (1, 0):  # the last axis first
        size, kernel, padding = images.shape[2 + axis], convolution.kernel_size[axis], int(convolution.padding[axis])
        num_outputs = (size + 2 * padding - kernel + 1) // 2  # an odd one over is dropped by the average
        num_blocks = num_outputs + kernel // 2
        margins += [padding, 2 * num_blocks - size - padding]  # a negative one crops
    padded = F.pad(images, margins) if any(margins) else images
    pixels = padded.permute(0, 2, 3, 1).contiguous()  # (batch, height, width, in)
    blocks: Any = SpaceToDepth.apply(pixels)
    return blocks.permute(0, 3, 1, 2)


def kernel_of_phases(weight: Tensor) -> Tensor:
    """(out, in, height, width) -> (4 out, 4 in, rows, columns): shifted down and right, in blocks of 2x2 pixels."""
    channels_out, channels_in, height, width = weight.shape
    rows, columns = height // 2 + 1, width // 2 + 1
    shifted = [
        F.pad(weight, (right, 2 * columns - width - right, down, 2 * rows - height - down))
        for down in (0, 1)
        for right in (0, 1)
    ]
    blocks = torch.stack(shifted).view(4 * channels_out, channels_in, rows, 2, columns, 2)
    kernel = blocks.permute(0, 3, 5, 1, 2, 4).flatten(1, 3)  # (4 out, 4 in, rows, columns)
    return kernel.contiguous(memory_format=torch.channels_last)


class SpaceToDepth(torch.autograd.Function):
    """Blocks of 2x2 pixels become one: (batch, height, width, channels) -> (batch, height/2, width/2, 4 channels)

    The two pixels of a row lie side by side and are copied as one word: several times faster than number by number.
    """

    @staticmethod
    def forward(ctx: Any, pixels: Tensor) -> Tensor:
        batch, height, width, channels = pixels.shape
        pairs = as_words(pixels.view(batch, height // 2, 2, width // 2, 2 * channels))
        blocks = pairs.transpose(2, 3).contiguous().view(pixels.dtype)
        return blocks.view(batch, height // 2, width // 2, 4 * channels)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        batch, rows, columns, channels = gradient.shape
        pairs = as_words(gradient.contiguous().view(batch, rows, columns, 2, channels // 2))
        pixels = pairs.transpose(2, 3).contiguous().view(gradient.dtype)
        return pixels.view(batch, 2 * rows, 2 * columns, channels // 4)


def as_words(values: Tensor) -> Tensor:
    """The same bytes as the widest numbers that the last axis is made up of."""
    num_bytes = values.shape[-1] * values.element_size()
    return values.view(next(word for word in WIDEST if num_bytes % word.itemsize == 0))

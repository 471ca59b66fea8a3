"""Second writings of the networks of images, each from its publication."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, max_pool2d, pad

from tests.models.second_writing import Weights

Layer = Callable[[Tensor], Tensor]


def relu(x: Tensor) -> Tensor:
    return x.clamp(min=0)


def sigmoid(x: Tensor) -> Tensor:
    return 1 / (1 + (-x).exp())


def same(x: Tensor) -> Tensor:
    return x


def mean_of_image(x: Tensor) -> Tensor:
    return x.mean((2, 3))


# One layer, a few layers


def softmax_regression(w: Weights, x: Tensor) -> Tensor:
    return w.linear(x.flatten(1), 5)


def mlp(w: Weights, x: Tensor, activation: Layer, widths: tuple[int, ...], rates: tuple[float, ...]) -> Tensor:
    x = x.flatten(1)
    for width, rate in zip(widths, rates, strict=True):
        x = w.dropout(activation(w.linear(x, width)), rate)
    return w.linear(x, 5)


# LeNet (LeCun et al., 1998), with batch normalisation before the activation (Ioffe and Szegedy, 2015)


def lenet(w: Weights, x: Tensor, activation: Layer = sigmoid, pool: Any = avg_pool2d, norm: bool = False) -> Tensor:
    normalized = w.norm if norm else same
    x = pool(activation(normalized(w.conv(x, 6, 5, padding=2))), 2)
    x = pool(activation(normalized(w.conv(x, 16, 5))), 2)
    x = x.flatten(1)
    x = activation(normalized(w.linear(x, 120)))
    x = activation(normalized(w.linear(x, 84)))
    return w.linear(x, 5)


# AlexNet (Krizhevsky et al., 2012; the narrow one 2014)


def alexnet(w: Weights, x: Tensor, widths: tuple[int, ...], padding: int, drops_inputs: bool) -> Tensor:
    x = max_pool2d(relu(w.conv(x, widths[0], 11, stride=4, padding=padding)), 3, 2)
    x = max_pool2d(relu(w.conv(x, widths[1], 5, padding=2)), 3, 2)
    x = relu(w.conv(x, widths[2], 3, padding=1))
    x = relu(w.conv(x, widths[3], 3, padding=1))
    x = max_pool2d(relu(w.conv(x, widths[4], 3, padding=1)), 3, 2)
    x = adaptive_avg_pool2d(x, 1).flatten(1)
    if drops_inputs:
        x = relu(w.linear(w.dropout(x, 0.5), 4096))
        x = relu(w.linear(w.dropout(x, 0.5), 4096))
    else:
        x = w.dropout(relu(w.linear(x, 4096)), 0.5)
        x = w.dropout(relu(w.linear(x, 4096)), 0.5)
    return w.linear(x, 5)


# VGG (Simonyan and Zisserman, 2015, table 1), a sixteenth as wide


def vgg(w: Weights, x: Tensor, depths: tuple[int, ...], norm: bool = False) -> Tensor:
    normalized = w.norm if norm else same
    for depth, width in zip(depths, (64, 128, 256, 512, 512), strict=True):
        for _ in range(depth):
            x = relu(normalized(w.conv(x, width // 16, 3, padding=1)))
        x = max_pool2d(x, 2)
    x = adaptive_avg_pool2d(x, 1).flatten(1)
    x = w.dropout(relu(w.linear(x, 4096)), 0.5)
    x = w.dropout(relu(w.linear(x, 4096)), 0.5)
    return w.linear(x, 5)


# NiN (Lin, Chen and Yan, 2013), in the sizes of AlexNet


def nin(w: Weights, x: Tensor, norm: bool = False) -> Tensor:
    normalized = w.norm if norm else same

    def block(x: Tensor, channels: int, kernel: int, last: Layer = normalized, **place: int) -> Tensor:
        x = relu(normalized(w.conv(x, channels, kernel, **place)))
        x = relu(normalized(w.conv(x, channels, 1)))
        return relu(last(w.conv(x, channels, 1)))

    x = max_pool2d(block(x, 96, 11, stride=4), 3, 2)
    x = max_pool2d(block(x, 256, 5, padding=2), 3, 2)
    x = max_pool2d(block(x, 384, 3, padding=1), 3, 2)
    return mean_of_image(block(w.dropout(x, 0.5), 5, 3, last=same, padding=1))


# GoogLeNet (Szegedy et al., 2015, table 1); Inception-v3's substitutes of 5x5 (Szegedy et al., 2016)

# #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj
TABLE_1 = [
    [(64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)],
    [
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ],
    [(256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)],
]
WIDE: dict[str, list[tuple[Any, Any]]] = {  # kernels and paddings
    "inception": [(5, 2)],
    "two-3x3": [(3, 1), (3, 1)],
    "factorized": [((1, 7), (0, 3)), ((7, 1), (3, 0))],
}


def googlenet(w: Weights, x: Tensor, block: str = "inception", norm: bool = False) -> Tensor:
    normalized = partial(w.norm, eps=1e-3) if norm else same

    def unit(x: Tensor, channels: int, kernel: Any, **place: Any) -> Tensor:
        return relu(normalized(w.conv(x, channels, kernel, bias=not norm, **place)))

    def inception(x: Tensor, narrow: int, before_3: int, of_3: int, before_wide: int, wide: int, pool: int) -> Tensor:
        one, three, five = unit(x, narrow, 1), unit(unit(x, before_3, 1), of_3, 3, padding=1), unit(x, before_wide, 1)
        for kernel, padding in WIDE[block]:
            five = unit(five, wide, kernel, padding=padding)
        return torch.cat([one, three, five, unit(max_pool2d(x, 3, 1, 1), pool, 1)], 1)

    x = max_pool2d(unit(x, 64, 7, stride=2, padding=3), 3, 2, 1)
    x = max_pool2d(unit(unit(x, 64, 1), 192, 3, padding=1), 3, 2, 1)
    for number, blocks in enumerate(TABLE_1):
        x = max_pool2d(x, 3, 2, 1) if number else x
        for sizes in blocks:
            x = inception(x, *sizes)
    return w.linear(mean_of_image(x), 5)


# ResNet (He et al., 2016; pre-activation: Identity mappings, 2016)


def basic(w: Weights, x: Tensor, channels: int, stride: int) -> Tensor:
    h = relu(w.norm(w.conv(x, channels, 3, bias=False, stride=stride, padding=1)))
    h = w.norm(w.conv(h, channels, 3, bias=False, padding=1))
    return relu(h + shortcut(w, x, channels, stride))


def bottleneck(w: Weights, x: Tensor, channels: int, stride: int) -> Tensor:
    h = relu(w.norm(w.conv(x, channels, 1, bias=False)))
    h = relu(w.norm(w.conv(h, channels, 3, bias=False, stride=stride, padding=1)))
    h = w.norm(w.conv(h, 4 * channels, 1, bias=False))
    return relu(h + shortcut(w, x, 4 * channels, stride))


def preactivation(w: Weights, x: Tensor, channels: int, stride: int) -> Tensor:
    h = w.conv(relu(w.norm(x)), channels, 3, bias=False, stride=stride, padding=1)
    h = w.conv(relu(w.norm(h)), channels, 3, bias=False, padding=1)
    return h + shortcut(w, x, channels, stride)


def preactivation_bottleneck(w: Weights, x: Tensor, channels: int, stride: int) -> Tensor:
    h = w.conv(relu(w.norm(x)), channels, 1, bias=False)
    h = w.conv(relu(w.norm(h)), channels, 3, bias=False, stride=stride, padding=1)
    h = w.conv(relu(w.norm(h)), 4 * channels, 1, bias=False)
    return h + shortcut(w, x, 4 * channels, stride)


def shortcut(w: Weights, x: Tensor, channels: int, stride: int) -> Tensor:
    if channels == x.size(1) and stride == 1:
        return x
    return w.norm(w.conv(x, channels, 1, bias=False, stride=stride))


def resnet(
    w: Weights, x: Tensor, block: Any, depths: tuple[int, ...], small: bool = False, normed_at_the_end: bool = False
) -> Tensor:
    x = stages(w, x, block, depths, small)[-1]
    x = relu(w.norm(x)) if normed_at_the_end else x
    return w.linear(mean_of_image(x), 5)


def stages(
    w: Weights, x: Tensor, block: Any, depths: tuple[int, ...], small: bool = False, width: int = 64
) -> list[Tensor]:
    """The features behind each stage."""
    if small:
        x = relu(w.norm(w.conv(x, width, 3, bias=False, padding=1)))
    else:
        x = max_pool2d(relu(w.norm(w.conv(x, width, 7, bias=False, stride=2, padding=3))), 3, 2, 1)
    features = []
    for number, depth in enumerate(depths):
        for index in range(depth):
            x = block(w, x, width * 2**number, stride=2 if number and not index else 1)
        features.append(x)
    return features


# FCN (Long et al., 2015) and U-Net (Ronneberger et al., 2015)


def fcn(w: Weights, x: Tensor, num_skips: int = 0, small: bool = False) -> Tensor:
    height, width = x.shape[2:]
    features = stages(w, x, basic, (2, 2, 2, 2), small, width=8)
    scored = [w.conv(features[3 - number], 5, 1) for number in range(num_skips + 1)]  # of the last stage first
    y = scored[0]
    for skipped in scored[1:]:
        y = doubled(w, y, 2)[:, :, : skipped.size(2), : skipped.size(3)] + skipped
    stride = (1 if small else 4) * 2 ** (3 - num_skips)
    return doubled(w, y, stride)[:, :, :height, :width]


def doubled(w: Weights, y: Tensor, factor: int) -> Tensor:
    """Twice as large, or by another even factor."""
    framed = pad(y, (1, 1, 1, 1), mode="replicate")
    large = w.enlarged(framed, 5, 2 * factor, bias=False, stride=factor, padding=factor // 2)
    return large[:, :, factor:-factor, factor:-factor]


def unet(w: Weights, x: Tensor, depth: int, width: int) -> Tensor:
    def twice(x: Tensor, channels: int) -> Tensor:
        x = relu(w.norm(w.conv(x, channels, 3, bias=False, padding=1)))
        return relu(w.norm(w.conv(x, channels, 3, bias=False, padding=1)))

    x = twice(x, width)
    seen = []
    for level in range(1, depth + 1):
        seen.append(x)
        x = twice(max_pool2d(x, 2, ceil_mode=True), width * 2**level)
    for level in range(depth - 1, -1, -1):
        bridge = seen.pop()
        up = w.enlarged(x, width * 2**level, 2, stride=2)[:, :, : bridge.size(2), : bridge.size(3)]
        x = twice(torch.cat((bridge, up), 1), width * 2**level)
    return w.conv(x, 5, 1)


# DenseNet (Huang et al., 2017)


def densenet(w: Weights, x: Tensor, depths: tuple[int, ...], growth: int, bottleneck: bool = False) -> Tensor:
    x = max_pool2d(relu(w.norm(w.conv(x, 64, 7, bias=False, stride=2, padding=3))), 3, 2, 1)
    for number, depth in enumerate(depths):
        if number:
            x = avg_pool2d(w.conv(relu(w.norm(x)), x.size(1) // 2, 1, bias=False), 2)
        for _ in range(depth):
            h = w.conv(relu(w.norm(x)), 4 * growth, 1, bias=False) if bottleneck else x
            x = torch.cat([x, w.conv(relu(w.norm(h)), growth, 3, bias=False, padding=1)], 1)
    return w.linear(mean_of_image(relu(w.norm(x))), 5)


# The three of the lectures on MNIST


def mnist_cnn(w: Weights, x: Tensor) -> Tensor:
    for channels in (10, 20):
        x = relu(max_pool2d(w.conv(x, channels, 5), 2))
    return w.linear(x.flatten(1), 5)


def mnist_inception(w: Weights, x: Tensor) -> Tensor:
    for channels in (10, 20):
        x = relu(max_pool2d(w.conv(x, channels, 5), 2))
        pooled, one = w.conv(avg_pool2d(x, 3, 1, 1), 24, 1), w.conv(x, 16, 1)
        five = w.conv(w.conv(x, 16, 1), 24, 5, padding=2)
        three = w.conv(w.conv(w.conv(x, 16, 1), 24, 3, padding=1), 24, 3, padding=1)
        x = torch.cat([pooled, one, five, three], 1)
    return w.linear(x.flatten(1), 5)


def mnist_residual(w: Weights, x: Tensor) -> Tensor:
    for channels in (16, 32):
        x = max_pool2d(relu(w.conv(x, channels, 5)), 2)
        x = relu(x + w.conv(relu(w.conv(x, channels, 3, padding=1)), channels, 3, padding=1))
    return w.linear(x.flatten(1), 5)

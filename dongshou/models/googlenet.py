"""GoogLeNet: kernels of several sizes side by side instead of a choice between them (Szegedy et al., 2015).

Parameters bear the names of torchvision's, so that its published weights load as they are.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from dongshou.models.sizes import check_images, smallest_size

Variant = Literal["course", "torchvision"]
Block = Literal["inception", "two-3x3", "factorized"]
Size = int | tuple[int, int]  # height and width where they differ

# in_channels, 1x1, (before 3x3, 3x3), (before 5x5, 5x5), behind the pooling: table 1 of the paper
INCEPTIONS = {
    "3a": (192, 64, (96, 128), (16, 32), 32),
    "3b": (256, 128, (128, 192), (32, 96), 64),
    "4a": (480, 192, (96, 208), (16, 48), 64),
    "4b": (512, 160, (112, 224), (24, 64), 64),
    "4c": (512, 128, (128, 256), (24, 64), 64),
    "4d": (512, 112, (144, 288), (32, 64), 64),
    "4e": (528, 256, (160, 320), (32, 128), 128),
    "5a": (832, 256, (160, 320), (32, 128), 128),
    "5b": (832, 384, (192, 384), (48, 128), 128),
}


class ConvUnit(nn.Module):
    """relu(conv(x)), or relu(bn(conv(x))) with normalisation, and then without a bias.

    (batch, in_channels, h, w) -> (batch, out_channels, (h + 2 padding - kernel_size) / stride + 1, likewise of w)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        *,
        stride: int = 1,
        padding: Size = 0,
        batch_norm: bool,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=not batch_norm)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001) if batch_norm else nn.Identity()
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    """Inception block.

    Four branches side by side: 1x1, 3x3, 5x5, pooling. (batch, in_channels, h, w) -> (batch, sum of the four, h, w)

    A 1x1 convolution narrows the input of the two larger kernels: a tenth of the arithmetic. Figure 2b.
    `wide` is the branch of 5x5, or what stands in for it.
    """

    def __init__(
        self,
        in_channels: int,
        num_1x1: int,
        num_3x3: tuple[int, int],
        num_5x5: tuple[int, int],
        num_pool: int,
        wide: Block | Literal["one-3x3"] = "inception",
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        self.branch1 = ConvUnit(in_channels, num_1x1, 1, batch_norm=batch_norm)
        self.branch2 = nn.Sequential(
            ConvUnit(in_channels, num_3x3[0], 1, batch_norm=batch_norm),
            ConvUnit(*num_3x3, 3, padding=1, batch_norm=batch_norm),
        )
        self.branch3 = nn.Sequential(
            ConvUnit(in_channels, num_5x5[0], 1, batch_norm=batch_norm),
            *wide_units(wide, *num_5x5, batch_norm=batch_norm),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1),
            ConvUnit(in_channels, num_pool, 1, batch_norm=batch_norm),
        )

    def forward(self, x: Tensor) -> Tensor:
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(x) for branch in branches], dim=1)  # (batch, channels of all, height, width)


def wide_units(
    block: Block | Literal["one-3x3"], in_channels: int, out_channels: int, batch_norm: bool
) -> list[ConvUnit]:
    """The convolutions that look the furthest: 5x5, or what takes its place in Inception-v3 (Szegedy et al., 2016).

    Two 3x3 see as far for 18/25 of the arithmetic; 1x7 and 7x1 see 7x7 for 14/25. One 3x3 is what the published
    weights were trained with.
    """
    kernels: dict[str, list[Size]] = {
        "inception": [5],
        "two-3x3": [3, 3],
        "factorized": [(1, 7), (7, 1)],
        "one-3x3": [3],
    }
    units = []
    for kernel in kernels[block]:
        padding = kernel // 2 if isinstance(kernel, int) else (kernel[0] // 2, kernel[1] // 2)  # keeps the size
        units.append(ConvUnit(in_channels, out_channels, kernel, padding=padding, batch_norm=batch_norm))
        in_channels = out_channels
    return units


class GoogLeNet(nn.Module):
    """Three convolutions, nine inception blocks, the mean over the image, a linear layer: table 1 of the paper.

    (batch, in_channels, height, width) of any size from the smallest on -> (batch, num_classes)
    Raises DongshouError for images that nothing is left of.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        pools: list[nn.MaxPool2d],
        wide: Block | Literal["one-3x3"],
        batch_norm: bool,
        dropout: float,
    ) -> None:
        super().__init__()

        def inception(name: str) -> Inception:
            return Inception(*INCEPTIONS[name], wide=wide, batch_norm=batch_norm)

        self.conv1 = ConvUnit(in_channels, 64, 7, stride=2, padding=3, batch_norm=batch_norm)
        self.maxpool1 = pools[0]
        self.conv2 = ConvUnit(64, 64, 1, batch_norm=batch_norm)
        self.conv3 = ConvUnit(64, 192, 3, padding=1, batch_norm=batch_norm)
        self.maxpool2 = pools[1]
        self.inception3a = inception("3a")
        self.inception3b = inception("3b")
        self.maxpool3 = pools[2]
        self.inception4a = inception("4a")
        self.inception4b = inception("4b")
        self.inception4c = inception("4c")
        self.inception4d = inception("4d")
        self.inception4e = inception("4e")
        self.maxpool4 = pools[3]
        self.inception5a = inception("5a")
        self.inception5b = inception("5b")
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(1024, num_classes)
        self.smallest_size = smallest_size(self)  # pixels

    def forward(self, images: Tensor) -> Tensor:
        return self.logits(self.until_4d(self.until_4a(images)))  # (batch, num_classes)

    def until_4a(self, images: Tensor) -> Tensor:
        check_images("GoogLeNet", images, self.smallest_size)
        x = self.maxpool1(self.conv1(images))  # (batch, 64, height/4, width/4)
        x = self.maxpool2(self.conv3(self.conv2(x)))  # (batch, 192, height/8, width/8)
        x = self.maxpool3(self.inception3b(self.inception3a(x)))  # (batch, 480, height/16, width/16)
        return self.inception4a(x)  # (batch, 512, height/16, width/16)

    def until_4d(self, x: Tensor) -> Tensor:
        return self.inception4d(self.inception4c(self.inception4b(x)))  # (batch, 528, height/16, width/16)

    def logits(self, x: Tensor) -> Tensor:
        x = self.maxpool4(self.inception4e(x))  # (batch, 832, height/32, width/32)
        x = self.inception5b(self.inception5a(x))  # (batch, 1024, height/32, width/32)
        return self.fc(self.dropout(self.flatten(self.avgpool(x))))  # (batch, num_classes)

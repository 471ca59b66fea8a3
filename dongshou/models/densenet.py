"""DenseNet: every layer sees the outputs of all the layers before it in its block (Huang et al., 2017).

Parameters bear the names of torchvision's, so that its published weights load as they are.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_counts
from dongshou.models.sizes import check_images, smallest_size

BOTTLENECK = 4  # channels between the two convolutions of a bottleneck, in growth rates


class DenseLayer(nn.Sequential):
    """conv3x3(relu(bn(x))): `growth_rate` new channels from all channels before it.

    (batch, in_channels, height, width) -> (batch, growth_rate, height, width)
    """

    def __init__(self, in_channels: int, growth_rate: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.relu1 = nn.ReLU()
        self.conv1 = nn.Conv2d(in_channels, growth_rate, kernel_size=3, padding=1, bias=False)


class BottleneckLayer(nn.Sequential):
    """conv3x3(relu(bn(conv1x1(relu(bn(x)))))), the 1x1 narrowing what has piled up: DenseNet-B in the paper.

    (batch, in_channels, height, width) -> (batch, growth_rate, height, width)
    """

    def __init__(self, in_channels: int, growth_rate: int) -> None:
        super().__init__()
        channels = BOTTLENECK * growth_rate
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.relu1 = nn.ReLU()
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, growth_rate, kernel_size=3, padding=1, bias=False)


class DenseBlock(nn.Module):
    """x_l = layer_l([x_0, x_1, ..., x_l-1]), the brackets putting channels side by side (equation 2 of the paper).

    (batch, in_channels, height, width) -> (batch, in_channels + depth * growth_rate, height, width)
    """

    def __init__(self, depth: int, in_channels: int, growth_rate: int, bottleneck: bool) -> None:
        super().__init__()
        layer = BottleneckLayer if bottleneck else DenseLayer
        for index in range(depth):
            self.add_module(f"denselayer{index + 1}", layer(in_channels + index * growth_rate, growth_rate))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.children():
            x = torch.cat([x, layer(x)], dim=1)  # (batch, in_channels + growth_rate so far, height, width)
        return x


class Transition(nn.Sequential):
    """pool(conv1x1(relu(bn(x)))): fewer channels, and half the size by an average, between two dense blocks.

    (batch, in_channels, height, width) -> (batch, out_channels, height/2, width/2)
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels)
        self.relu = nn.ReLU()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=1, bias=False)
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)


class DenseNet(nn.Module):
    """A stem, dense blocks with transitions between them, the mean over the image, a linear layer.

    (batch, in_channels, height, width) of any size from the smallest on -> (batch, num_classes)
    Raises DongshouError for images that nothing is left of.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        growth_rate: int,
        block_config: tuple[int, ...],
        num_init_features: int,
        bottleneck: bool,
    ) -> None:
        super().__init__()
        self.features = stem(in_channels, num_init_features)
        channels = num_init_features
        for number, depth in enumerate(block_config, start=1):
            self.features.add_module(f"denseblock{number}", DenseBlock(depth, channels, growth_rate, bottleneck))
            channels += depth * growth_rate
            if number < len(block_config):
                self.features.add_module(f"transition{number}", Transition(channels, channels // 2))
                channels //= 2
        self.features.add_module(f"norm{len(block_config) + 1}", nn.BatchNorm2d(channels))
        self.relu = nn.ReLU()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(channels, num_classes)
        self.smallest_size = smallest_size(self.features)  # pixels

    def forward(self, images: Tensor) -> Tensor:
        check_images("DenseNet", images, self.smallest_size)
        x = self.relu(self.features(images))  # (batch, channels, height/32, width/32)
        return self.classifier(self.flatten(self.avgpool(x)))  # (batch, num_classes)


def stem(in_channels: int, out_channels: int) -> nn.Sequential:
    """(batch, in_channels, height, width) -> (batch, out_channels, height/4, width/4)"""
    return nn.Sequential(
        OrderedDict(
            conv0=nn.Conv2d(in_channels, out_channels, kernel_size=7, stride=2, padding=3, bias=False),
            norm0=nn.BatchNorm2d(out_channels),
            relu0=nn.ReLU(),
            pool0=nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        )
    )


def densenet(
    in_channels: int = 3,
    num_classes: int = 1000,
    *,
    growth_rate: int = 32,
    block_config: tuple[int, ...] = (4, 4, 4, 4),
    num_init_features: int = 64,
    bottleneck: bool = False,
) -> DenseNet:
    """The small one of the course: four blocks of four layers without bottlenecks.

    block_config  the number of layers in each dense block
    bottleneck    narrow the input of every layer by a 1x1 convolution first

    Raises UsageError for numbers below 1, or no blocks.
    """
    check_counts(
        in_channels=in_channels, num_classes=num_classes, growth_rate=growth_rate, num_init_features=num_init_features
    )
    if not block_config or min(block_config) < 1:
        raise UsageError(f"There is at least 1 dense block, of at least 1 layer each; got block_config={block_config}.")
    return DenseNet(in_channels, num_classes, growth_rate, block_config, num_init_features, bottleneck)


def densenet121(in_channels: int = 3, num_classes: int = 1000) -> DenseNet:
    """6, 12, 24 and 16 layers with bottlenecks: 121 convolutions and linear layers in all."""
    return densenet(in_channels, num_classes, block_config=(6, 12, 24, 16), bottleneck=True)

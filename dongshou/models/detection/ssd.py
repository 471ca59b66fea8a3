"""SSD: a class and an offset for each of many anchors in one pass (Liu et al., 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dongshou.errors import DongshouError
from dongshou.models.checks import check_counts
from dongshou.models.detection.anchors import AnchorScales, evenly_spaced_scales
from dongshou.models.detection.base import small_stages
from dongshou.models.resnet import BasicBlock, resnet18, stage

COURSE_SCALES = AnchorScales(
    sizes=((0.2, 0.272), (0.37, 0.447), (0.54, 0.619), (0.71, 0.79), (0.88, 0.961)),
    ratios=((1.0, 2.0, 0.5),) * 5,
)


class AnchorPredictions(NamedTuple):
    """
    anchors  (anchors, 4) corners in pixels, the same for every picture
    logits   (batch, anchors, 1 + classes): nothing, then each class
    offsets  (batch, anchors, 4), see `encode`
    """

    anchors: Tensor
    logits: Tensor
    offsets: Tensor


class SSD(nn.Module):
    """Several grids, each coarser than the one before; around every place of each, anchors of its sizes.

    (batch, in_channels, height, width) -> AnchorPredictions. On each grid a 3x3 convolution gives the logits of the
    anchors of a place, another one their offsets.

    stages    each makes a grid of the one before, the first of the picture
    channels  of each grid
    smallest  side of a picture, in pixels, of which all grids can be made

    Raises DongshouError for smaller pictures.
    """

    def __init__(
        self,
        stages: Sequence[nn.Module],
        channels: Sequence[int],
        scales: AnchorScales,
        num_classes: int,
        smallest: int = 1,
    ) -> None:
        super().__init__()
        check_counts(num_classes=num_classes)
        self.smallest = smallest
        self.num_classes = num_classes
        self.scales = scales
        self.stages = nn.ModuleList(stages)
        numbers = [*zip(channels, scales.num_per_place, strict=True)]
        self.class_heads = nn.ModuleList(head(width, num * (num_classes + 1)) for width, num in numbers)
        self.box_heads = nn.ModuleList(head(width, num * 4) for width, num in numbers)

    def forward(self, images: Tensor) -> AnchorPredictions:
        check_size(images, self.smallest)
        x, grids, logits, offsets = images, [], [], []
        for stage_of_grid, class_head, box_head in zip(self.stages, self.class_heads, self.box_heads, strict=True):
            x = stage_of_grid(x)  # (batch, channels, rows, columns)
            grids.append((x.shape[2], x.shape[3]))
            logits.append(by_anchor(class_head(x), self.num_classes + 1))
            offsets.append(by_anchor(box_head(x), 4))
        anchors = self.scales.on(grids, (images.shape[2], images.shape[3])).to(images.device)
        return AnchorPredictions(anchors, torch.cat(logits, 1), torch.cat(offsets, 1))


def check_size(images: Tensor, smallest: int) -> None:
    """Raise DongshouError for pictures of which a detector cannot make all of its grids."""
    height, width = images.shape[2:]
    if min(height, width) < smallest:
        raise DongshouError(
            f"This detector needs pictures of at least {smallest}x{smallest} pixels; got {width}x{height}."
            f" Scale them with size={smallest} or more."
        )


def head(in_channels: int, out_channels: int) -> nn.Conv2d:
    """A prediction for each place of a grid from the 3x3 places around it."""
    return nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)


def by_anchor(x: Tensor, num: int) -> Tensor:
    """(batch, anchors of a place * num, rows, columns) -> (batch, rows * columns * anchors of a place, num)"""
    return x.permute(0, 2, 3, 1).reshape(len(x), -1, num)


def tiny_ssd(num_classes: int = 1, in_channels: int = 3) -> SSD:
    """TinySSD of the course: grids of 1/8, 1/16, 1/32 and 1/64 of the picture, and one of a single place.

    Three blocks that halve the picture come before the first grid, one before each of the next three.
    """
    check_counts(in_channels=in_channels)
    base = nn.Sequential(halving(in_channels, 16), halving(16, 32), halving(32, 64))
    stages = [base, halving(64, 128), halving(128, 128), halving(128, 128), nn.AdaptiveMaxPool2d(1)]
    return SSD(stages, (64, 128, 128, 128, 128), COURSE_SCALES, num_classes, smallest=64)


def halving(in_channels: int, out_channels: int) -> nn.Sequential:
    """Two 3x3 convolutions with batch normalisation, then half the height and width."""
    layers: list[nn.Module] = []
    for width in (in_channels, out_channels):
        convolution = nn.Conv2d(width, out_channels, kernel_size=3, padding=1)
        layers += [convolution, nn.BatchNorm2d(out_channels), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2))


def small_ssd(num_classes: int = 10, in_channels: int = 3, width: int = 32, scales: AnchorScales | None = None) -> SSD:
    """SSD on a residual network for pictures of about 100 pixels: grids of 1/8, 1/16 and 1/32 of the picture.

    width  channels of the first stage; the grids have 2, 4 and 4 times as many
    scales  of three grids; without it sizes from a fifth to half of the picture
    """
    check_counts(in_channels=in_channels, width=width)
    scales = scales or evenly_spaced_scales(3, 0.2, 0.45, ratios=(0.6, 1.0, 0.35))
    channels = 2 * width, 4 * width, 4 * width
    return SSD(small_stages(in_channels, width), channels, scales, num_classes)


def ssd_resnet18(num_classes: int = 20, in_channels: int = 3, scales: AnchorScales | None = None) -> SSD:
    """SSD on ResNet-18: grids of 1/8, 1/16 and 1/32 of the picture are its last three stages, two coarser ones follow.

    The stages bear torchvision's names below `stages.0.` to `stages.2.`, so that ImageNet's weights can be loaded.
    """
    base = resnet18(in_channels, 1)
    first = nn.Sequential(base.conv1, base.bn1, base.relu, base.maxpool, base.layer1, base.layer2)
    more = [stage(BasicBlock, 512, 256, depth=1, stride=2), stage(BasicBlock, 256, 256, depth=1, stride=2)]
    scales = scales or evenly_spaced_scales(5)
    return SSD([first, base.layer3, base.layer4, *more], (128, 256, 512, 256, 256), scales, num_classes)

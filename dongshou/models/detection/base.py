"""The network below the small detectors: it makes grids of a picture, each half as fine as the one before."""

from __future__ import annotations

from torch import nn

from dongshou.models.resnet import BasicBlock, stage


def small_stages(in_channels: int, width: int) -> list[nn.Module]:
    """A residual network in three parts, which end at 1/8, 1/16 and 1/32 of the picture."""
    base = nn.Sequential(
        nn.Conv2d(in_channels, width, kernel_size=5, stride=2, padding=2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        stage(BasicBlock, width, width, depth=1, stride=2),  # 1/4
        stage(BasicBlock, width, 2 * width, depth=2, stride=2),  # 1/8
    )
    return [
        base,
        stage(BasicBlock, 2 * width, 4 * width, depth=1, stride=2),
        stage(BasicBlock, 4 * width, 4 * width, depth=1, stride=2),
    ]

"""FCOS: no anchors; each place of a grid says what it lies in and how far the edges are (Tian et al., 2019)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from dongshou.models.checks import check_counts
from dongshou.models.detection.base import small_stages
from dongshou.models.detection.ssd import by_anchor, head
from dongshou.models.resnet import conv1x1

RARE = 0.01  # how probable every class is at the start: nearly all places are empty


class PointPredictions(NamedTuple):
    """
    points     (points, 2) x and y in pixels, the same for every picture
    strides    (points,) pixels from one point of a grid to the next
    logits     (batch, points, classes): of each class whether it is there
    distances  (batch, points, 4) pixels to the left, top, right and bottom edge
    centerness (batch, points) logit of how near the middle of its box a point is
    """

    points: Tensor
    strides: Tensor
    logits: Tensor
    distances: Tensor
    centerness: Tensor


class FCOS(nn.Module):
    """A pyramid of grids, coarse ones added to finer ones, under one head for all of them.

    (batch, in_channels, height, width) -> PointPredictions.

    stages    each makes a grid of the one before, half as high and wide, the first of the picture
    channels  of each grid
    width     channels of all grids of the pyramid (Lin et al., 2017)
    """

    def __init__(self, stages: Sequence[nn.Module], channels: Sequence[int], width: int, num_classes: int) -> None:
        super().__init__()
        check_counts(num_classes=num_classes, width=width)
        self.num_classes = num_classes
        self.stages = nn.ModuleList(stages)
        self.lateral = nn.ModuleList(conv1x1(number, width) for number in channels)
        self.enlarge = nn.Upsample(scale_factor=2, mode="nearest")
        self.class_tower, self.box_tower = tower(width), tower(width)
        self.class_head, self.box_head, self.center_head = head(width, num_classes), head(width, 4), head(width, 1)
        self.scales = nn.Parameter(torch.ones(len(channels)))  # of the distances of each grid
        assert self.class_head.bias is not None
        nn.init.constant_(self.class_head.bias, -math.log((1 - RARE) / RARE))

    def forward(self, images: Tensor) -> PointPredictions:
        grids, x = [], images
        for stage_of_grid in self.stages:
            x = stage_of_grid(x)
            grids.append(x)
        outputs = [self._of_grid(x, scale) for x, scale in zip(self._pyramid(grids), self.scales, strict=True)]
        sizes = [(x.shape[2], x.shape[3]) for x in grids]
        points, strides = points_of(sizes, (images.shape[2], images.shape[3]))
        points, strides = points.to(images.device), strides.to(images.device)
        logits, distances, centerness = (torch.cat(column, 1) for column in zip(*outputs, strict=True))
        return PointPredictions(points, strides, logits, distances * strides[:, None], centerness[..., 0])

    def _pyramid(self, grids: Sequence[Tensor]) -> list[Tensor]:
        """Each grid in `width` channels, with the next coarser one enlarged and added."""
        narrow = [lateral(x) for lateral, x in zip(self.lateral, grids, strict=True)]
        pyramid = [narrow[-1]]
        for x in reversed(narrow[:-1]):
            above = self.enlarge(pyramid[0])[:, :, : x.shape[2], : x.shape[3]]  # an odd side was halved upwards
            pyramid.insert(0, x + above)
        return pyramid

    def _of_grid(self, x: Tensor, scale: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, distances in strides and centerness (batch, points, ...)."""
        classes, boxes = self.class_tower(x), self.box_tower(x)
        logits = by_anchor(self.class_head(classes), self.num_classes)
        distances = by_anchor((scale * self.box_head(boxes)).exp(), 4)
        return logits, distances, by_anchor(self.center_head(boxes), 1)


def tower(width: int) -> nn.Sequential:
    """What comes before a head; normalised by groups, for the grids of one head have statistics of their own."""
    return nn.Sequential(
        nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False), nn.GroupNorm(min(8, width), width), nn.ReLU()
    )


def points_of(grids: Sequence[tuple[int, int]], size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The middles of all places of all grids, in pixels of a picture (height, width), (points, 2), and how far apart
    they are, (points,)."""
    points, strides = [], []
    for rows, columns in grids:
        height, width = size[0] / rows, size[1] / columns
        y, x = torch.meshgrid((torch.arange(rows) + 0.5) * height, (torch.arange(columns) + 0.5) * width, indexing="ij")
        points.append(torch.stack([x, y], -1).reshape(-1, 2))
        strides.append(torch.full((rows * columns,), max(height, width)))
    return torch.cat(points), torch.cat(strides)


def small_fcos(num_classes: int = 10, in_channels: int = 3, width: int = 32) -> FCOS:
    """FCOS on the residual network of `small_ssd`: grids of 1/8, 1/16 and 1/32 of the picture."""
    check_counts(in_channels=in_channels, width=width)
    return FCOS(small_stages(in_channels, width), (2 * width, 4 * width, 4 * width), 2 * width, num_classes)

"""Anchors: the boxes that a detector starts from, the same few around every place of a grid (Ren et al., 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dongshou.errors import UsageError
from dongshou.models.detection.boxes import centers_to_corners


def shapes_of_anchors(sizes: Sequence[float], ratios: Sequence[float], aspect: float = 1.0) -> Tensor:
    """Width and height of the anchors of one place, as shares of the picture's sides: (sizes + ratios - 1, 2).

    width = s sqrt(r) height_of_picture / width_of_picture,  height = s / sqrt(r), for each size s with the first
    ratio r, then for the first size with each other ratio: of n sizes and m ratios not n m but n + m - 1.

    aspect  height of the picture over its width
    """
    pairs = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    size, ratio = torch.tensor(pairs).unbind(-1)
    return torch.stack([size * ratio.sqrt() * aspect, size / ratio.sqrt()], -1)


def grid_anchors(
    grid: tuple[int, int], sizes: Sequence[float], ratios: Sequence[float], aspect: float | None = None
) -> Tensor:
    """Anchors around the middle of each place of a grid, row by row, as shares of the picture's sides.

    grid    (height, width) of the feature map, or of the picture itself
    aspect  height of the picture over its width; without it that of the grid

    -> corners (height * width * (sizes + ratios - 1), 4). They may reach beyond the picture.
    Raises UsageError for sizes or ratios that are none or not above 0.
    """
    if not sizes or not ratios or min(*sizes, *ratios) <= 0:
        raise UsageError(f"Anchors need sizes and ratios above 0; got sizes={[*sizes]}, ratios={[*ratios]}.")
    height, width = grid
    shapes = shapes_of_anchors(sizes, ratios, height / width if aspect is None else aspect)  # (anchors, 2)
    y, x = torch.meshgrid((torch.arange(height) + 0.5) / height, (torch.arange(width) + 0.5) / width, indexing="ij")
    middles = torch.stack([x, y], -1).reshape(-1, 1, 2).expand(-1, len(shapes), 2)  # (places, anchors, 2)
    centers = torch.cat([middles, shapes.expand(len(middles), -1, 2)], -1)
    return centers_to_corners(centers).reshape(-1, 4)


@dataclass(frozen=True)
class AnchorScales:
    """Which anchors stand on each of several grids, from the finest to the coarsest: small things and large ones.

    sizes   for each grid, as shares of the picture's side
    ratios  width / height, for each grid

    Raises UsageError unless there are as many of both.
    """

    sizes: tuple[tuple[float, ...], ...]
    ratios: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.ratios):
            raise UsageError(f"Each grid has sizes and ratios; got {len(self.sizes)} and {len(self.ratios)}.")

    @property
    def num_per_place(self) -> tuple[int, ...]:
        return tuple(len(sizes) + len(ratios) - 1 for sizes, ratios in zip(self.sizes, self.ratios, strict=True))

    def on(self, grids: Sequence[tuple[int, int]], size: tuple[int, int]) -> Tensor:
        """The anchors of all grids one after the other, in pixels of a picture of size (height, width): (anchors, 4)"""
        height, width = size
        scales = zip(grids, self.sizes, self.ratios, strict=True)
        shares = torch.cat([grid_anchors(grid, sizes, ratios, height / width) for grid, sizes, ratios in scales])
        return shares * torch.tensor([width, height, width, height])


def evenly_spaced_scales(
    num_grids: int, smallest: float = 0.2, largest: float = 0.9, ratios: tuple[float, ...] = (1.0, 2.0, 0.5)
) -> AnchorScales:
    """Sizes from `smallest` to `largest` in equal steps; each grid also has the mean of its size and the next.

    s_k = smallest + (largest - smallest) k / (grids - 1), s'_k = sqrt(s_k s_(k+1)) (Liu et al., 2016, section 2.2).
    """
    step = (largest - smallest) / max(num_grids - 1, 1)
    steps = [smallest + step * index for index in range(num_grids + 1)]
    sizes = tuple((size, (size * after) ** 0.5) for size, after in zip(steps[:-1], steps[1:], strict=True))
    return AnchorScales(sizes, (ratios,) * num_grids)

"""Regions of interest: a piece of a feature map under each box, all of one size."""

from __future__ import annotations

import torch
from torch import Tensor


def roi_pool(features: Tensor, boxes: Tensor, size: int, scale: float = 1.0) -> Tensor:
    """The largest value in each of size x size cells of a box, whose edges are rounded (Girshick, 2015).

    features (batch, channels, height, width), boxes (batch, regions, 4) corners in pixels of the picture
    scale    places of the feature map for one pixel

    -> (batch, regions, channels, size, size); 0 for a cell that lies outside.
    """
    corners = (boxes * scale + 0.5).floor()  # to the nearest place, a half upwards
    rows = covers(corners[..., 1], corners[..., 3], size, features.shape[2])  # (batch, regions, size, height)
    columns = covers(corners[..., 0], corners[..., 2], size, features.shape[3])
    some = features[:, None, :, None].masked_fill(~rows[:, :, None, :, :, None], -torch.inf)
    by_row = some.amax(4)  # (batch, regions, channels, size, width)
    largest = by_row[..., None, :].masked_fill(~columns[:, :, None, None], -torch.inf).amax(5)
    return largest.masked_fill(largest == -torch.inf, 0)


def covers(first: Tensor, last: Tensor, size: int, length: int) -> Tensor:
    """Whether each of `size` equal cells from the first place to the last one touches a place 0 .. length - 1.

    first, last (batch, regions) -> bool (batch, regions, size, length)
    """
    step = (last - first + 1).clamp(min=1)[..., None] / size
    cell = torch.arange(size, device=first.device)
    start = (cell * step).floor() + first[..., None]
    end = ((cell + 1) * step).ceil() + first[..., None]
    places = torch.arange(length, device=first.device)
    return (places >= start[..., None]) & (places < end[..., None])


def roi_align(features: Tensor, boxes: Tensor, size: int, scale: float = 1.0, samples: int = 2) -> Tensor:
    """The mean of samples x samples values in each of size x size cells of a box, none of them rounded: between four
    places values are interpolated (He et al., 2017).

    features (batch, channels, height, width), boxes (batch, regions, 4) corners in pixels of the picture
    scale    places of the feature map for one pixel; the middle of the first place lies at (1/2, 1/2) / scale

    -> (batch, regions, channels, size, size). Interpolation along rows and along columns are two matrix products.
    """
    rows = weights_between(boxes[..., 1] * scale, boxes[..., 3] * scale, size, samples, features.shape[2])
    columns = weights_between(boxes[..., 0] * scale, boxes[..., 2] * scale, size, samples, features.shape[3])
    by_row = rows.unsqueeze(2) @ features.unsqueeze(1)  # (batch, regions, channels, size, width)
    return by_row @ columns.unsqueeze(2).mT


def weights_between(start: Tensor, end: Tensor, size: int, samples: int, length: int) -> Tensor:
    """How much each place 0 .. length - 1 counts in each of `size` equal cells from start to end.

    start, end (batch, regions) -> (batch, regions, size, length). A sample at c, counted from the middle of the first
    place, sees the place j with weight max(0, 1 - |j - c|); one beyond the first or last place sees that alone, one
    that is more than a place beyond sees nothing.
    """
    cells = (torch.arange(size * samples, dtype=start.dtype, device=start.device) + 0.5) / (size * samples)
    at = start[..., None] + cells * (end - start)[..., None] - 0.5  # (batch, regions, size * samples)
    is_near = (at >= -1) & (at <= length)
    at = at.clamp(0, length - 1)
    places = torch.arange(length, device=start.device)
    weights = (1 - (places - at[..., None]).abs()).clamp(min=0) * is_near[..., None]
    return weights.unflatten(2, (size, samples)).mean(3)

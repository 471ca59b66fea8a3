"""Boxes as four numbers: their two forms, and how much two of them share."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.data.targets import area

SMALLEST = 1e-12  # in place of a union or hull without area, so that two points share 0 and not 0/0


def corners_to_centers(corners: Tensor) -> Tensor:
    """(left, top, right, bottom) -> (center x, center y, width, height), (..., 4)."""
    left, top, right, bottom = corners.unbind(-1)
    return torch.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], -1)


def centers_to_corners(centers: Tensor) -> Tensor:
    """(center x, center y, width, height) -> (left, top, right, bottom), (..., 4)."""
    x, y, width, height = centers.unbind(-1)
    return torch.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], -1)


def clipped(corners: Tensor, size: tuple[int, int]) -> Tensor:
    """The part of each box that lies in a picture of size (height, width), (..., 4)."""
    height, width = size
    left, top, right, bottom = corners.unbind(-1)
    edges = left.clamp(0, width), top.clamp(0, height), right.clamp(0, width), bottom.clamp(0, height)
    return torch.stack(edges, -1)


def intersection(a: Tensor, b: Tensor) -> Tensor:
    """The area that boxes a and b share, (..., 4) against (..., 4), broadcast -> (...,)."""
    a_left, a_top, a_right, a_bottom = a.unbind(-1)
    b_left, b_top, b_right, b_bottom = b.unbind(-1)
    width = torch.minimum(a_right, b_right) - torch.maximum(a_left, b_left)
    height = torch.minimum(a_bottom, b_bottom) - torch.maximum(a_top, b_top)
    return width.clamp(min=0) * height.clamp(min=0)


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union (Jaccard index) of corners a (..., 4) with b (..., 4), broadcast -> (...,).

    IoU = |A n B| / |A u B|: 1 for equal boxes, 0 for boxes that share nothing.
    """
    shared = intersection(a, b)
    return shared / (area(a) + area(b) - shared).clamp(min=SMALLEST)


def generalized_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU minus the empty share of the hull of both, from -1 to 1 (Rezatofighi et al., 2019), broadcast -> (...,).

    GIoU = IoU - |H minus (A u B)| / |H|. Unlike IoU it has a gradient where two boxes share nothing.
    """
    shared = intersection(a, b)
    union = area(a) + area(b) - shared
    hull = torch.cat([torch.minimum(a[..., :2], b[..., :2]), torch.maximum(a[..., 2:], b[..., 2:])], -1)
    around = area(hull).clamp(min=SMALLEST)
    return shared / union.clamp(min=SMALLEST) - (around - union) / around


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of each of n boxes with each of m: (..., n, 4) and (..., m, 4) -> (..., n, m)."""
    return iou(edge_by_edge(a).unsqueeze(-2), edge_by_edge(b).unsqueeze(-3))


def edge_by_edge(corners: Tensor) -> Tensor:
    """The same boxes (..., 4), each of the four numbers of all boxes one run in memory: a processor reads runs."""
    return corners.movedim(-1, 0).contiguous().movedim(0, -1)

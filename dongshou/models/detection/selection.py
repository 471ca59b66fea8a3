"""From a score of every class for every box to the few boxes that are left in the end."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.data.targets import ABSENT
from dongshou.models.detection.detections import Detections
from dongshou.models.detection.suppression import suppress

CHUNK = 8_000_000  # overlaps that are computed at a time


def select(
    corners: Tensor,
    scores: Tensor,
    *,
    threshold: float = 0.5,
    least_score: float = 0.05,
    most_per_class: int = 100,
    most: int = 100,
) -> Detections:
    """Class by class the surest boxes that no surer one suppresses, then the surest of all classes.

    corners (batch, boxes, 4), or (batch, boxes, classes, 4) where each class has its own; scores (batch, boxes,
    classes) from 0 to 1

    threshold       of the IoU above which a surer box suppresses another one of its class
    least_score     below which a box is none
    most_per_class  boxes of a class that are looked at, the surest
    most            boxes of a picture that are left
    """
    batch, _, num_classes = scores.shape
    by_class = scores.masked_fill(scores < least_score, 0).transpose(1, 2)  # (batch, classes, boxes)
    num = min(most_per_class, int((by_class > 0).sum(2).max()))  # what the fullest class has
    best, index = by_class.topk(num, dim=2)  # (batch, classes, num)
    chosen = chosen_corners(corners, index)  # (batch, classes, num, 4)
    groups = chosen.flatten(0, 1), best.flatten(0, 1)  # a class of a picture
    some = max(1, CHUNK // max(num, 1) ** 2)
    pieces = zip(groups[0].split(some), groups[1].split(some), strict=True)
    keep = [suppress(boxes, sure, threshold) for boxes, sure in pieces]
    best = (groups[1] * torch.cat(keep)).view(batch, -1)  # (batch, classes * num)
    top, place = best.topk(min(most, best.shape[1]), dim=1)
    labels = (place // max(num, 1)).masked_fill(top == 0, ABSENT)
    found = chosen.flatten(1, 2).gather(1, place[..., None].expand(*place.shape, 4))
    return trimmed(Detections(found * (top > 0)[..., None], labels, top))


def chosen_corners(corners: Tensor, index: Tensor) -> Tensor:
    """The corners of the boxes index (batch, classes, num): (batch, classes, num, 4)."""
    num_classes = index.shape[1]
    every = corners[:, None] if corners.dim() == 3 else corners.transpose(1, 2)
    return every.expand(-1, num_classes, -1, -1).gather(2, index[..., None].expand(*index.shape, 4))


def trimmed(found: Detections) -> Detections:
    """Filled up to no more than the fullest picture has."""
    most = int((found.labels != ABSENT).sum(1).max())
    return Detections(*(values[:, :most] for values in found))

"""What the predictions for many points are to be, and what they say: the method of FCOS (Tian et al., 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from dongshou.data.targets import Boxes, area
from dongshou.models.detection.boxes import clipped, generalized_iou
from dongshou.models.detection.detections import Detections
from dongshou.models.detection.fcos import PointPredictions
from dongshou.models.detection.selection import select
from dongshou.tasks.detection.single_shot import Loss, Losses

OUTSIDE = -1  # the box of a point that lies in none


@dataclass(frozen=True)
class AnchorFree:
    """L = L_class / N + L_box / C + L_center / N, N points that lie in a box, C the sum of their centerness.

    L_class   focal loss: -(1 - p)^2 log p of what is there, less of what is known anyway (Lin et al., 2017)
    L_box     centerness (1 - GIoU)
    L_center  cross entropy of the centerness sqrt(min(l, r) / max(l, r) min(t, b) / max(t, b))

    A point belongs to the smallest box that it lies near the middle of, if its farthest edge is within the reach of the
    point's grid, and beyond that of the next finer one.

    radius  strides that a point may be away from the middle of its box
    reach   strides to the farthest edge of a box of that grid
    """

    radius: float = 1.5
    reach: float = 3.0
    suppression: float = 0.5
    least_score: float = 0.05
    shows_truth: bool = False

    def losses(self, predictions: PointPredictions, boxes: Boxes) -> Losses:
        points, strides, logits, distances, centerness = predictions
        matched, wanted = match_points(points, strides, boxes, self.radius, self.reach)
        is_inside = matched != OUTSIDE  # (batch, points)
        is_there = torch.zeros_like(logits)
        image, point = is_inside.nonzero(as_tuple=True)
        is_there[image, point, boxes.labels[image, matched[image, point]]] = 1
        far = wanted[image, point]  # (inside, 4)
        center = centerness_of(far)
        num, sum_of_centers = is_inside.sum().clamp(min=1), center.sum().clamp(min=1)
        away = 1 - generalized_iou(around(points[point], distances[image, point]), around(points[point], far))
        of_center = binary_cross_entropy_with_logits(centerness[image, point], center, reduction="sum")
        return {
            "class_loss": Loss(focal_loss(logits, is_there).sum(), num),
            "box_loss": Loss((center * away).sum(), sum_of_centers),
            "center_loss": Loss(of_center, num),
        }

    def detections(self, predictions: PointPredictions, size: tuple[int, int]) -> Detections:
        """The score is the geometric mean of the probability of the class and the centerness."""
        corners = clipped(around(predictions.points, predictions.distances), size)
        scores = (predictions.logits.sigmoid() * predictions.centerness.sigmoid()[..., None]).sqrt()
        return select(corners, scores, threshold=self.suppression, least_score=self.least_score)


def around(points: Tensor, distances: Tensor) -> Tensor:
    """The corners (..., 4) of boxes with edges at these distances (..., 4) from points (..., 2)."""
    return torch.cat([points - distances[..., :2], points + distances[..., 2:]], -1)


def centerness_of(distances: Tensor) -> Tensor:
    """1 in the middle of a box, 0 at its edge, (..., 4) -> (...,)."""
    left, top, right, bottom = distances.unbind(-1)
    along = torch.minimum(left, right) / torch.maximum(left, right)
    down = torch.minimum(top, bottom) / torch.maximum(top, bottom)
    return (along * down).sqrt()


def focal_loss(logits: Tensor, is_there: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """-a (1 - p)^gamma log p, of each number, p the probability of what is true, a = alpha where it is there and
    1 - alpha where it is not (Lin et al., 2017)."""
    cross_entropy = binary_cross_entropy_with_logits(logits, is_there, reduction="none")
    p = (-cross_entropy).exp()
    weight = alpha * is_there + (1 - alpha) * (1 - is_there)
    return weight * (1 - p) ** gamma * cross_entropy


def match_points(points: Tensor, strides: Tensor, boxes: Boxes, radius: float, reach: float) -> tuple[Tensor, Tensor]:
    """The number of the box that each point belongs to, or OUTSIDE, (batch, points), and how far its edges are,
    (batch, points, 4)."""
    if not boxes.labels.shape[1]:  # no picture has a box
        shape = len(boxes), len(points)
        return boxes.labels.new_full(shape, OUTSIDE), boxes.corners.new_ones(*shape, 4)
    corners = boxes.corners[:, None]  # (batch, 1, most, 4)
    here = points[None, :, None]  # (1, points, 1, 2)
    distances = torch.cat([here - corners[..., :2], corners[..., 2:] - here], -1)  # (batch, points, most, 4)
    middle = (corners[..., :2] + corners[..., 2:]) / 2
    is_near = ((here - middle).abs() <= radius * strides[:, None, None]).all(-1)
    farthest, far = distances.amax(-1), reach * strides[:, None]
    is_of_grid = (farthest <= far) | (strides == strides.max())[:, None]
    is_of_grid &= (farthest > far / 2) | (strides == strides.min())[:, None]  # each grid is half as fine as the next
    is_inside = (distances.amin(-1) > 0) & is_near & is_of_grid & boxes.is_present[:, None]
    size = area(boxes.corners)[:, None].expand_as(is_inside).masked_fill(~is_inside, torch.inf)
    smallest, matched = size.min(2)  # (batch, points)
    wanted = distances.gather(2, matched[..., None, None].expand(*matched.shape, 1, 4))[:, :, 0]
    return matched.masked_fill(smallest.isinf(), OUTSIDE), wanted

"""What the predictions for many anchors are to be, and what they say: the method of SSD (Liu et al., 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, smooth_l1_loss

from dongshou.data.targets import Boxes
from dongshou.models.detection.boxes import clipped
from dongshou.models.detection.detections import Detections
from dongshou.models.detection.matching import UNMATCHED, decode, encode, hard_negatives, match_anchors
from dongshou.models.detection.selection import select
from dongshou.models.detection.ssd import AnchorPredictions

NOTHING = 0  # the class of an anchor without a box; that of a box is one more than its label


class Loss(NamedTuple):
    """A part of a loss: its sum over a batch, and what it is divided by."""

    total: Tensor
    weight: Tensor


Losses = dict[str, Loss]


@dataclass(frozen=True)
class SingleShot:
    """L = (L_class + L_box) / N, both sums over the anchors of a batch, N the anchors that have a true box.

    L_class  cross entropy of the anchors with a box and of the hardest others, `negatives` times as many
    L_box    smooth L1 of the offsets of the anchors with a box

    threshold    of the IoU from which on an anchor belongs to a box
    suppression  IoU above which a surer box suppresses another one of its class
    least_score  below which a box is none
    """

    threshold: float = 0.5
    negatives: float = 3.0
    suppression: float = 0.45
    least_score: float = 0.05
    shows_truth: bool = False

    def losses(self, predictions: AnchorPredictions, boxes: Boxes) -> Losses:
        anchors, logits, offsets = predictions
        matched = match_anchors(anchors, boxes, self.threshold)  # (batch, anchors)
        is_positive = matched != UNMATCHED
        labels, corners = of_matched(boxes, matched)
        of_class = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view_as(labels)
        counts = is_positive | hard_negatives(of_class, is_positive, self.negatives)
        wanted = encode(corners[is_positive], anchors.expand(len(matched), -1, 4)[is_positive])
        num = is_positive.sum().clamp(min=1)
        return {
            "class_loss": Loss((of_class * counts).sum(), num),
            "box_loss": Loss(smooth_l1_loss(offsets[is_positive], wanted, reduction="sum"), num),
        }

    def detections(self, predictions: AnchorPredictions, size: tuple[int, int]) -> Detections:
        """What is found in pictures of size (height, width)."""
        corners = clipped(decode(predictions.offsets, predictions.anchors), size)
        scores = predictions.logits.softmax(2)[..., NOTHING + 1 :]
        return select(corners, scores, threshold=self.suppression, least_score=self.least_score)


def of_matched(boxes: Boxes, matched: Tensor) -> tuple[Tensor, Tensor]:
    """The class of each anchor, NOTHING where it has no box, and the corners of its box, (batch, anchors) and
    (batch, anchors, 4)."""
    if not boxes.labels.shape[1]:  # no picture has a box
        return torch.full_like(matched, NOTHING), boxes.corners.new_zeros(*matched.shape, 4)
    index = matched.clamp(min=0)
    labels = (boxes.labels.gather(1, index) + NOTHING + 1).masked_fill(matched == UNMATCHED, NOTHING)
    return labels, boxes.corners.gather(1, index[..., None].expand(*index.shape, 4))

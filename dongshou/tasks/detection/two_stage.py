"""What the two networks of Faster R-CNN are to say, and what they say together (Ren et al., 2015)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, smooth_l1_loss

from dongshou.data.targets import Boxes, area
from dongshou.models.detection.boxes import clipped, pairwise_iou
from dongshou.models.detection.detections import Detections
from dongshou.models.detection.faster_rcnn import Proposed, TwoStagePredictions
from dongshou.models.detection.matching import UNMATCHED, decode, encode, hard_negatives, match_anchors
from dongshou.models.detection.selection import select
from dongshou.tasks.detection.single_shot import NOTHING, Loss, Losses, of_matched


@dataclass(frozen=True)
class TwoStage:
    """L = L_sure + L_where of the anchors + L_class + L_box of the regions, each over the number that have a box.

    L_sure   cross entropy of whether an anchor has a box, of those that have one and of the hardest others
    L_class  cross entropy of all regions, three times as many without a box as with one, the hardest
    L_where, L_box  smooth L1 of the offsets of those with a box

    threshold    of the IoU from which on an anchor, or a region, belongs to a box
    suppression  IoU above which a surer box suppresses another one of its class
    least_score  below which a box is none
    """

    threshold: float = 0.5
    negatives: float = 3.0
    suppression: float = 0.5
    least_score: float = 0.05
    shows_truth: bool = True

    def losses(self, predictions: TwoStagePredictions, boxes: Boxes) -> Losses:
        return self._of_proposals(predictions.proposed, boxes) | self._of_regions(predictions, boxes)

    def _of_proposals(self, proposed: Proposed, boxes: Boxes) -> Losses:
        anchors, sureness, offsets, _ = proposed
        matched = match_anchors(anchors, boxes, self.threshold)
        is_positive = matched != UNMATCHED
        of_each = binary_cross_entropy_with_logits(sureness, is_positive.to(sureness.dtype), reduction="none")
        counts = is_positive | hard_negatives(of_each, is_positive, self.negatives)
        _, corners = of_matched(boxes, matched)
        wanted = encode(corners[is_positive], anchors.expand(len(matched), -1, 4)[is_positive])
        num = is_positive.sum().clamp(min=1)
        return {
            "proposal_loss": Loss((of_each * counts).sum(), num),
            "proposal_box_loss": Loss(smooth_l1_loss(offsets[is_positive], wanted, reduction="sum"), num),
        }

    def _of_regions(self, predictions: TwoStagePredictions, boxes: Boxes) -> Losses:
        _, regions, logits, offsets = predictions
        matched = match_regions(regions, boxes, self.threshold)
        is_positive = matched != UNMATCHED
        labels, corners = of_matched(boxes, matched)
        of_class = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view_as(labels)
        counts = is_positive | (hard_negatives(of_class, is_positive, self.negatives) & (area(regions) > 0))
        wanted = encode(corners[is_positive], regions[is_positive])
        num = is_positive.sum().clamp(min=1)
        return {
            "class_loss": Loss((of_class * counts).sum(), num),
            "box_loss": Loss(smooth_l1_loss(offsets[is_positive], wanted, reduction="sum"), num),
        }

    def detections(self, predictions: TwoStagePredictions, size: tuple[int, int]) -> Detections:
        """The regions, moved, with the probability of each class; those without area are none."""
        _, regions, logits, offsets = predictions
        corners = clipped(decode(offsets, regions), size)
        scores = logits.softmax(2)[..., NOTHING + 1 :] * (area(regions) > 0)[..., None]
        return select(corners, scores, threshold=self.suppression, least_score=self.least_score)


def match_regions(regions: Tensor, boxes: Boxes, threshold: float) -> Tensor:
    """The box with which each region has the largest IoU, if it is at least the threshold: (batch, regions)."""
    if not boxes.labels.shape[1]:
        return boxes.labels.new_full(regions.shape[:2], UNMATCHED)
    overlaps = pairwise_iou(regions, boxes.corners).masked_fill(~boxes.is_present[:, None], -1)
    largest, matched = overlaps.max(2)
    return matched.masked_fill((largest < threshold) | (area(regions) <= 0), UNMATCHED)

"""What a detector has found in each picture of a batch."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from dongshou.data.targets import ABSENT


class Detections(NamedTuple):
    """Boxes with a class and a score, the surest of each picture first, filled up to the most that one of them has.

    corners (batch, most, 4) in pixels, labels (batch, most) int64 with ABSENT, -1, where there is no box, scores
    (batch, most) from 0 to 1
    """

    corners: Tensor
    labels: Tensor
    scores: Tensor

    def listed(self) -> list[tuple[Tensor, Tensor, Tensor]]:
        """The corners (boxes, 4), labels and scores (boxes,) of each picture, without what fills it up."""
        found = zip(self.corners, self.labels, self.scores, self.labels != ABSENT, strict=True)
        return [(corners[is_box], labels[is_box], scores[is_box]) for corners, labels, scores, is_box in found]

"""Faster R-CNN: one network proposes where there is something, another one says what it is (Ren et al., 2015)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from dongshou.models.checks import check_counts
from dongshou.models.detection.anchors import AnchorScales
from dongshou.models.detection.base import small_stages
from dongshou.models.detection.boxes import clipped
from dongshou.models.detection.matching import decode
from dongshou.models.detection.roi import roi_align
from dongshou.models.detection.ssd import by_anchor, head
from dongshou.models.detection.suppression import suppress

REGION = 6  # places of the piece of the feature map under a proposal
PROPOSAL_SCALES = AnchorScales(((0.2, 0.28, 0.4),), ((0.6, 1.0, 0.4),))


class Proposed(NamedTuple):
    """
    anchors    (anchors, 4) corners in pixels
    sureness   (batch, anchors) logit of whether there is something
    offsets    (batch, anchors, 4) from the anchors
    proposals  (batch, regions, 4) corners in pixels, the surest first; without area where there are fewer
    """

    anchors: Tensor
    sureness: Tensor
    offsets: Tensor
    proposals: Tensor


class TwoStagePredictions(NamedTuple):
    """
    proposed  what the first network says
    regions   (batch, regions, 4) that the second one has looked at: the proposals, and boxes it was given
    logits    (batch, regions, 1 + classes): nothing, then each class
    offsets   (batch, regions, 4) from the regions
    """

    proposed: Proposed
    regions: Tensor
    logits: Tensor
    offsets: Tensor


class RegionProposals(nn.Module):
    """The region-proposal network: for each anchor whether there is something, and where exactly.

    features (batch, channels, rows, columns) of a picture of `size` -> Proposed

    most_before, most_after  anchors that are looked at, the surest, and proposals that are left of them
    threshold                of the IoU above which a surer proposal suppresses another one
    """

    def __init__(
        self, channels: int, scales: AnchorScales, most_before: int = 200, most_after: int = 48, threshold: float = 0.7
    ) -> None:
        super().__init__()
        self.scales, self.threshold = scales, threshold
        self.most_before, self.most_after = most_before, most_after
        (num,) = scales.num_per_place
        self.tower = nn.Sequential(head(channels, channels), nn.ReLU())
        self.sureness, self.offsets = nn.Conv2d(channels, num, 1), nn.Conv2d(channels, num * 4, 1)

    def forward(self, features: Tensor, size: tuple[int, int]) -> Proposed:
        x = self.tower(features)
        sureness, offsets = by_anchor(self.sureness(x), 1)[..., 0], by_anchor(self.offsets(x), 4)
        anchors = self.scales.on([(x.shape[2], x.shape[3])], size).to(x.device)
        with torch.no_grad():  # where the second network looks is no part of its gradient
            proposals = self._surest(anchors, sureness, offsets, size)
        return Proposed(anchors, sureness, offsets, proposals)

    def _surest(self, anchors: Tensor, sureness: Tensor, offsets: Tensor, size: tuple[int, int]) -> Tensor:
        """(batch, most_after, 4), what no surer one suppresses."""
        scores, index = sureness.sigmoid().topk(min(self.most_before, len(anchors)), dim=1)
        rows = index[..., None].expand(*index.shape, 4)
        corners = clipped(decode(offsets.gather(1, rows), anchors[index]), size)
        scores = scores * suppress(corners, scores, self.threshold)
        best, place = scores.topk(min(self.most_after, scores.shape[1]), dim=1)
        return corners.gather(1, place[..., None].expand(*place.shape, 4)) * (best > 0)[..., None]


class FasterRCNN(nn.Module):
    """(batch, in_channels, height, width) -> TwoStagePredictions.

    base      (batch, in_channels, height, width) -> features (batch, channels, height / stride, width / stride)
    forward(images, given)  also looks at the boxes `given` (batch, most, 4): in training those that are true, so that
                            the second network learns before the first one finds anything
    """

    def __init__(self, base: nn.Module, channels: int, scales: AnchorScales, num_classes: int, hidden: int) -> None:
        super().__init__()
        check_counts(num_classes=num_classes, hidden=hidden)
        self.base = base
        self.propose = RegionProposals(channels, scales)
        self.region = nn.Sequential(nn.Flatten(2), nn.Linear(channels * REGION**2, hidden), nn.ReLU())
        self.classify, self.refine = nn.Linear(hidden, 1 + num_classes), nn.Linear(hidden, 4)

    def forward(self, images: Tensor, given: Tensor | None = None) -> TwoStagePredictions:
        features = self.base(images)
        proposed = self.propose(features, (images.shape[2], images.shape[3]))
        regions = proposed.proposals if given is None else torch.cat([proposed.proposals, given], 1)
        pieces = roi_align(features, regions, REGION, features.shape[3] / images.shape[3])
        x = self.region(pieces)  # (batch, regions, hidden)
        return TwoStagePredictions(proposed, regions, self.classify(x), self.refine(x))


def small_faster_rcnn(
    num_classes: int = 10, in_channels: int = 3, width: int = 32, hidden: int = 128, scales: AnchorScales | None = None
) -> FasterRCNN:
    """Faster R-CNN on the first part of the residual network of `small_ssd`: one grid of 1/8 of the picture.

    scales  of one grid; without it sizes from a fifth to two fifths of the picture
    """
    check_counts(in_channels=in_channels, width=width)
    base = small_stages(in_channels, width)[0]
    return FasterRCNN(base, 2 * width, scales or PROPOSAL_SCALES, num_classes, hidden)

"""Which anchor is to find which true box, and by how much it has to be moved and stretched for that."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.data.targets import Boxes
from dongshou.models.detection.boxes import centers_to_corners, corners_to_centers, pairwise_iou

UNMATCHED = -1
CHUNK = 2**18  # overlaps at a time: with what they are computed from they stay in a core's second-level cache
VARIANCES = 0.1, 0.1, 0.2, 0.2  # of center x, center y, log width, log height: offsets come out of one size


def match_anchors(anchors: Tensor, boxes: Boxes, threshold: float = 0.5) -> Tensor:
    """For each anchor the number of its true box among those of the picture, or UNMATCHED: (batch, anchors) int64.

    First each true box has an anchor of its own: of all pairs the one with the largest IoU, then the largest of the
    anchors and boxes that are left, and so on. Every other anchor belongs to the box with which its IoU is largest, if
    that is at least the threshold (Liu et al., 2016, section 2.2).

    anchors  corners (anchors, 4), for pictures that share them, or (batch, anchors, 4)
    """
    anchors = anchors.expand(len(boxes), -1, 4)
    some = max(1, CHUNK // max(1, boxes.labels.shape[1] * anchors.shape[1]))
    matched = []
    for truths, pieces in zip(boxes.split(some), anchors.split(some), strict=True):
        overlaps = pairwise_iou(truths.corners, pieces)  # (some pictures, truths, anchors)
        overlaps.masked_fill_(~truths.is_present[..., None], UNMATCHED)
        matched.append(match_overlaps(overlaps, threshold))
    return torch.cat(matched)


def match_overlaps(overlaps: Tensor, threshold: float) -> Tensor:
    """As `match_anchors`, from the IoU (batch, truths, anchors), -1 for what is no box."""
    batch, num_truths, num_anchors = overlaps.shape
    if num_truths == 0:
        return torch.full((batch, num_anchors), UNMATCHED, device=overlaps.device)
    largest, truth = overlaps.max(1)  # (batch, anchors)
    matched = truth.masked_fill_(largest < threshold, UNMATCHED)
    image, truth, anchor = best_pairs(overlaps)
    matched[image, anchor] = truth
    return matched


def best_pairs(overlaps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """An anchor for each truth, the largest IoU of all first: image, truth and anchor of each pair, (pairs,).

    Instead of one pair after another, all those at a time that prefer each other to whatever is left: the largest
    of all is always among them, and nothing that is chosen later could have been preferred by either. Of equal
    overlaps the first anchor is taken, of equal anchors the first truth.
    """
    left = overlaps.clone()  # (batch, truths, anchors), -1 where an anchor or a truth is taken
    order = torch.arange(overlaps.shape[1], device=overlaps.device)
    pairs = [left.new_zeros(3, 0, dtype=torch.int64)]
    while True:
        largest, anchor = left.max(2)  # (batch, truths)
        is_open = largest > UNMATCHED
        rivals = left.gather(2, anchor[:, None].expand(-1, len(order), -1))  # (batch, truths, anchors chosen)
        is_mutual = (rivals.argmax(1) == order) & is_open
        image, truth = is_mutual.nonzero(as_tuple=True)
        pairs.append(torch.stack([image, truth, anchor[image, truth]]))
        if torch.equal(is_mutual, is_open):  # nobody is left
            image, truth, anchor = torch.cat(pairs, 1)
            return image, truth, anchor
        left[image, truth] = UNMATCHED
        left[image, :, anchor[image, truth]] = UNMATCHED


def encode(corners: Tensor, anchors: Tensor, variances: tuple[float, ...] = VARIANCES) -> Tensor:
    """The offsets that make the anchors (..., 4) the boxes (..., 4) (Girshick et al., 2014, appendix C).

    t_x = (x - x_a) / w_a / v_x,  t_y = (y - y_a) / h_a / v_y,  t_w = log(w / w_a) / v_w,  t_h = log(h / h_a) / v_h
    """
    box, anchor = corners_to_centers(corners), corners_to_centers(anchors)
    moved = (box[..., :2] - anchor[..., :2]) / anchor[..., 2:]
    stretched = (box[..., 2:] / anchor[..., 2:]).log()
    return torch.cat([moved, stretched], -1) / moved.new_tensor(variances)


def decode(offsets: Tensor, anchors: Tensor, variances: tuple[float, ...] = VARIANCES) -> Tensor:
    """The boxes that the anchors become by their offsets: the inverse of `encode`, (..., 4)."""
    moves, stretches = (offsets * offsets.new_tensor(variances)).split(2, -1)
    anchor = corners_to_centers(anchors)
    center = anchor[..., :2] + moves * anchor[..., 2:]
    return centers_to_corners(torch.cat([center, anchor[..., 2:] * stretches.exp()], -1))


def hard_negatives(losses: Tensor, is_positive: Tensor, ratio: float = 3.0, least: int = 1) -> Tensor:
    """Which of the anchors without a box are learnt from: those that the network is most mistaken about.

    Of each picture `ratio` times as many as it has positive ones, at least `least`: else the many easy ones would
    outweigh everything (Liu et al., 2016, section 2.2).

    losses, is_positive  (batch, anchors) -> bool (batch, anchors)
    """
    ranked = losses.detach().masked_fill(is_positive, -torch.inf).argsort(dim=1, descending=True, stable=True)
    rank = torch.empty_like(ranked).scatter_(
        1, ranked, torch.arange(losses.shape[1], device=losses.device).expand_as(ranked)
    )
    wanted = (ratio * is_positive.sum(1, keepdim=True)).clamp(min=least)
    return (rank < wanted) & ~is_positive

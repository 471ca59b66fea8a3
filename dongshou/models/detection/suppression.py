"""Of many boxes around one thing the surest alone: non-maximum suppression."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from dongshou.models.detection.boxes import pairwise_iou

BLOCK = 256  # boxes that are decided at once: a few megabytes of overlaps


def nms(corners: Tensor, scores: Tensor, threshold: float = 0.5, groups: Tensor | None = None) -> Tensor:
    """Which boxes stay, the surest first: those whose IoU with every surer one that stays is at most the threshold.

    corners (boxes, 4), scores (boxes,); boxes of different `groups` (boxes,), classes or pictures, suppress each other
    not at all -> indices (kept,), of equal scores the first before the later one.

    Boxes are decided a block at a time: what surer blocks leave of it, then what is left within it, and what that
    suppresses of all the later ones.
    """
    left = scores.argsort(descending=True, stable=True)
    kept = []
    while len(left):
        block, left = left[:BLOCK], left[BLOCK:]
        block = block[greedy(suppresses(corners, groups, block, block, threshold))]
        left = left[~suppresses(corners, groups, block, left, threshold).any(0)]
        kept.append(block)
    return torch.cat(kept) if kept else left


def suppresses(corners: Tensor, groups: Tensor | None, surer: Tensor, others: Tensor, threshold: float) -> Tensor:
    """Whether each box of `surer` (n,) would suppress each of `others` (m,): bool (n, m)."""
    is_near = pairwise_iou(corners[surer], corners[others]) > threshold
    return is_near if groups is None else is_near & (groups[surer][:, None] == groups[others])


def greedy(suppresses: Tensor) -> Tensor:
    """Which boxes stay, where suppresses[..., i, j] says that i would suppress j and the surest come first.

    (..., n, n) -> bool (..., n). keep_j = no i < j with keep_i and suppresses_ij, iterated from all true until
    nothing changes: after k rounds all boxes are decided that hang on a chain of at most k others, so that a few
    rounds decide all (Zheng et al., 2021).
    """
    before = suppresses.triu(1)
    keep = torch.ones(suppresses.shape[:-1], dtype=torch.bool, device=suppresses.device)
    while True:
        new = ~(before & keep[..., None]).any(-2)
        if torch.equal(new, keep):
            return keep
        keep = new


def suppress(corners: Tensor, scores: Tensor, threshold: float = 0.5) -> Tensor:
    """Which of the boxes of each group stay: (groups, n, 4) and (groups, n), in any order -> bool (groups, n).

    A score of 0 or less is no box. All groups, classes of pictures for example, are decided together.
    """
    order = scores.argsort(dim=-1, descending=True, stable=True)  # (groups, n)
    ranked = corners.gather(-2, order[..., None].expand(*order.shape, 4))
    is_box = scores.gather(-1, order) > 0
    keep = greedy(pairwise_iou(ranked, ranked) > threshold) & is_box  # what is no box comes last
    return torch.zeros_like(keep).scatter_(-1, order, keep)


def soft_nms(
    corners: Tensor,
    scores: Tensor,
    sigma: float = 0.5,
    threshold: float = 0.5,
    method: Literal["gaussian", "linear"] = "gaussian",
) -> Tensor:
    """The scores (groups, n), lowered where a surer box is near, instead of suppressing it (Bodla et al., 2017).

    s_j <- s_j exp(-IoU^2 / sigma), or s_j (1 - IoU) where IoU > threshold, for each box in the order of the scores
    as they come to be. A round takes the surest of what is left in every group at once, as many rounds as boxes.

    corners (groups, n, 4)
    """
    scores = scores.clone()
    is_left = torch.ones_like(scores, dtype=torch.bool)
    group = torch.arange(len(scores), device=scores.device)
    for _ in range(scores.shape[1]):
        surest = scores.masked_fill(~is_left, -torch.inf).argmax(1)  # (groups,)
        is_left[group, surest] = False
        near = pairwise_iou(corners[group, surest][:, None], corners)[:, 0]  # (groups, n)
        decay = (-(near**2) / sigma).exp() if method == "gaussian" else 1 - near * (near > threshold)
        scores = torch.where(is_left, scores * decay, scores)
    return scores

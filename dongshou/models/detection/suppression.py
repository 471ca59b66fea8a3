"""Of many boxes around one thing the surest alone: non-maximum suppression."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from dongshou.models.detection.boxes import SMALLEST, pairwise_iou

BLOCK, TILE = 256, 1024  # boxes that are decided at once, and against how many: it stays in a core's second-level cache


def nms(corners: Tensor, scores: Tensor, threshold: float = 0.5, groups: Tensor | None = None) -> Tensor:
    """Which boxes stay, the surest first: those whose IoU with every surer one that stays is at most the threshold.

    corners (boxes, 4), scores (boxes,); boxes of different `groups` (boxes,), classes or pictures, suppress each other
    not at all -> indices (kept,), of equal scores the first before the later one.

    Boxes are decided a block at a time: what surer blocks leave of it, then what is left within it, and what that
    suppresses of all the later ones.
    """
    left = scores.argsort(descending=True, stable=True)
    edges = corners[left].T.contiguous()  # (4, boxes): each edge of all boxes is one run in memory
    kept = []
    while len(left):
        near = overlapping(edges[:, :BLOCK], edges[:, :BLOCK], threshold)
        block, after = left[:BLOCK], left[BLOCK:]
        stays = greedy(near if groups is None else near & (groups[block][:, None] == groups[block])).nonzero()[:, 0]
        kept.append(block[stays])
        surer, rest = edges[:, :BLOCK][:, stays], edges[:, BLOCK:]
        is_gone = torch.zeros_like(after, dtype=torch.bool)
        for start in range(0, len(after), TILE):
            tile = slice(start, start + TILE)
            near = overlapping(surer, rest[:, tile], threshold)
            is_gone[tile] = (near if groups is None else near & (groups[kept[-1]][:, None] == groups[after[tile]])).any(
                0
            )
        stays = (~is_gone).nonzero()[:, 0]
        left, edges = after[stays], rest[:, stays]
    return torch.cat(kept) if kept else left


def overlapping(a: Tensor, b: Tensor, threshold: float) -> Tensor:
    """Whether IoU > threshold, for boxes given by their edges (4, n) and (4, m): bool (n, m).

    The formula of `iou`, in place.
    """
    (a_left, a_top, a_right, a_bottom), (b_left, b_top, b_right, b_bottom) = a[..., None], b
    shared = torch.minimum(a_right, b_right).sub_(torch.maximum(a_left, b_left)).clamp_(min=0)
    shared *= torch.minimum(a_bottom, b_bottom).sub_(torch.maximum(a_top, b_top)).clamp_(min=0)
    union = (a_right - a_left) * (a_bottom - a_top) + (b_right - b_left) * (b_bottom - b_top)
    return shared.div_(union.sub_(shared).clamp_(min=SMALLEST)) > threshold


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

"""Suppression and assignment as the course's code does them: a loop over boxes, each round a few tensor operations."""

from __future__ import annotations

import torch
from torch import Tensor


def box_iou(a: Tensor, b: Tensor) -> Tensor:
    """(n, 4) and (m, 4) -> (n, m)"""
    areas_a = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])
    areas_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    first = torch.max(a[:, None, :2], b[:, :2])
    last = torch.min(a[:, None, 2:], b[:, 2:])
    sides = (last - first).clamp(min=0)
    shared = sides[:, :, 0] * sides[:, :, 1]
    return shared / (areas_a[:, None] + areas_b - shared)


def nms(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """The surest box, then what is left without those too near to it, until none is left."""
    left = torch.argsort(scores, dim=-1, descending=True)
    kept = []
    while left.numel() > 0:
        surest = left[0]
        kept.append(surest)
        if left.numel() == 1:
            break
        near = box_iou(boxes[surest, :].reshape(-1, 4), boxes[left[1:], :].reshape(-1, 4)).reshape(-1)
        left = left[torch.nonzero(near <= threshold).reshape(-1) + 1]
    return torch.stack(kept)


def assign(truths: Tensor, anchors: Tensor, threshold: float) -> Tensor:
    """The box of each anchor of a picture, -1 for none: by the threshold, then the best anchor of each box in turn."""
    num_anchors, num_truths = len(anchors), len(truths)
    overlaps = box_iou(anchors, truths)
    assigned = torch.full((num_anchors,), -1, dtype=torch.long)
    largest, truth = torch.max(overlaps, dim=1)
    is_near = torch.nonzero(largest >= threshold).reshape(-1)
    assigned[is_near] = truth[largest >= threshold]
    for _ in range(num_truths):
        best = torch.argmax(overlaps)
        truth_of_best, anchor = (best % num_truths).long(), (best / num_truths).long()
        assigned[anchor] = truth_of_best
        overlaps[:, truth_of_best] = -1
        overlaps[anchor, :] = -1
    return assigned

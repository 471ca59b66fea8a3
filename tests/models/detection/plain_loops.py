"""The same in plain loops, one number at a time: a second writing to compare with."""

from __future__ import annotations

import math
from collections.abc import Sequence

Box = Sequence[float]


def iou(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / union


def generalized_iou(a: Box, b: Box) -> float:
    hull = (max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / union - (hull - union) / hull


def anchors(
    height: int, width: int, sizes: Sequence[float], ratios: Sequence[float], aspect: float
) -> list[list[float]]:
    """Corners as shares of a picture whose height is `aspect` times its width."""
    shapes = [(s, ratios[0]) for s in sizes] + [(sizes[0], r) for r in ratios[1:]]
    found = []
    for row in range(height):
        for column in range(width):
            x, y = (column + 0.5) / width, (row + 0.5) / height
            for s, r in shapes:
                w, h = s * math.sqrt(r) * aspect, s / math.sqrt(r)
                found.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return found


def assigned(overlaps: Sequence[Sequence[float]], threshold: float) -> list[int]:
    """overlaps[anchor][truth] -> the truth of each anchor or -1: the largest pair first, then the threshold."""
    num_anchors, num_truths = len(overlaps), len(overlaps[0])
    result = [-1] * num_anchors
    for anchor in range(num_anchors):
        best = max(range(num_truths), key=lambda truth: overlaps[anchor][truth])
        if overlaps[anchor][best] >= threshold:
            result[anchor] = best
    anchors, truths = set(range(num_anchors)), set(range(num_truths))
    while anchors and truths:
        pairs = [(overlaps[anchor][truth], -anchor, -truth) for anchor in anchors for truth in truths]
        _, anchor, truth = max(pairs)
        result[-anchor] = -truth
        anchors.discard(-anchor)
        truths.discard(-truth)
    return result


def nms(
    boxes: Sequence[Box], scores: Sequence[float], threshold: float, groups: Sequence[int] | None = None
) -> list[int]:
    kept: list[int] = []
    for index in sorted(range(len(boxes)), key=lambda index: (-scores[index], index)):
        rivals = [other for other in kept if groups is None or groups[other] == groups[index]]
        if all(iou(boxes[index], boxes[other]) <= threshold for other in rivals):
            kept.append(index)
    return kept


def soft_nms(boxes: Sequence[Box], scores: Sequence[float], sigma: float, threshold: float, method: str) -> list[float]:
    scores, left = list(scores), list(range(len(boxes)))
    while left:
        surest = max(left, key=lambda index: scores[index])
        left.remove(surest)
        for other in left:
            near = iou(boxes[surest], boxes[other])
            if method == "gaussian":
                scores[other] *= math.exp(-(near**2) / sigma)
            elif near > threshold:
                scores[other] *= 1 - near
    return scores


def hard_negatives(losses: Sequence[float], is_positive: Sequence[bool], ratio: float, least: int) -> list[bool]:
    wanted = max(int(ratio * sum(is_positive)), least)
    negatives = sorted((i for i in range(len(losses)) if not is_positive[i]), key=lambda i: -losses[i])
    return [i in negatives[:wanted] for i in range(len(losses))]

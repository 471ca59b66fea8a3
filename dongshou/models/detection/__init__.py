"""Finding things in pictures: boxes, anchors, which of them are to find what, and which of them are left in the end."""

from dongshou.models.detection.anchors import AnchorScales, evenly_spaced_scales, grid_anchors
from dongshou.models.detection.boxes import (
    centers_to_corners,
    clipped,
    corners_to_centers,
    generalized_iou,
    iou,
    pairwise_iou,
)
from dongshou.models.detection.matching import decode, encode, hard_negatives, match_anchors
from dongshou.models.detection.suppression import nms, soft_nms, suppress

__all__ = [
    "AnchorScales",
    "centers_to_corners",
    "clipped",
    "corners_to_centers",
    "decode",
    "encode",
    "evenly_spaced_scales",
    "generalized_iou",
    "grid_anchors",
    "hard_negatives",
    "iou",
    "match_anchors",
    "nms",
    "pairwise_iou",
    "soft_nms",
    "suppress",
]

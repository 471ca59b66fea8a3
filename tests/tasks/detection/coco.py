"""The judge that everybody uses: pycocotools."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torch import Tensor

Found = list[tuple[Tensor, Tensor, Tensor]]  # corners, labels, scores of each picture
Truths = list[tuple[Tensor, Tensor, Tensor]]  # corners, labels, whether a crowd


def judged(found: Found, truths: Truths, num_classes: int) -> COCOeval:
    """What pycocotools says of what was found in each picture."""
    coco, results = COCO(), COCO()
    categories = [{"id": label + 1} for label in range(num_classes)]
    images = [{"id": number} for number in range(len(truths))]
    coco.dataset = {"images": images, "categories": categories, "annotations": annotations(truths, "iscrowd")}
    results.dataset = {"images": images, "categories": categories, "annotations": annotations(found, "score")}
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        results.createIndex()
        evaluation = COCOeval(coco, results, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def annotations(several: Any, what: str) -> list[dict[str, Any]]:
    rows = []
    for picture, (corners, labels, values) in enumerate(several):
        for (x, y, right, bottom), label, value in zip(corners.tolist(), labels.tolist(), values.tolist(), strict=True):
            box = [x, y, right - x, bottom - y]
            row = {"id": len(rows) + 1, "image_id": picture, "category_id": label + 1, "bbox": box}
            rows.append(row | {"area": box[2] * box[3], "iscrowd": 0, what: value})
    return rows


def precisions(evaluation: COCOeval) -> np.ndarray:
    """(classes, thresholds): the mean over the recalls, nan for a class without a true box."""
    each = evaluation.eval["precision"][:, :, :, 0, 2].mean(1).T  # all areas, 100 detections
    return np.where(each < 0, np.nan, each)

"""Average precision: how well a detector finds what there is without finding what there is not (Lin et al., 2014)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from dongshou.data.targets import Boxes
from dongshou.errors import UsageError
from dongshou.models.detection.detections import Detections
from dongshou.tasks.detection.found import Array, Found, Truth, found_truths

THRESHOLDS = np.linspace(0.5, 0.95, 10)  # of the IoU from which on a box is found
RECALLS = np.linspace(0.0, 1.0, 101)  # at which the precision is read
MOST = 100  # detections of a class in a picture that count, the surest
SMALLEST = np.spacing(1)


class AveragePrecision:
    """Mean average precision over the classes, by the rules of COCO: `map` over the thresholds .50, .55, ..., .95 of
    the IoU, `map50` and `map75` at one of them.

    Of a class, detections are taken in the order of their scores, those of all pictures together; each finds the true
    box of its picture with the largest IoU that nobody has found before, if that is at least the threshold. With
    precision p(r) after the share r of all true boxes is found,

    AP = 1/101 sum over r = 0, .01, ..., 1 of the largest p(r') with r' >= r.

    Classes without a true box do not count; a detection that fits nothing but a crowd counts neither way.
    """

    higher_is_better = True

    def __init__(self, num_classes: int) -> None:
        self.num_classes = num_classes
        self.num_pictures = 0
        self.found: list[Found] = []
        self.truths: list[Truth] = []

    def update(self, outputs: tuple[Detections, Boxes]) -> None:
        """Take in what was found in some pictures, and what there is. Raises UsageError for different pictures."""
        detections, boxes = outputs
        if len(detections.labels) != len(boxes):
            raise UsageError(
                f"Detections and true boxes are of the same pictures; got {len(detections.labels)} and {len(boxes)}."
            )
        picture = np.arange(self.num_pictures, self.num_pictures + len(boxes))
        self.found.append(Found.of(picture, *map(as_array, detections)))
        is_crowd = boxes.labels.bool() & False if boxes.is_crowd is None else boxes.is_crowd
        self.truths.append(Truth.of(picture, *map(as_array, (boxes.corners, boxes.labels, is_crowd))))
        self.num_pictures += len(boxes)

    def merge(self, other: AveragePrecision) -> None:
        """Take in what another process has, as of further pictures."""
        self.found += [one.after(self.num_pictures) for one in other.found]
        self.truths += [one.after(self.num_pictures) for one in other.truths]
        self.num_pictures += other.num_pictures

    def finish(self) -> dict[str, float]:
        return self.report().as_metrics()

    def report(self) -> Report:
        """The average precision of each class at each threshold; nan for one without a true box."""
        found, truths = Found.joined(self.found), Truth.joined(self.truths)
        found = found.surest_first(self.num_classes, MOST)
        is_hit, is_ignored = found_truths(found, truths, self.num_classes, THRESHOLDS)
        precisions = np.full((self.num_classes, len(THRESHOLDS)), np.nan)
        for label in range(self.num_classes):
            num_truths = int(((truths.label == label) & ~truths.is_crowd).sum())
            if num_truths:
                of_class = np.flatnonzero(found.label == label)
                order = of_class[np.argsort(-found.score[of_class], kind="stable")]
                precisions[label] = average_precision(is_hit[:, order], is_ignored[:, order], num_truths)
        return Report(precisions)


@dataclass(frozen=True)
class Report:
    """Average precisions (classes, thresholds)."""

    precisions: Array

    def as_metrics(self) -> dict[str, float]:
        """0 where there is no true box at all."""
        whole, half, three_quarters = self.mean(slice(None)), self.mean(0), self.mean(5)
        return {"map": whole, "map50": half, "map75": three_quarters}

    def mean(self, thresholds: int | slice) -> float:
        """Over the classes that have a true box."""
        known = self.precisions[~np.isnan(self.precisions[:, 0]), thresholds]
        return float(known.mean()) if known.size else 0.0

    def by_class(self, threshold: int = 0) -> list[float | None]:
        """Of each class at one of the thresholds, .50 being the first; None for one without a true box."""
        return [None if math.isnan(value) else float(value) for value in self.precisions[:, threshold]]


def average_precision(is_hit: Array, is_ignored: Array, num_truths: int) -> Array:
    """(thresholds,) from what each detection is, (thresholds, detections), the surest first."""
    right = np.cumsum(is_hit & ~is_ignored, axis=1, dtype=np.float64)
    wrong = np.cumsum(~is_hit & ~is_ignored, axis=1, dtype=np.float64)
    recall, precision = right / num_truths, right / (right + wrong + SMALLEST)
    best_after = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    padded = np.concatenate([best_after, np.zeros((len(recall), 1))], axis=1)  # 0 where that recall is not reached
    places = [np.searchsorted(row, RECALLS, side="left") for row in recall]
    return np.stack([values[place].mean() for values, place in zip(padded, places, strict=True)])


def as_array(tensor: Tensor) -> Array:
    """On the CPU; numbers in double precision."""
    tensor = tensor.detach().cpu()
    return (tensor.double() if tensor.is_floating_point() else tensor).numpy()

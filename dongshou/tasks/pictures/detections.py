"""Which pictures are drawn of a trained detector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from dongshou.data.targets import Boxes
from dongshou.drawing import colors
from dongshou.drawing.sheet import Titled, draw_rows
from dongshou.models.detection.detections import Detections
from dongshou.models.summary.watch import evaluating
from dongshou.tasks.detection.average_precision import AveragePrecision, Report
from dongshou.tasks.pictures.bars import draw_bars
from dongshou.tasks.pictures.boxes import with_boxes
from dongshou.tasks.pictures.images import as_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image

    from dongshou.data import Split, Splits
    from dongshou.tasks.detection.detection import Detection

COLUMNS, ROWS = 4, 2
SIDE = 2.2  # inches of a picture
PIXELS = 384  # of its longer side: fine enough for letters
SURE = 0.5  # score from which on a box is drawn
LARGE = 3.0  # times as large letters and lines as on a photo of one's own
TRUTH, FOUND = "what there is", "what was found, with its score"


def of_detection(task: Detection, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
    """The first pictures that it has not learnt from, with what there is and what it finds; how well it finds each
    class."""
    batches = data.valid() if data.test() is None else data.test()
    if batches is None:
        return
    images, boxes = next(iter(batches))
    with torch.no_grad(), evaluating(model):
        found = task.predict(model, images[: COLUMNS * ROWS])
    names = data.classes or tuple(map(str, range(task.num_classes)))
    yield "detections", draw_detections(images, boxes, found, names)
    report = report_of(task, model, batches)
    precisions = {name: value for name, value in zip(names, report.by_class(), strict=True) if value is not None}
    if precisions:
        yield "average-precision", draw_bars(precisions, "average precision at IoU .50", "Average precision by class")


@torch.no_grad()
def report_of(task: Detection, model: nn.Module, batches: Split) -> Report:
    """The average precision of each class over a whole split."""
    score = AveragePrecision(task.num_classes)
    with evaluating(model):
        for images, boxes in batches:
            score.update((task.predict(model, images), boxes))
    return score.report()


def draw_detections(images: Tensor, boxes: Boxes, found: Detections, names: Sequence[str]) -> Figure:
    """Rows of pictures with their true boxes, and below each row what was found in them."""
    by_class = colors(names)
    photos = [as_photo(image) for image in images[: COLUMNS * ROWS]]
    scale = max(photos[0].size) / max(images.shape[2:])
    truths = [(corners, labels, None) for corners, labels in boxes.listed()]
    drawn = {}
    for title, each in ((TRUTH, truths), (FOUND, found.listed())):
        drawn[title] = [
            np.asarray(with_boxes(photo, *shown(*one, scale, names), by_class, LARGE)) / 255
            for photo, one in zip(photos, each, strict=False)
        ]
    rows, above = [], []
    for start in range(0, len(photos), COLUMNS):
        for title, pictures in drawn.items():
            rows.append([Titled(picture) for picture in pictures[start : start + COLUMNS]])
            above.append(title)
    return draw_rows(rows, "Detections", above=above, side=SIDE)


def shown(
    corners: Tensor, labels: Tensor, scores: Tensor | None, scale: float, names: Sequence[str]
) -> tuple[Tensor, list[str], list[str]]:
    """The corners, names and words of the boxes of one picture that are sure enough."""
    is_sure = torch.ones_like(labels, dtype=torch.bool) if scores is None else scores >= SURE
    labelled = [str(names[label]) for label in labels[is_sure].tolist()]
    said = scores[is_sure].tolist() if scores is not None else []
    words = [f"{name} {score:.0%}" for name, score in zip(labelled, said, strict=True)] if said else labelled
    return scale * corners[is_sure].cpu(), labelled, words


def as_photo(image: Tensor) -> Image.Image:
    """(channels, height, width), enlarged."""
    from PIL import Image

    picture = Image.fromarray((255 * as_picture(image)).round().astype(np.uint8)).convert("RGB")
    times = max(1, PIXELS // max(picture.size))
    return picture.resize((times * picture.width, times * picture.height), Image.Resampling.BICUBIC)

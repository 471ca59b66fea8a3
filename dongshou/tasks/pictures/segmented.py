"""Pictures of a segmentation: image, truth, prediction and error side by side; how well each class is found."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from PIL import ImageColor
from torch import Tensor, nn

from dongshou.drawing import RED, colors
from dongshou.drawing.sheet import Picture, Titled, draw_rows
from dongshou.models.summary.watch import evaluating
from dongshou.tasks.pictures.bars import draw_bars
from dongshou.tasks.pictures.images import as_picture
from dongshou.tasks.pixel_measures import confusion, intersections_over_unions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits

SHOWN = 6  # pictures, one below the other
SIDE = 1.6  # inches of a picture
NAMED = 24  # classes in the legend
VOID_COLOR = "#FFFFFF"
COLUMNS = ("image", "truth", "prediction", "error")


class Segmented(NamedTuple):
    """An image (channels, height, width), the class of each pixel, `void` where unknown, and what was predicted."""

    image: Tensor
    truth: Tensor
    prediction: Tensor


def of_segmentation(task: Any, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
    """Of what it has not learnt from, where there is anything."""
    batches = data.test() or data.valid()
    if batches is None:
        return
    every = math.ceil(batches.num_examples / SHOWN)  # so that those shown come from the whole set
    shown: list[Segmented] = []
    counts, seen = torch.zeros(()), 0
    with evaluating(model), torch.no_grad():
        for images, mask in batches:
            logits, classes = model(images), task.known(mask)
            counts = counts + confusion(logits, classes, task.void).total.cpu()
            first = -seen % every
            chosen = zip(images[first::every], classes[first::every], logits[first::every].argmax(1), strict=True)
            shown += [Segmented(*(one.cpu() for one in row)) for row in chosen]
            seen += len(images)
    names = data.classes or [str(number) for number in range(len(counts))]
    yield "segmentation", side_by_side(shown, names, task.void)
    yield "iou", by_class(counts, names)


def side_by_side(shown: Sequence[Segmented], names: Sequence[str], void: int) -> Figure:
    """A row for each image; void pixels are white."""
    by_name = colors(names)
    rows = [
        [
            Titled(as_picture(image)),
            Titled(painted(truth, [*by_name.values()])),
            Titled(painted(torch.where(truth == void, void, prediction), [*by_name.values()])),
            Titled(mistakes(image, truth, prediction, void)),
        ]
        for image, truth, prediction in shown
    ]
    rows[0] = [picture._replace(title=title) for picture, title in zip(rows[0], COLUMNS, strict=True)]
    legend = {name: by_name[name] for name in list(names)[:NAMED]}
    return draw_rows(rows, "The class of each pixel, and in red where it is wrong", names=legend, side=SIDE)


def painted(classes: Tensor, palette: Sequence[str]) -> Picture:
    """(height, width) -> (height, width, 3): each pixel in the colour of its class, white where it has none."""
    table = np.array([ImageColor.getrgb(color) for color in (*palette, VOID_COLOR)]) / 255
    return table[torch.where(classes < len(palette), classes, len(palette)).numpy()]


def mistakes(image: Tensor, truth: Tensor, prediction: Tensor, void: int) -> Picture:
    """The image pale and grey, red where the prediction is wrong."""
    picture = as_picture(image)
    gray = picture.mean(2) if picture.ndim == 3 else picture
    pale = np.repeat((0.5 + 0.5 * gray)[..., None], 3, axis=2)  # (height, width, 3)
    is_wrong = ((prediction != truth) & (truth != void)).numpy()
    pale[is_wrong] = np.array(ImageColor.getrgb(RED)) / 255
    pale[(truth == void).numpy()] = 1.0
    return pale


def by_class(counts: Tensor, names: Sequence[str]) -> Figure:
    """Intersection over union of each class, the best first; of those that occur."""
    found = dict(zip(names, intersections_over_unions(counts).tolist(), strict=True))
    known = {name: value for name, value in found.items() if not math.isnan(value)}
    ordered = dict(sorted(known.items(), key=lambda item: -item[1]))
    return draw_bars(ordered, "intersection over union", "How well each class is found")

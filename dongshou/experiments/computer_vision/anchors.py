"""Anchors: the boxes that detection starts from, how much they share with what there is, and which are left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from dongshou.data.images.files import on_white, open_picture
from dongshou.data.images.scenes.draw import Scene, draw_scene
from dongshou.data.targets import Boxes
from dongshou.drawing import PALETTE
from dongshou.drawing.sheet import Titled, draw_rows
from dongshou.models.detection import (
    encode,
    generalized_iou,
    grid_anchors,
    iou,
    match_anchors,
    nms,
    pairwise_iou,
    soft_nms,
)
from dongshou.tasks.pictures.boxes import with_boxes
from dongshou.training import Drew, Event, Exact, Finished, Procedure, Reported, Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "13.3, 13.4, 13.5", "en": "14.3, 14.4, 14.5"}

PIXELS, SIDE, LARGE = 480, 3.2, 3.0  # of a picture: pixels, inches, how large letters are
GRIDS = (((4, 4), (0.15,)), ((2, 2), (0.4,)), ((1, 1), (0.8,)))  # places, and the size of the anchors on them
DIGITS = [(3, (10.0, 14, 46, 62)), (8, (54.0, 30, 86, 84))]  # left, top, right, bottom in a picture of 96x96

# the example of the course: a dog and a cat, five anchors; four boxes with the probability of the one they are
TRUTHS = torch.tensor([[0.1, 0.08, 0.52, 0.92], [0.55, 0.2, 0.9, 0.88]])
FIVE = torch.tensor(
    [
        [0, 0.1, 0.2, 0.3],
        [0.15, 0.2, 0.4, 0.4],
        [0.63, 0.05, 0.88, 0.98],
        [0.66, 0.45, 0.8, 0.8],
        [0.57, 0.3, 0.92, 0.9],
    ]
)
FOUR = torch.tensor([[0.1, 0.08, 0.52, 0.92], [0.08, 0.2, 0.56, 0.95], [0.15, 0.3, 0.62, 0.91], [0.55, 0.2, 0.9, 0.88]])
SURE, KINDS = torch.tensor([0.9, 0.8, 0.7, 0.9]), torch.tensor([0, 0, 0, 1])


@Exact(
    "the example of the course",
    anchors_with_a_box=Reported(3, two_sided=True),
    largest_offset=Reported(10.0, within=0.005, two_sided=True),
    boxes_left=Reported(2, two_sided=True),
)
def experiment(
    image: Annotated[str, "a photo of your own to draw anchors on; else a digit scene"] = "",
    sizes: Annotated[tuple[float, ...], "sizes of anchors, as shares of the picture's side"] = (0.75, 0.5, 0.25),
    ratios: Annotated[tuple[float, ...], "width over height of anchors"] = (1.0, 2.0, 0.5),
    threshold: Annotated[float, "IoU from which on an anchor belongs to a box"] = 0.5,
) -> Procedure:
    """Anchors around one pixel and on three grids, IoU, which anchor is to find what, which boxes are suppressed.

    The numbers are those of the course's dog and cat: three of five anchors have a box, two of four boxes are left.
    """

    def steps(session: Session) -> Iterator[Event]:
        generator = torch.Generator().manual_seed(session.seed)
        scene = draw_scene(DIGITS, generator=generator)
        photo = as_photo(scene.pixels) if not image else on_white(open_picture(image))
        yield Drew("anchors", draw_anchors(photo, sizes, ratios))
        yield Drew("iou", draw_iou())
        yield Drew("assigned", draw_assigned(scene, threshold))
        yield Drew("suppressed", draw_suppressed(scene, generator))
        yield Finished(numbers_of_the_course())

    return Procedure(steps)


def numbers_of_the_course() -> dict[str, float]:
    """How many of the five anchors have a box, the largest of their offsets, and how many boxes suppression leaves."""
    boxes = Boxes(TRUTHS[None], torch.tensor([[0, 1]]))
    matched = match_anchors(FIVE, boxes)[0]
    has_box = matched >= 0
    offsets = encode(TRUTHS[matched[has_box]], FIVE[has_box])
    left = nms(FOUR, SURE, groups=KINDS)
    return {
        "anchors_with_a_box": float(has_box.sum()),
        "largest_offset": float(offsets.max()),
        "boxes_left": float(len(left)),
    }


def as_photo(pixels: Tensor) -> Image.Image:
    photo = Image.fromarray(pixels.permute(1, 2, 0).numpy())
    return photo.resize((PIXELS, PIXELS), Image.Resampling.BICUBIC)


def titled(photo: Image.Image, corners: Tensor, words: Sequence[str], title: str) -> Titled:
    """A picture with boxes, in shares of its sides, each in a colour of its own."""
    scale = corners.new_tensor([photo.width, photo.height] * 2)
    labels = [str(index) for index in range(len(words))]
    by_class = {label: PALETTE[index % len(PALETTE)] for index, label in enumerate(labels)}
    drawn = with_boxes(photo, corners * scale, labels, words, by_class, LARGE)
    return Titled(np.asarray(drawn) / 255, title)


def draw_anchors(photo: Image.Image, sizes: Sequence[float], ratios: Sequence[float]) -> Figure:
    """All anchors of the middle pixel; and those of one size on grids of 4x4, 2x2 and 1x1 places."""
    aspect = photo.height / photo.width
    of_pixel = grid_anchors((1, 1), sizes, ratios, aspect)
    pairs = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    words = [f"s={size:g}, r={ratio:g}" for size, ratio in pairs]
    pictures = [titled(photo, of_pixel, words, "around one pixel: size s, ratio r")]
    for grid, of_size in GRIDS:
        anchors = grid_anchors(grid, of_size, (1.0,), aspect)
        pictures.append(titled(photo, anchors, [""] * len(anchors), f"on {grid[0]}x{grid[1]} places"))
    return draw_rows([pictures[:2], pictures[2:]], "Anchors", side=SIDE)


def draw_iou() -> Figure:
    """A box pushed away from another one: IoU is 0 once they part, GIoU goes on to fall."""
    paper = Image.new("RGB", (PIXELS, PIXELS), "white")
    still = torch.tensor([0.1, 0.25, 0.5, 0.65])
    pictures = []
    for shift in (0.05, 0.2, 0.4, 0.49):
        moved = still + torch.tensor([shift, shift / 2, shift, shift / 2])
        shares = float(iou(still, moved)), float(generalized_iou(still, moved))
        title = "IoU {:.2f}, GIoU {:.2f}".format(*shares)
        pictures.append(titled(paper, torch.stack([still, moved]), ["", ""], title))
    return draw_rows([pictures], "Intersection over union", side=SIDE * 0.7)


def draw_assigned(scene: Scene, threshold: float) -> Figure:
    """The true boxes, the anchors that are to find each of them, and the anchors that find nothing."""
    photo, size = as_photo(scene.pixels), scene.pixels.shape[1]
    truths = scene.corners / size
    anchors = grid_anchors((8, 8), (0.5, 0.35), (0.7, 1.0))
    matched = match_anchors(anchors, Boxes(truths[None], scene.labels[None]), threshold)[0]
    overlaps = pairwise_iou(anchors, truths)
    names = [str(label) for label in scene.labels.tolist()]
    pictures = [titled(photo, truths, names, "what there is")]
    for truth, name in enumerate(names):
        chosen = (matched == truth).nonzero()[:, 0]
        words = [f"{overlaps[index, truth]:.2f}" for index in chosen.tolist()]
        title = f"anchors of the {name}, with their IoU"
        pictures.append(titled(photo, anchors[chosen], words, title))
    return draw_rows([pictures], "Which anchors are to find what", side=SIDE)


def draw_suppressed(scene: Scene, generator: torch.Generator) -> Figure:
    """Many boxes around each thing, those that non-maximum suppression leaves, and the scores of its soft variant."""
    photo, size = as_photo(scene.pixels), scene.pixels.shape[1]
    truths = (scene.corners / size).repeat_interleave(5, 0)
    boxes = truths + 0.05 * torch.randn(truths.shape, generator=generator)
    scores = iou(boxes, truths)
    kept = nms(boxes, scores, 0.5)
    lowered = soft_nms(boxes[None], scores[None])[0]

    def scored(index: Tensor, values: Tensor, title: str) -> Titled:
        return titled(photo, boxes[index], [f"{value:.2f}" for value in values[index].tolist()], title)

    every = scores.argsort(descending=True)
    pictures = [
        scored(every, scores, "what a detector says"),
        scored(kept, scores, "suppressed: IoU above .5 with a surer one"),
        scored(lowered.argsort(descending=True), lowered, "soft: scores lowered instead"),
    ]
    return draw_rows([pictures], "Non-maximum suppression", side=SIDE)

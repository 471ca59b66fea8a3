"""Digit scenes: each box is the tight box of the pixels that the mask gives to its digit; the test is drawn apart."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dongshou.data import draw_scene, load_scenes
from dongshou.data.augment import Augment, ColorJitter, RandomCrop, RandomHorizontalFlip, RandomResizedCrop
from dongshou.data.images.scenes.layout import MOST_COVERED, covered, random_layout
from dongshou.data.images.scenes.load import read_scenes
from dongshou.data.images.scenes.photographs import photographs
from dongshou.data.images.scenes.stencils import stencils
from dongshou.data.targets import Boxes, Mask
from dongshou.errors import UsageError


def alone(boxes: Tensor) -> list[int]:
    """The boxes that share no pixel with another one."""
    each = boxes.tolist()
    return [
        index
        for index, box in enumerate(each)
        if all(covered(box, other) == 0 for place, other in enumerate(each) if place != index)
    ]


def ink_box(classes: Tensor, box: list[float], margin: int = 2) -> tuple[list[float], int]:
    """The tight box of the ink in and around a box, and its class, which has to be one."""
    left, top = (max(0, round(edge) - margin) for edge in box[:2])
    part = classes[top : round(box[3]) + margin, left : round(box[2]) + margin]
    rows, columns = part.nonzero().unbind(1)
    (kind,) = part[part > 0].unique().tolist()
    edges = columns.min() + left, rows.min() + top, columns.max() + left + 1, rows.max() + top + 1
    return [float(edge) for edge in edges], kind


def test_boxes_and_masks_say_the_same():
    scenes = read_scenes("train", 60, size=80)
    assert scenes.pixels.shape == (60, 3, 80, 80) and scenes.pixels.dtype == torch.uint8
    seen = 0
    for classes, (corners, labels) in zip(scenes.mask.classes, scenes.boxes.listed(), strict=True):
        assert 1 <= len(labels) <= 5 and set((classes[classes > 0] - 1).tolist()) <= set(labels.tolist())
        for index in alone(torch.cat([corners[:, :2] - 2, corners[:, 2:] + 2], 1)):  # none else in the margin
            assert ink_box(classes, corners[index].tolist()) == (corners[index].tolist(), labels[index] + 1)
            seen += 1
    assert seen > 80


def test_the_scenes_are_the_same_each_time_and_however_many():
    few, more = read_scenes("test", 4), read_scenes("test", 7)
    assert torch.equal(few.pixels, more.pixels[:4]) and torch.equal(few.mask.classes, more.mask.classes[:4])
    assert torch.equal(few.boxes[1:2].listed()[0][0], more.boxes[1:2].listed()[0][0])
    assert not torch.equal(read_scenes("train", 4).pixels, few.pixels)


def test_the_test_is_drawn_with_other_handwriting_on_other_ground():
    widths = {photographs(part)[0].shape[2] for part in ("train", "test")}
    assert sum(widths) == 640 and min(widths) > 100
    assert len(stencils("train")) == len(stencils("test")) == 10
    assert (sum(map(len, stencils("train"))), sum(map(len, stencils("test")))) == (1437, 360)
    written = {one.numpy().tobytes() for several in stencils("train") for one in several}
    assert sum(one.numpy().tobytes() in written for several in stencils("test") for one in several) < 4  # a stroke


def test_digits_hide_little_of_one_another():
    generator = torch.Generator().manual_seed(3)
    layouts = [random_layout(64, 6, generator) for _ in range(40)]
    counts = {len(layout) for layout in layouts}
    assert min(counts) == 1 and max(counts) == 6
    pairs = [(a, b) for layout in layouts for i, (_, a) in enumerate(layout) for _, b in layout[:i]]
    assert len(pairs) > 100 and max(covered(a, b) for a, b in pairs) <= MOST_COVERED
    assert all(
        0 <= left < right <= 64 and 0 <= top < bottom <= 64 for x in layouts for _, (left, top, right, bottom) in x
    )


def test_a_scene_is_what_was_asked_for():
    generator = torch.Generator().manual_seed(0)
    black = torch.zeros(1, 40, 60, dtype=torch.uint8)
    scene = draw_scene([(7, (2, 4, 22, 34)), (3, (34, 8, 58, 38))], ground=black, generator=generator)
    assert not black.any(), "the ground that was given stays as it is"
    assert scene.pixels.shape == (1, 40, 60) and scene.pixels.max() == 255 and scene.labels.tolist() == [7, 3]
    for asked, got in zip([(2, 4, 22, 34), (34, 8, 58, 38)], scene.corners.tolist(), strict=True):
        assert asked[0] <= got[0] and asked[1] <= got[1] and got[2] <= asked[2] and got[3] <= asked[3]
        touches = (got[2] - got[0] > asked[2] - asked[0] - 2) or (got[3] - got[1] > asked[3] - asked[1] - 2)
        assert touches, "it is as large as fits"
    assert scene.classes.unique().tolist() == [0, 4, 8] and not scene.pixels[0][:, 23:33].any()
    above = draw_scene([(1, (0, 0, 40, 40)), (0, (0, 0, 40, 40))], size=40, generator=generator)
    middle = [*alone(above.corners)]
    assert middle == [] and (above.classes == 1).any(), "the later one lies above"


def test_ink_stands_out_from_its_ground():
    scenes = read_scenes("train", 60, size=80)
    contrast = []
    for pixels, classes in zip(scenes.pixels.float(), scenes.mask.classes, strict=True):
        ink = pixels[:, classes > 0].mean()
        contrast.append((ink - pixels[:, classes == 0].mean()).abs())
    assert torch.stack(contrast).mean() > 60


@pytest.mark.parametrize(
    "step, within",
    [
        (RandomHorizontalFlip(1.0), 0),
        (RandomCrop(padding=8), 0),
        (RandomResizedCrop(scale=(0.5, 1.0)), 2.5),
        (ColorJitter(brightness=0.5), 0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_boxes_and_masks_of_scenes_move_together(step, within: float):
    scenes = read_scenes("train", 60, size=80)
    several = (scenes.boxes, scenes.mask)
    images, (boxes, mask) = Augment(step)(scenes.pixels, several, torch.Generator().manual_seed(5))
    assert isinstance(boxes, Boxes) and isinstance(mask, Mask) and images.shape == scenes.pixels.shape
    seen = 0
    for classes, (corners, labels) in zip(mask.classes, boxes.listed(), strict=True):
        ink = torch.where(classes == mask.void, 0, classes)
        for index in alone(torch.cat([corners[:, :2] - 6, corners[:, 2:] + 6], 1)):
            left, top, right, bottom = corners[index].tolist()
            if min(left, top) > 3 and max(right, bottom) < 77:  # cut ones are not tight
                found, kind = ink_box(ink, corners[index].tolist())
                assert kind == labels[index] + 1
                assert max(abs(a - b) for a, b in zip(found, (left, top, right, bottom), strict=True)) <= within
                seen += 1
    assert seen > 10


def test_as_a_data_set():
    data = load_scenes(batch_size=4, size=48, num_train=6, num_test=5)
    images, boxes = next(iter(data.train()))
    assert images.shape == (4, 3, 48, 48) and 0 <= images.min() and images.max() <= 1 and isinstance(boxes, Boxes)
    assert data.classes == tuple("0123456789") and data.test().num_examples == 5  # pyright: ignore
    masks = load_scenes("mask", batch_size=4, size=48, num_train=6, num_test=5)
    _, mask = next(iter(masks.test()))  # pyright: ignore
    assert isinstance(mask, Mask) and mask.classes.shape == (5, 48, 48)
    assert masks.classes == ("background", *"0123456789") and "digit-scenes" in repr(masks)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: load_scenes(size=16), "at least 32x32 pixels; got size=16"),
        (lambda: load_scenes(num_test=0), "num_test=0"),
        (lambda: draw_scene([(10, (0, 0, 20, 20))]), "A digit is 0 to 9; got 10"),
        (lambda: draw_scene([(1, (90, 0, 100, 20))]), "within the picture of 96x96"),
        (lambda: draw_scene([(1, (20, 0, 10, 20))]), "at least 4x4"),
        (lambda: draw_scene([(1, (0, 0, 3, 20))]), "at least 4x4"),
    ],
)
def test_what_cannot_be_drawn_is_said(make, message: str):
    with pytest.raises(UsageError, match=message):
        make()

"""Boxes and masks move with their pictures: a bright rectangle stays in its box, or the step refuses by its name."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.data.augment import (
    Augment,
    AugMix,
    AutoAugment,
    ColorJitter,
    CutMix,
    Cutout,
    Mixup,
    Normalize,
    RandAugment,
    RandomCrop,
    RandomErasing,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomVerticalFlip,
    grid,
)
from dongshou.data.augment.geometry import moved, moved_with_pictures
from dongshou.data.images.pixels import ToFloat
from dongshou.data.targets import ABSENT, VOID, Boxes, Mask
from dongshou.errors import UsageError
from dongshou.runs import execute
from dongshou.tasks import Classification
from dongshou.training import Experiment
from tests.runs.same_run import assert_same
from tests.runs.test_resume import interrupted
from tests.training import toys

HEIGHT, WIDTH = 24, 40
MOVING = (
    RandomCrop(padding=6),
    RandomResizedCrop(scale=(0.3, 1.0)),
    RandomHorizontalFlip(),
    RandomVerticalFlip(),
    AutoAugment(fill=0),
    RandAugment(2, 20, fill=0),
    ColorJitter(0.2, 0.2, 0.2, 0.1),
    Normalize((0.0,), (1 / 255,)),
)
REFUSING = (RandomErasing(), Cutout(4), Mixup(3), CutMix(3), AugMix())


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def scenes(num_images: int = 200, seed: int = 1) -> tuple[Tensor, Boxes, Mask]:
    """A bright rectangle on black in each picture (batch, 1, 24, 40), its box and its mask, a class of 0 to 2."""
    generator = seeded(seed)
    left = torch.randint(0, 24, (num_images,), generator=generator)
    top = torch.randint(0, 12, (num_images,), generator=generator)
    right, bottom = (start + torch.randint(4, 12, (num_images,), generator=generator) for start in (left, top))
    rows, columns = torch.arange(HEIGHT)[:, None], torch.arange(WIDTH)
    inside = torch.stack(
        [
            (rows >= t) & (rows < b) & (columns >= le) & (columns < r)
            for le, t, r, b in zip(left, top, right, bottom, strict=True)
        ]
    )
    names = torch.arange(num_images) % 3
    corners = torch.stack([left, top, right, bottom], -1).tolist()
    boxes = Boxes.of([[box] for box in corners], [[name] for name in names.tolist()])
    return inside[:, None].to(torch.uint8) * 255, boxes, Mask(inside * (1 + names[:, None, None]))


def seen_box(picture: Tensor, level: float = 127.5) -> list[float] | None:
    """The box around the bright pixels of a picture (1, height, width)."""
    bright = picture[0].float() > level
    rows, columns = bright.any(1).nonzero(), bright.any(0).nonzero()
    if len(rows) == 0:
        return None
    return [float(columns[0]), float(rows[0]), float(columns[-1]) + 1, float(rows[-1]) + 1]


@pytest.mark.parametrize("step", MOVING, ids=repr)
def test_pictures_are_those_of_plain_labels_to_the_bit(step):
    images, boxes, mask = scenes()
    plain, labels = Augment(step)(images, torch.zeros(len(images), dtype=torch.int64), seeded(4))
    for target in (boxes, mask):
        generator = seeded(4)
        moved, _ = Augment(step)(images, target, generator)
        assert torch.equal(moved, plain)
    after = seeded(4)
    Augment(step)(images, labels, after)
    assert torch.equal(generator.get_state(), after.get_state())


GEOMETRIC = MOVING[:4]


@pytest.mark.parametrize("step", GEOMETRIC, ids=repr)
def test_a_box_still_encloses_its_rectangle_tightly(step):
    images, boxes, _ = scenes()
    changed, after = Augment(step)(images, boxes, seeded(2))
    num_whole = 0
    for picture, (corners, labels), before in zip(changed, after.listed(), boxes.labels[:, 0], strict=True):
        seen = seen_box(picture)
        if not len(corners):
            continue
        num_whole += 1
        assert labels.tolist() == [int(before)] and seen is not None
        torch.testing.assert_close(corners[0], torch.tensor(seen), atol=1.01, rtol=0)  # a bilinear edge is blurred
    assert num_whole > 100


# each move keeps the pixels whose middle lies in the box: half a pixel may stand out
@pytest.mark.parametrize(
    ("policy", "slack"), [(AutoAugment(fill=0), 1.0), (RandAugment(1, 30, fill=0), 0.51), (RandAugment(3, 30), 1.75)]
)
def test_what_a_policy_moves_stays_in_its_box_and_under_its_mask(policy, slack: float):
    images, boxes, mask = scenes()
    # pictures that no change of tone reaches: the mask of the rectangle itself, moved by the nearest pixel
    _, after = Augment(policy)(images, boxes, seeded(5))
    _, shapes = Augment(policy)(images, mask, seeded(5))
    num_moved = num_seen = 0
    for shape, (corners, _), before in zip(shapes.classes, after.listed(), boxes.corners, strict=True):
        seen = seen_box(((shape > 0) & (shape < 4))[None], 0.5)
        if not len(corners) or seen is None:
            continue
        num_seen += 1
        left, top, right, bottom = corners[0].tolist()
        assert left <= seen[0] + slack and top <= seen[1] + slack
        assert right >= seen[2] - slack and bottom >= seen[3] - slack
        num_moved += not torch.equal(corners, before)
    assert num_seen > 150 and num_moved > 30


def test_a_turned_box_is_the_upright_one_around_it():
    images, boxes, mask = scenes(60)
    amounts = torch.tensor([[0.1, -0.2, 0.1, -0.1, 25.0]]).expand(60, 5) * torch.linspace(-1, 1, 60)[:, None]
    after, shapes = moved(images, amounts), moved_with_pictures(mask, amounts, (HEIGHT, WIDTH))
    assert torch.equal((shapes.classes > 0) & (shapes.classes != VOID), after[:, 0] > 0)
    around = moved_with_pictures(boxes, amounts, (HEIGHT, WIDTH))
    for picture, corners, label in zip(after, around.corners[:, 0], around.labels[:, 0], strict=True):
        seen = seen_box(picture)
        if label != ABSENT and seen is not None:
            torch.testing.assert_close(corners, torch.tensor(seen), atol=2.0, rtol=0)
            assert (corners[:2] <= torch.tensor(seen[:2]) + 0.51).all()
            assert (corners[2:] >= torch.tensor(seen[2:]) - 0.51).all()


@pytest.mark.parametrize("step", [RandomHorizontalFlip(1.0), RandomVerticalFlip(1.0)], ids=repr)
def test_flipping_twice_is_the_identity(step):
    images, boxes, mask = scenes()
    augment = Augment(step, step)
    once, moved_once = Augment(step)(images, boxes, seeded())
    assert not torch.equal(once, images) and not torch.equal(moved_once.corners, boxes.corners)
    assert torch.equal(augment(images, boxes, seeded())[0], images)
    assert torch.equal(augment(images, boxes, seeded())[1].corners, boxes.corners)
    assert torch.equal(augment(images, mask, seeded())[1].classes, mask.classes)


@pytest.mark.parametrize("step", [RandomCrop(6, fill=0), *MOVING[2:4]], ids=repr)
def test_a_mask_is_the_moved_picture_of_the_same_shapes(step):
    images, _, mask = scenes()
    mask = Mask(mask.classes, void=0)
    changed, after = Augment(step)(images, mask, seeded(3))
    names = torch.arange(len(images)) % 3 + 1
    assert torch.equal(after.classes, (changed[:, 0] > 0) * names[:, None, None])
    assert not torch.equal(after.classes, mask.classes) and after.classes.dtype == mask.classes.dtype


def test_a_mask_of_a_resized_part_is_the_nearest_pixel_of_torch():
    images, _, mask = scenes()
    changed, after = Augment(RandomResizedCrop(scale=(0.3, 1.0)))(images, mask, seeded(3))
    assert ((after.classes > 0) == (changed[:, 0] > 127.5)).float().mean() > 0.98
    step, whole = RandomResizedCrop(scale=(1.0, 1.0), ratio=(WIDTH / HEIGHT, WIDTH / HEIGHT)), seeded()
    assert torch.equal(Augment(step)(images, mask, whole)[1].classes, mask.classes)


def test_what_comes_from_outside_has_the_void_class():
    images, _, mask = scenes()
    _, after = Augment(RandomCrop(6))(images, mask, seeded(3))
    assert (after.classes == VOID).any() and (Augment(RandomCrop(0))(images, mask, seeded())[1].classes != VOID).all()


def test_boxes_are_cut_to_the_picture_and_dropped_where_too_little_is_left():
    corners = [[[0, 0, 8, 8], [30, 10, 40, 20]], [[10, 4, 20, 14]], []]
    boxes = Boxes.of(corners, [[3, 1], [2], []])
    shift = torch.tensor([[5.0, 0.0], [-18.0, 0.0], [0.0, 0.0]])
    after = boxes.moved(torch.eye(2).expand(3, 2, 2), shift, (HEIGHT, WIDTH))
    (first, names), (second, others), (none, _) = after.listed()
    assert first.tolist() == [[5, 0, 13, 8], [35, 10, 40, 20]] and names.tolist() == [3, 1]  # the half of it is left
    assert len(second) == len(others) == len(none) == 0  # a fifth is left
    assert after.labels.tolist() == [[3, 1], [ABSENT, ABSENT], [ABSENT, ABSENT]]
    assert boxes.corners[1, 0].tolist() == [10, 4, 20, 14], "changed in place"


def unchanged(images, generator):
    """A step of somebody's own."""
    return images


@pytest.mark.parametrize("step", [*REFUSING, unchanged], ids=lambda step: getattr(step, "__name__", repr(step)))
def test_a_step_that_cannot_move_a_target_is_named(step):
    images, boxes, mask = scenes(4)
    name = "unchanged" if not hasattr(step, "stays") else type(step).__name__
    for target, kind in ((boxes, "boxes"), (mask, "a mask")):
        with pytest.raises(UsageError, match=f"^{name} cannot move {kind}; .*Leave it out here") as caught:
            Augment(RandomHorizontalFlip(), step)(images, target, seeded())
        assert "\n" not in str(caught.value)


def test_boxes_and_masks_without_their_names_are_refused():
    images, boxes, mask = scenes(4)
    for plain in (boxes.corners, boxes.corners[:, 0], mask.classes, boxes.corners[:, 0] / 50):
        with pytest.raises(UsageError, match=r"neither classes.*Boxes\(corners, labels\), a mask as Mask"):
            Augment(RandomHorizontalFlip())(images, plain, seeded())
    for plain in (torch.arange(4), torch.rand(4, 1), torch.eye(4), torch.tensor([[0.0, 1, 1, 0]] * 4)):
        assert Augment(RandomHorizontalFlip())(images, plain, seeded())[1] is plain


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Boxes(torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.int64)), "corners of shape"),
        (lambda: Boxes(torch.zeros(2, 3, 4), torch.zeros(2, 3)), "int64 labels"),
        (lambda: Boxes.of([[[0, 0, 4, 4]]], [[1, 2]]), "one class for each box"),
        (lambda: Boxes.of([[[4, 0, 2, 4]]], [[1]]), "picture 0 has"),
        (lambda: Boxes.of([[[0, 0, float("nan"), 4]]], [[1]]), "left < right"),
        (lambda: Mask(torch.zeros(2, 4, 4)), "integer classes"),
        (lambda: Augment()(scenes(4)[0], scenes(3)[1], seeded()), "3 for 4 pictures"),
        (lambda: Augment()(scenes(2)[0], Mask(torch.zeros(2, 4, 4).long()), seeded()), "size of its picture"),
        (lambda: next(iter(batches(transform=ToFloat(size=32)))), "24x40.*leaves boxes and masks behind"),
    ],
)
def test_wrong_targets(make, message: str):
    with pytest.raises(UsageError, match=message):
        make()


# In batches


def batches(which: int = 1, **more) -> Batches:
    images_and_targets = scenes(50)
    settings = {"transform": ToFloat(), "augment": Augment(RandomCrop(3), RandomHorizontalFlip())} | more
    return Batches(images_and_targets[0], images_and_targets[which], batch_size=16, shuffle=True, **settings)


@pytest.mark.parametrize("which", [1, 2], ids=["boxes", "mask"])
def test_batches_hold_typed_targets_and_go_on_with_the_same_bits(which: int):
    torch.manual_seed(0)
    ours = batches(which)
    seen = list(ours)
    assert [len(target) for _, target in seen] == [16, 16, 16, 2]
    for images, target in seen:
        if isinstance(target, Boxes):
            for image, (corners, _) in zip(images, target.listed(), strict=True):
                assert not len(corners) or corners[0].tolist() == seen_box(image, 0.5)
        else:
            assert torch.equal((target.classes > 0) & (target.classes != VOID), images[:, 0] > 0)
    state = ours.state_dict()
    torch.manual_seed(9)
    resumed = batches(which, generator=seeded(9))
    resumed.load_state_dict(state)
    for (ours_x, ours_y), (theirs_x, theirs_y) in zip(ours, resumed, strict=True):
        assert torch.equal(ours_x, theirs_x) and torch.equal(ours_y._first(), theirs_y._first())
    ours.limit(5)
    ours.to(torch.device("meta"))
    assert ours.num_examples == 5 and ours.tensors[1].device.type == "meta"


def test_boxes_a_mask_and_labels_move_together_as_each_moves_alone():
    images, boxes, mask = scenes(50)
    classes, augment = torch.arange(50), Augment(*MOVING)
    alone = [augment(images, target, seeded(2)) for target in (boxes, mask)]
    moved, (moved_boxes, moved_mask, labels) = augment(images, (boxes, mask, classes), seeded(2))
    assert torch.equal(moved, alone[0][0]) and torch.equal(labels, classes)
    assert torch.equal(moved_boxes.corners, alone[0][1].corners) and not torch.equal(moved_boxes.corners, boxes.corners)
    assert torch.equal(moved_mask.classes, alone[1][1].classes)
    torch.manual_seed(0)
    augment = Augment(RandomCrop(3), RandomHorizontalFlip())
    together = Batches(images, boxes, mask, classes, batch_size=16, shuffle=True, augment=augment)
    for pictures, boxes_of, mask_of, which in together:
        assert torch.equal((mask_of.classes > 0) & (mask_of.classes != VOID), pictures[:, 0] > 0)
        assert not torch.equal(pictures, images[which])
        for picture, (corners, labels), number in zip(pictures, boxes_of.listed(), which.tolist(), strict=True):
            assert not len(labels) or (corners[0].tolist(), int(labels[0])) == (seen_box(picture), number % 3)


@pytest.mark.parametrize("step", REFUSING, ids=repr)
def test_several_targets_are_refused_as_each_is(step):
    images, boxes, mask = scenes(4)
    with pytest.raises(UsageError, match="cannot move boxes"):
        Augment(step)(images, (boxes, mask), seeded())
    with pytest.raises(UsageError, match="cannot move a mask"):
        Augment(step)(images, (mask, torch.arange(4)), seeded())
    with pytest.raises(UsageError, match="neither classes"):
        Augment()(images, (boxes, torch.rand(4, 9)), seeded())


def test_the_grid_draws_boxes_and_masks_where_they_have_moved():
    images, boxes, mask = scenes(5)
    figure = grid(images, Augment(RandomHorizontalFlip(p=1.0)), samples=1, target=(boxes, mask))
    shown = [torch.as_tensor(image.get_array().data) for image in figure.axes[0].images]
    assert [tuple(picture.shape) for picture in shown] == [(HEIGHT, WIDTH, 3)] * 10
    for before, after, image in zip(shown[:5], shown[5:], images, strict=True):
        assert torch.equal(after, before.flip(1))
        is_colored = (before - before.mean(-1, keepdim=True)).abs().sum(-1) > 0.01
        rows, columns = is_colored.any(1).nonzero(), is_colored.any(0).nonzero()
        box = [float(columns[0]), float(rows[0]), float(columns[-1]) + 1, float(rows[-1]) + 1]
        assert box == seen_box(image)
    plain = grid(images, Augment(RandomHorizontalFlip(p=1.0)), samples=1).axes[0].images[0]
    assert plain.get_array().ndim == 2


class OfBoxes(Classification):
    """The class of the only box of each picture; of those without one nothing."""

    def step(self, model, batch, optimizer):
        return super().step(model, self._plain(batch), optimizer)

    def measure(self, model, batch):
        return super().measure(model, self._plain(batch))

    def _plain(self, batch):
        images, boxes = batch
        return images + boxes.corners.mean() / 1000, boxes.labels[:, 0].clamp(min=0)


def fit() -> Experiment:
    model = nn.Sequential(nn.Flatten(), nn.Linear(HEIGHT * WIDTH, 3))
    data = Splits(batches(), test=batches(augment=None))
    return Experiment(data, model, OfBoxes(), SGD(model.parameters(), lr=0.01), epochs=3, draw=False)


def test_a_run_on_boxes_that_was_stopped_goes_on_with_the_same_bits():
    assert_same(toys.declared(fit).run(), execute(toys.declared(fit), resume=interrupted(toys.declared(fit)).path))

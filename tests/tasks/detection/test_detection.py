"""The task of detection: its loss by hand, what is left of many boxes, answers on photos, pictures without anything."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.optim import SGD, AdamW

from dongshou import models
from dongshou.data import Splits, load_scenes
from dongshou.data.images.photos import Letterboxed
from dongshou.data.targets import ABSENT, Boxes
from dongshou.errors import UsageError
from dongshou.models.detection import pairwise_iou
from dongshou.models.detection.matching import encode
from dongshou.models.detection.selection import select
from dongshou.models.detection.ssd import AnchorPredictions
from dongshou.tasks import Detection, Question
from dongshou.tasks.detection.single_shot import SingleShot
from dongshou.tasks.pictures.detections import draw_detections, report_of
from tests.models.detection import plain_loops

ANCHORS = torch.tensor([[0.0, 0, 10, 10], [10, 0, 20, 10], [0, 10, 10, 20], [10, 10, 20, 20], [0, 0, 20, 20]])


def predictions(batch: int, seed: int = 0) -> AnchorPredictions:
    generator = torch.Generator().manual_seed(seed)
    return AnchorPredictions(
        ANCHORS, torch.randn(batch, 5, 4, generator=generator), torch.randn(batch, 5, 4, generator=generator)
    )


def test_the_loss_by_hand():
    """One box, of class 2, on the second anchor; the two hardest of the others; smooth L1 of its offsets."""
    given = predictions(1)
    truth = [11.0, 1, 21, 11]
    losses = SingleShot(negatives=2.0).losses(given, Boxes.of([[truth]], [[2]]))
    of_class = (-given.logits[0].log_softmax(1)).tolist()
    hardest = sorted((row[0] for index, row in enumerate(of_class) if index != 1), reverse=True)[:2]
    quantity = losses["class_loss"]
    assert quantity.total.item() == pytest.approx(of_class[1][3] + sum(hardest)) and quantity.weight == 1
    wanted = [1.0, 1.0, 0.0, 0.0]  # a tenth of the sides, over a variance of a tenth
    away = [abs(a - b) for a, b in zip(given.offsets[0, 1].tolist(), wanted, strict=True)]
    smooth = sum(0.5 * d * d if d < 1 else d - 0.5 for d in away)
    assert losses["box_loss"].total.item() == pytest.approx(smooth, rel=1e-5)


def test_pictures_without_a_box_have_a_loss_and_gradients():
    given = predictions(2)
    given.logits.requires_grad_()
    for boxes in (Boxes.of([[], []], [[], []]), Boxes(torch.zeros(2, 3, 4), torch.full((2, 3), ABSENT))):
        losses = SingleShot().losses(given, boxes)
        assert losses["box_loss"].total == 0
        hardest = (-given.logits.log_softmax(2)[..., 0]).amax(1)  # one of each picture
        torch.testing.assert_close(losses["class_loss"].total, hardest.sum())


def test_boxes_that_are_perfectly_predicted_are_found_and_cost_nothing():
    truths = Boxes.of([[[9.0, 0, 19, 10]], [[1, 11, 11, 19], [2, 2, 18, 19]]], [[0], [1, 2]])
    logits = torch.zeros(2, 5, 4)
    logits[..., 0] = 30
    offsets = torch.zeros(2, 5, 4)
    for image, anchor, truth in ((0, 1, 0), (1, 2, 0), (1, 4, 1)):
        logits[image, anchor] = 0
        logits[image, anchor, 1 + truths.labels[image, truth]] = 30
        offsets[image, anchor] = encode(truths.corners[image, truth], ANCHORS[anchor])
    given = AnchorPredictions(ANCHORS, logits, offsets)
    assert sum(one.total.item() for one in SingleShot().losses(given, truths).values()) == pytest.approx(0, abs=1e-5)
    for found, truth in zip(SingleShot().detections(given, (20, 20)).listed(), truths.listed(), strict=True):
        order = found[1].argsort()
        torch.testing.assert_close(found[0][order], truth[0])
        assert found[1][order].tolist() == truth[1].tolist() and (found[2] > 0.99).all()


@pytest.mark.parametrize("by_class", [False, True])
def test_selection_is_that_of_plain_loops(by_class):
    generator = torch.Generator().manual_seed(1)
    first = 40 * torch.rand(3, 60, 3 if by_class else 1, 2, generator=generator)
    corners = torch.cat([first, first + 5 + 10 * torch.rand(first.shape, generator=generator)], -1)
    scores = torch.rand(3, 60, 3, generator=generator) ** 2
    scores[2] = 0  # nothing at all
    given = corners if by_class else corners[:, :, 0]
    found = select(given, scores, threshold=0.3, least_score=0.1, most=25).listed()
    for index, (boxes, labels, values) in enumerate(found):
        expected = []
        for label in range(3):
            of_class = corners[index, :, label if by_class else 0].tolist()
            likely = [place for place in range(60) if scores[index, place, label] >= 0.1]
            rated = [scores[index, place, label].item() for place in likely]
            kept = plain_loops.nms([of_class[place] for place in likely], rated, 0.3)
            expected += [(rated[place], label, of_class[likely[place]]) for place in kept]
        expected = sorted(expected, key=lambda row: -row[0])[:25]
        assert [*zip(values.tolist(), labels.tolist(), boxes.tolist(), strict=True)] == expected
    assert len(found[0][1]) == 25 and len(found[2][1]) == 0


def small_scenes(num: int = 4) -> Splits:
    return load_scenes(batch_size=num, size=48, num_train=num, num_test=2, most=2, normalize=(0.5, 0.25))


def test_a_few_scenes_are_learnt_by_heart():
    torch.manual_seed(0)
    data, model, task = small_scenes(), models.small_ssd(10, width=8), Detection(10)
    optimizer = AdamW(model.parameters(), lr=5e-3)
    batch = next(iter(data.train()))
    losses = [float(task.step(model, batch, optimizer)["loss"].total) for _ in range(45)]
    assert losses[-1] < 0.05 * losses[0]
    assert report_of(task, model, data.train()).as_metrics()["map50"] > 0.99


def test_what_is_measured_adds_up():
    torch.manual_seed(0)
    data, model, task = small_scenes(), models.small_ssd(10, width=4), Detection(10)
    images, boxes = next(iter(data.train()))
    measured = task.measure(model.eval(), (images, boxes))
    means = {name: float(measured[name].total / measured[name].weight) for name in ("loss", "class_loss", "box_loss")}
    assert means["loss"] == pytest.approx(means["class_loss"] + means["box_loss"])
    found, truths = measured["map"]
    assert truths is boxes and len(found.labels) == 4
    crowded = Boxes(boxes.corners, boxes.labels, torch.ones_like(boxes.labels, dtype=torch.bool))
    assert task.measure(model, (images, crowded))["box_loss"].total == 0  # nothing to learn from a crowd
    with pytest.raises(UsageError, match="Boxes; got"):
        task.step(model, (images, boxes.labels), SGD(model.parameters(), lr=0.1))


class Sees(nn.Module):
    """Finds one thing: the box 6, 8, 18, 20 of the network's picture of 24x32, as class 1."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, images: Tensor) -> AnchorPredictions:
        assert images.shape == (1, 3, 24, 32)
        logits = torch.tensor([[[0.0, 0, 5, 0]]])
        return AnchorPredictions(torch.tensor([[6.0, 8, 18, 20]]), logits, torch.zeros(1, 1, 4))


def test_an_answer_is_in_pixels_of_the_photo(tmp_path: Path):
    """A photo of 100x200 fits into 24 pixels of height as 12x24, ten pixels from the left."""
    path = tmp_path / "photo.png"
    Image.new("RGBA", (100, 200), (10, 20, 30, 128)).save(path)
    picture = torch.zeros(2, 3, 24, 32)
    data = Splits((picture, torch.zeros(2)), classes=("a", "b", "c"), shape=(3, 24, 32), photos=Letterboxed(24, 32))
    answer = Detection(3).answer(Sees(), data, Question(path))
    assert answer.labels == ("b",) and answer.photo.size == (100, 200)
    scale = 200 / 24
    expected = [0.0, 8 * scale, 8 * scale, 20 * scale]  # cut off at the left edge of the photo
    torch.testing.assert_close(answer.corners[0], torch.tensor(expected))
    assert answer.scores[0] == pytest.approx(math.exp(5) / (math.exp(5) + 3))
    (line,) = answer.lines()
    assert line.split() == ["b", f"{answer.scores[0]:.1%}", "(0,", "67,", "67,", "167)"]
    assert answer.as_json()["boxes"][0]["class"] == "b"


def test_pictures_of_detections():
    data, model, task = small_scenes(), models.small_ssd(10, width=4), Detection(10)
    images, boxes = next(iter(data.test()))  # pyright: ignore
    found = task.predict(model.eval(), images)
    figure = draw_detections(images, boxes, found, data.classes)
    assert len(figure.axes[0].images) == 4  # two pictures, what there is and what was found
    drawn = dict(task.figures(model, data))
    assert set(drawn) == {"detections", "average-precision"}
    assert pairwise_iou(boxes.corners, boxes.corners).amax() == 1

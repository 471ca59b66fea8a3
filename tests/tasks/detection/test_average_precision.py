"""Average precision, equal to that of pycocotools on scenes of every kind."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from dongshou.data.targets import ABSENT, Boxes
from dongshou.errors import UsageError
from dongshou.models.detection.detections import Detections
from dongshou.tasks.detection.average_precision import AveragePrecision
from tests.tasks.detection import coco

CLASSES = 4  # of which the last is never there
Scene = tuple[coco.Found, coco.Truths]


def random_scenes(seed: int, num: int = 6) -> Scene:
    """Pictures with 0 to 8 true boxes, some of them crowds, and 0 to 12 detections near them or anywhere. Corners are
    whole, so that overlaps of exactly a threshold occur, and scores tied."""
    generator = torch.Generator().manual_seed(seed)

    def whole(low: int, high: int, *shape: int) -> Tensor:
        return torch.randint(low, high, shape, generator=generator)

    found: coco.Found = []
    truths: coco.Truths = []
    for _ in range(num):
        num_truths, num_found = int(whole(0, 9)), int(whole(0, 13))
        first = whole(0, 40, num_truths, 2)
        corners = torch.cat([first, first + whole(4, 24, num_truths, 2)], 1).double()
        labels, crowds = whole(0, CLASSES - 1, num_truths), whole(0, 10, num_truths) == 0
        truths.append((corners, labels, crowds))
        first = whole(0, 40, num_found, 2)
        boxes = torch.cat([first, first + whole(4, 24, num_found, 2)], 1).double()
        guesses = whole(0, CLASSES, num_found)
        for index in range(min(num_found, num_truths)):  # near a true box, its edges moved by up to two pixels
            boxes[index] = corners[index] + whole(-2, 3, 4)
            guesses[index] = labels[index]
        found.append((boxes, guesses, whole(0, 11, num_found).double() / 10))
    return found, truths


def as_batch(found: coco.Found, truths: coco.Truths) -> tuple[Detections, Boxes]:
    """Padded, as a model gives them; in double precision for the comparison."""
    most = max((len(labels) for _, labels, _ in found), default=0)
    corners, labels = torch.zeros(len(found), most, 4).double(), torch.full((len(found), most), ABSENT)
    scores = torch.zeros(len(found), most).double()
    for index, (boxes, names, values) in enumerate(found):
        corners[index, : len(names)], labels[index, : len(names)], scores[index, : len(names)] = boxes, names, values
    boxes = Boxes.of([one[0] for one in truths], [one[1] for one in truths], [one[2] for one in truths])
    return Detections(corners, labels, scores), boxes


def ours(*batches: Scene, num_classes: int = CLASSES) -> AveragePrecision:
    score = AveragePrecision(num_classes)
    for found, truths in batches:
        score.update(as_batch(found, truths))
    return score


def same_as_coco(found: coco.Found, truths: coco.Truths, num_classes: int = CLASSES) -> None:
    evaluation = coco.judged(found, truths, num_classes)
    score = ours((found, truths), num_classes=num_classes)
    np.testing.assert_allclose(score.report().precisions, coco.precisions(evaluation), rtol=0, atol=1e-12)
    metrics = score.finish()
    expected = [max(0.0, value) for value in evaluation.stats[:3]]  # it says -1 where there is no true box
    assert [metrics["map"], metrics["map50"], metrics["map75"]] == pytest.approx(expected, abs=1e-12)


def test_five_hundred_random_scenes():
    """A hundred sets of five scenes, so that classes are found in some pictures and not in others."""
    values = []
    for seed in range(100):
        found, truths = random_scenes(seed, num=5)
        same_as_coco(found, truths)
        values.append(ours((found, truths)).finish()["map50"])
    assert 0.2 < np.mean(values) < 0.9 and np.std(values) > 0.05


def test_overlaps_of_exactly_a_threshold_are_found():
    truth = torch.tensor([[0.0, 0, 20, 10]]).double()
    label, no = torch.tensor([0]), torch.tensor([False])
    for width in range(10, 21):  # IoU = width / 20: .50, .55, ..., 1
        found = [(torch.tensor([[0.0, 0, width, 10]]).double(), label, torch.tensor([0.5]).double())]
        same_as_coco(found, [(truth, label, no)], 1)
        assert ours((found, [(truth, label, no)]), num_classes=1).finish()["map"] == pytest.approx(
            min(width - 9, 10) / 10
        )


def test_of_two_boxes_that_overlap_alike_the_later_is_found():
    """So that the second detection, which fits that one alone, finds nothing."""
    truths = torch.tensor([[0.0, 0, 10, 10], [4, 0, 14, 10]]).double()
    boxes = torch.tensor([[2.0, 0, 12, 10], [4, 0, 14, 10]]).double()
    labels = torch.zeros(2).long()
    scene = [(boxes, labels, torch.tensor([0.9, 0.8]).double())], [(truths, labels, labels.bool())]
    same_as_coco(*scene, 1)
    assert ours(scene, num_classes=1).finish()["map50"] == pytest.approx(51 / 101)


def test_more_than_a_hundred_detections_of_a_class():
    """The true box is found by the least sure of all, which counts only among the first hundred."""
    truth = torch.tensor([[0.0, 0, 20, 10]]).double()
    for num, right in ((100, True), (101, False)):
        boxes = torch.tensor([[30.0, 30, 40, 40]]).double().repeat(num, 1)
        boxes[-1] = truth[0]
        scores = torch.linspace(1, 0.1, num).double()
        found = [(boxes, torch.zeros(num).long(), scores)]
        truths = [(truth, torch.tensor([0]), torch.tensor([False]))]
        same_as_coco(found, truths, 2)
        assert (ours((found, truths)).finish()["map50"] > 0) is right


@pytest.mark.parametrize("nothing", ["found", "there", "either"])
def test_pictures_with_nothing(nothing):
    found, truths = random_scenes(3)
    none = torch.zeros(0, 4).double(), torch.zeros(0).long()
    if nothing != "there":
        found = [(*none, torch.zeros(0).double())] * len(found)
    if nothing != "found":
        truths = [(*none, torch.zeros(0).bool())] * len(truths)
    same_as_coco(found, truths)
    assert ours((found, truths)).finish()["map"] == 0


def test_batches_and_processes_add_up_to_the_whole():
    found, truths = random_scenes(7, num=9)
    whole = ours((found, truths)).finish()
    assert ours((found[:4], truths[:4]), (found[4:], truths[4:])).finish() == whole
    one, other = ours((found[:2], truths[:2]), (found[2:4], truths[2:4])), ours((found[4:], truths[4:]))
    one.merge(other)
    assert one.finish() == whole and ours().finish()["map"] == 0


def test_by_class():
    found, truths = random_scenes(1, num=20)
    report = ours((found, truths)).report()
    each = report.by_class()
    assert each[-1] is None and report.as_metrics()["map50"] == pytest.approx(np.mean([one for one in each if one]))


def test_different_pictures_are_refused():
    found, truths = random_scenes(1)
    detections, _ = as_batch(found, truths)
    with pytest.raises(UsageError, match="same pictures; got 6 and 2"):
        AveragePrecision(2).update((detections, as_batch(found[:2], truths[:2])[1]))

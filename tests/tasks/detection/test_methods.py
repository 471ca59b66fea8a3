"""The losses of FCOS and Faster R-CNN beside plain loops, and both of them learning a few scenes by heart."""

from __future__ import annotations

import math

import pytest
import torch
from torch.optim import AdamW

from dongshou import models
from dongshou.data import load_scenes
from dongshou.data.targets import ABSENT, Boxes
from dongshou.models.detection.fcos import PointPredictions, points_of
from dongshou.tasks import Detection
from dongshou.tasks.detection.anchor_free import AnchorFree, focal_loss, match_points
from dongshou.tasks.detection.two_stage import TwoStage, match_regions
from dongshou.tasks.pictures.detections import report_of
from tests.models.detection import plain_loops

GRIDS, SIZE = [(8, 8), (4, 4), (2, 2)], (64, 64)


def some_boxes() -> Boxes:
    generator = torch.Generator().manual_seed(4)
    corners = []
    for count in (3, 0, 6):
        first = 40 * torch.rand(count, 2, generator=generator)
        corners.append(torch.cat([first, first + 6 + 34 * torch.rand(count, 2, generator=generator)], 1))
    return Boxes.of(corners, [[1] * len(one) for one in corners])


def test_points_belong_to_the_smallest_box_whose_middle_they_are_near():
    boxes = some_boxes()
    points, strides = points_of(GRIDS, SIZE)
    assert strides.unique().tolist() == [8, 16, 32] and points[0].tolist() == [4, 4] and points[-1].tolist() == [48, 48]
    matched, distances = match_points(points, strides, boxes, radius=1.5, reach=3.0)
    least = {8: 0.0, 16: 24.0, 32: 48.0}
    largest = {8: 24.0, 16: 48.0, 32: math.inf}
    for image, (corners, _) in enumerate(boxes.listed()):
        for point, ((x, y), stride) in enumerate(zip(points.tolist(), strides.tolist(), strict=True)):
            found = []
            for number, (left, top, right, bottom) in enumerate(corners.tolist()):
                far = [x - left, y - top, right - x, bottom - y]
                is_near = max(abs(x - (left + right) / 2), abs(y - (top + bottom) / 2)) <= 1.5 * stride
                if min(far) > 0 and is_near and least[int(stride)] < max(far) <= largest[int(stride)]:
                    found.append(((right - left) * (bottom - top), number, far))
            expected = min(found)[1] if found else -1
            assert matched[image, point] == expected
            if found:
                assert distances[image, point].tolist() == pytest.approx(min(found)[2], abs=1e-4)
    assert (matched >= 0).any(1).tolist() == [True, False, True]


def test_the_loss_of_points_by_hand():
    boxes = Boxes.of([[[2.0, 0, 14, 10]]], [[1]])
    points, strides = torch.tensor([[8.0, 4], [40, 40]]), torch.tensor([8.0, 8])
    logits, centerness = torch.tensor([[[0.3, -0.2], [0.1, 0.4]]]), torch.tensor([[0.7, -0.4]])
    distances = torch.tensor([[[4.0, 4, 6, 6], [1, 1, 1, 1]]])
    losses = AnchorFree().losses(PointPredictions(points, strides, logits, distances, centerness), boxes)

    def focal(logit: float, is_there: bool) -> float:
        p = 1 / (1 + math.exp(-logit)) if is_there else 1 / (1 + math.exp(logit))
        return -(0.25 if is_there else 0.75) * (1 - p) ** 2 * math.log(p)

    of_class = focal(0.3, False) + focal(-0.2, True) + focal(0.1, False) + focal(0.4, False)
    assert losses["class_loss"].total.item() == pytest.approx(of_class, rel=1e-5) and losses["class_loss"].weight == 1
    center = math.sqrt(1 * 4 / 6)  # left and right 6, top 4 and bottom 6
    shares = plain_loops.generalized_iou([4, 0, 14, 10], [2, 0, 14, 10])
    assert losses["box_loss"].total.item() == pytest.approx(center * (1 - shares), rel=1e-5)
    p = 1 / (1 + math.exp(-0.7))
    expected = -center * math.log(p) - (1 - center) * math.log(1 - p)
    assert losses["center_loss"].total.item() == pytest.approx(expected, rel=1e-5)
    found = AnchorFree(least_score=0.3).detections(
        PointPredictions(points, strides, logits, distances, centerness), (64, 64)
    )
    assert found.scores[0, 0].item() == pytest.approx(math.sqrt(p / (1 + math.exp(-0.3))), rel=1e-5)
    assert focal_loss(torch.tensor(30.0), torch.tensor(1.0)) == pytest.approx(0)


def test_regions_belong_to_the_box_they_overlap_most():
    boxes = Boxes.of([[[0.0, 0, 10, 10], [8, 0, 20, 10]]], [[0, 1]])
    regions = torch.tensor([[[0.0, 0, 9, 10], [9, 0, 20, 10], [0, 0, 20, 40], [0, 0, 0, 0]]])
    assert match_regions(regions, boxes, 0.5).tolist() == [[0, 1, -1, -1]]
    assert match_regions(regions, Boxes(torch.zeros(1, 0, 4), torch.zeros(1, 0).long()), 0.5).tolist() == [[-1] * 4]


def test_proposals_are_the_surest_that_are_left():
    torch.manual_seed(0)
    model = models.small_faster_rcnn(3, width=4).eval()
    predictions = model(torch.randn(2, 3, 64, 96))
    proposals, regions = predictions.proposed.proposals, predictions.regions
    assert proposals.shape == regions.shape and proposals.shape[1] <= 48 and not proposals.requires_grad
    assert proposals.amin() >= 0 and (proposals[..., 2] <= 96).all() and (proposals[..., 3] <= 64).all()
    for one in proposals:
        there = one[(one[:, 2:] > one[:, :2]).all(1)].tolist()
        overlaps = [plain_loops.iou(a, b) for index, a in enumerate(there) for b in there[:index]]
        assert len(there) > 5 and max(overlaps) <= 0.7 + 1e-6
    given = torch.tensor([[[1.0, 2, 30, 40]], [[5.0, 5, 50, 60]]])
    shown = model(torch.randn(2, 3, 64, 96), given)
    assert torch.equal(shown.regions[:, -1:], given) and shown.logits.shape == (2, shown.regions.shape[1], 4)


@pytest.mark.parametrize("make, method", [(models.small_fcos, AnchorFree()), (models.small_faster_rcnn, TwoStage())])
def test_a_few_scenes_are_learnt_by_heart(make, method):
    torch.manual_seed(0)
    data = load_scenes(batch_size=2, size=64, num_train=2, num_test=1, most=1, normalize=(0.5, 0.25))
    model, task = make(10, width=8), Detection(10, method)
    optimizer = AdamW(model.parameters(), lr=8e-3)
    batch = next(iter(data.train()))
    losses = [float(task.step(model, batch, optimizer)["class_loss"].total) for _ in range(35)]
    assert losses[-1] < 0.2 * losses[0]
    assert report_of(task, model, data.train()).as_metrics()["map50"] > 0.5


@pytest.mark.parametrize("make, method", [(models.small_fcos, AnchorFree()), (models.small_faster_rcnn, TwoStage())])
def test_pictures_without_a_box(make, method):
    torch.manual_seed(0)
    model, task, images = make(4, width=4), Detection(4, method), torch.randn(2, 3, 64, 64)
    optimizer = AdamW(model.parameters(), lr=1e-3)
    for boxes in (Boxes.of([[], []], [[], []]), Boxes(torch.zeros(2, 3, 4), torch.full((2, 3), ABSENT))):
        quantities = task.step(model, (images, boxes), optimizer)
        assert all(quantity.total.isfinite() for quantity in quantities.values()) and quantities["box_loss"].total == 0
        assert all(parameter.isfinite().all() for parameter in model.parameters())

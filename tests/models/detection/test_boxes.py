"""Boxes, anchors, assignment and suppression, each equal to plain loops over single numbers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dongshou.data.targets import Boxes
from dongshou.errors import UsageError
from dongshou.models.detection import (
    AnchorScales,
    centers_to_corners,
    clipped,
    corners_to_centers,
    decode,
    encode,
    evenly_spaced_scales,
    generalized_iou,
    grid_anchors,
    hard_negatives,
    iou,
    match_anchors,
    nms,
    pairwise_iou,
    soft_nms,
    suppress,
)
from dongshou.models.detection.matching import match_overlaps
from tests.models.detection import plain_loops


def random_boxes(*shape: int, seed: int = 0, whole: bool = False) -> Tensor:
    """Corners (*shape, 4) in a picture of 64x64; in whole pixels, with many that are equal, where wanted."""
    generator = torch.Generator().manual_seed(seed)
    first = 44 * torch.rand(*shape, 2, generator=generator, dtype=torch.float64)
    sides = 2 + 18 * torch.rand(*shape, 2, generator=generator, dtype=torch.float64)
    corners = torch.cat([first, first + sides], -1)
    return (corners / 6).round() * 6 + torch.tensor([0.0, 0, 3, 3]) if whole else corners


def test_the_two_forms_are_each_other_s_inverse():
    corners = torch.tensor([[60.0, 45, 378, 516], [400, 112, 655, 493]])
    assert corners_to_centers(corners).tolist() == [[219, 280.5, 318, 471], [527.5, 302.5, 255, 381]]
    boxes = random_boxes(3, 5)
    torch.testing.assert_close(centers_to_corners(corners_to_centers(boxes)), boxes)
    assert clipped(torch.tensor([[-3.0, 2, 50, 70]]), (40, 30)).tolist() == [[0, 2, 30, 40]]


@pytest.mark.parametrize("ours, plain", [(iou, plain_loops.iou), (generalized_iou, plain_loops.generalized_iou)])
def test_what_two_boxes_share(ours, plain):
    a, b = random_boxes(2, 30), random_boxes(2, 20, seed=1)
    every = ours(a[:, :, None], b[:, None])
    expected = [[[plain(x, y) for y in ys] for x in xs] for xs, ys in zip(a.tolist(), b.tolist(), strict=True)]
    torch.testing.assert_close(every, torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-14)
    point = torch.tensor([5.0, 5, 5, 5])
    assert ours(point, point).isfinite() and ours(a[0, 0], a[0, 0]) == 1


def test_pairwise_iou_of_known_boxes():
    """Half of one, a quarter of both, none: 1/2, 1/7, 0."""
    a = torch.tensor([[0.0, 0, 2, 2]])
    b = torch.tensor([[0.0, 0, 2, 1], [1, 1, 3, 3], [2, 0, 4, 2]])
    torch.testing.assert_close(pairwise_iou(a, b), torch.tensor([[1 / 2, 1 / 7, 0]]))


def test_generalized_iou_pulls_boxes_together_that_share_nothing():
    box = torch.tensor([10.0, 0, 12, 2], requires_grad=True)
    generalized_iou(box, torch.tensor([0.0, 0, 2, 2])).backward()
    assert box.grad is not None and box.grad[0] < 0  # further left is better


@pytest.mark.parametrize("grid, aspect", [((3, 5), None), ((2, 4), 1.5)])
def test_anchors_are_those_of_the_formula(grid, aspect):
    sizes, ratios = (0.75, 0.5, 0.25), (1.0, 2.0, 0.5)
    ours = grid_anchors(grid, sizes, ratios, aspect)
    expected = plain_loops.anchors(*grid, sizes, ratios, aspect or grid[0] / grid[1])
    assert ours.shape == (grid[0] * grid[1] * 5, 4)
    torch.testing.assert_close(ours, torch.tensor(expected))


def test_an_anchor_of_the_book():
    """The first anchor of the pixel (250, 250) of a picture of 561x728 (d2l, section 14.4.1)."""
    anchors = grid_anchors((561, 728), [0.75, 0.5, 0.25], [1, 2, 0.5]).reshape(561, 728, 5, 4)
    torch.testing.assert_close(anchors[250, 250, 0], torch.tensor([0.06, 0.07, 0.63, 0.82]), atol=6e-3, rtol=0)


def test_anchors_of_several_grids_in_pixels():
    scales = AnchorScales(((0.2, 0.3), (0.8,)), ((1.0, 2.0), (1.0,)))
    anchors = scales.on([(4, 6), (1, 1)], (40, 60))
    assert scales.num_per_place == (3, 1) and anchors.shape == (4 * 6 * 3 + 1, 4)
    torch.testing.assert_close(anchors[-1], torch.tensor([30 - 16.0, 20 - 16, 30 + 16, 20 + 16]))  # .8 of the height
    with pytest.raises(UsageError, match="sizes and ratios; got 1 and 0"):
        AnchorScales(((0.1,),), ())
    with pytest.raises(UsageError, match="above 0"):
        grid_anchors((2, 2), [0.1, 0.0], [1.0])
    spaced = evenly_spaced_scales(5, 0.2, 0.88)
    assert [round(sizes[0], 2) for sizes in spaced.sizes] == [0.2, 0.37, 0.54, 0.71, 0.88]
    assert spaced.sizes[1][1] == pytest.approx((0.37 * 0.54) ** 0.5)


def test_assignment_is_that_of_plain_loops():
    """Whole pixels give many equal overlaps; pictures have 0 to 6 boxes and are assigned together."""
    generator = torch.Generator().manual_seed(2)
    for whole in (True, False):
        anchors = random_boxes(40, seed=3, whole=whole)
        counts = torch.randint(0, 7, (12,), generator=generator).tolist()
        assert 0 in counts and 6 in counts
        corners = [random_boxes(count, seed=10 + index, whole=whole) for index, count in enumerate(counts)]
        boxes = Boxes.of(corners, [[0] * count for count in counts])
        for threshold in (0.5, 0.2):
            matched = match_anchors(anchors.float(), boxes, threshold)
            for row, present in zip(matched.tolist(), corners, strict=True):
                overlaps = pairwise_iou(anchors.float(), present.float())
                expected = plain_loops.assigned(overlaps.tolist(), threshold) if len(present) else [-1] * 40
                assert row == expected


def test_an_anchor_that_several_boxes_like_best_goes_to_the_one_it_overlaps_most():
    """The example of the book: B is liked best by 2, then C by 0, then A by 1, and D by what is left."""
    overlaps = torch.tensor([[0.3, 0.1, 0.9, 0.2, 0.0], [0.2, 0.1, 0.8, 0.1, 0.7], [0.1, 0.3, 0.6, 0.2, 0.65]])
    assert match_overlaps(overlaps[None], 0.5).tolist() == [[-1, 2, 0, -1, 1]]


def test_more_boxes_than_anchors_and_none():
    overlaps = torch.tensor([[[0.6], [0.9], [0.2]]])  # three boxes, one anchor
    assert match_overlaps(overlaps, 0.5).tolist() == [[1]]
    assert match_overlaps(torch.zeros(2, 0, 3), 0.5).tolist() == [[-1] * 3] * 2


def test_offsets_and_their_inverse():
    anchors, boxes = random_boxes(2, 50), random_boxes(2, 50, seed=1)
    offsets = encode(boxes, anchors)
    torch.testing.assert_close(decode(offsets, anchors), boxes, rtol=1e-12, atol=1e-12)
    # the formula, with numbers: a shift by a tenth of the width is 1, twice as high is 5 ln 2
    one = encode(torch.tensor([1.0, -5, 11, 15]), torch.tensor([0.0, 0, 10, 10]))
    torch.testing.assert_close(one, torch.tensor([1.0, 0, 0, 5 * 0.6931472]))
    plain = encode(boxes, anchors, (1.0, 1.0, 1.0, 1.0))
    torch.testing.assert_close(plain, offsets * torch.tensor([0.1, 0.1, 0.2, 0.2]))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("grouped", [False, True])
def test_suppression_is_that_of_plain_loops(whole, grouped):
    """More boxes than a block holds, with equal scores and overlaps that are exactly the threshold among them."""
    corners = random_boxes(700, seed=4, whole=whole)
    scores = (torch.rand(700, generator=torch.Generator().manual_seed(5)) * 40).round() / 40
    groups = torch.arange(700) % 3 if grouped else None
    for threshold in (0.3, 1 / 3, 0.7):
        kept = nms(corners, scores, threshold, groups).tolist()
        expected = plain_loops.nms(corners.tolist(), scores.tolist(), threshold, groups.tolist() if grouped else None)
        assert kept == expected and 20 < len(kept) < 700


def test_a_box_at_the_threshold_stays_and_none_are_none():
    corners, scores = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 1], [0, 0, 1, 2]]), torch.tensor([0.5, 0.9, 0.9])
    assert nms(corners, scores, 0.5).tolist() == [1, 2, 0]
    assert nms(corners, scores, 0.4999).tolist() == [1, 2]
    assert nms(torch.zeros(0, 4), torch.zeros(0)).tolist() == []


def test_groups_suppressed_together_are_those_suppressed_alone():
    corners = random_boxes(6, 60, seed=6)
    scores = torch.rand(6, 60, generator=torch.Generator().manual_seed(7)) - 0.2  # some are no boxes
    keep = suppress(corners, scores, 0.3)
    for group in range(6):
        boxes = (scores[group] > 0).nonzero()[:, 0]
        alone = boxes[nms(corners[group, boxes], scores[group, boxes], 0.3)]
        assert sorted(alone.tolist()) == keep[group].nonzero()[:, 0].tolist()


@pytest.mark.parametrize("method", ["gaussian", "linear"])
def test_soft_suppression_is_that_of_plain_loops(method):
    corners = random_boxes(3, 40, seed=8)
    corners[1, 5] = corners[1, 6]  # IoU 1
    scores = torch.rand(3, 40, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    lowered = soft_nms(corners, scores, 0.5, 0.3, method)
    expected = [
        plain_loops.soft_nms(boxes, each, 0.5, 0.3, method)
        for boxes, each in zip(corners.tolist(), scores.tolist(), strict=True)
    ]
    torch.testing.assert_close(lowered, torch.tensor(expected, dtype=torch.float64))
    assert (lowered < scores).any() and scores.max() <= lowered.max() + 1e-12


def test_hard_negatives_are_those_with_the_largest_loss():
    generator = torch.Generator().manual_seed(3)
    losses = torch.rand(5, 50, generator=generator)
    is_positive = torch.rand(5, 50, generator=generator) < torch.tensor([0.1, 0.02, 0, 0.5, 0.9])[:, None]
    chosen = hard_negatives(losses, is_positive, ratio=3, least=4)
    expected = [
        plain_loops.hard_negatives(*row, 3, 4) for row in zip(losses.tolist(), is_positive.tolist(), strict=True)
    ]
    assert chosen.tolist() == expected and chosen.sum(1)[2] == 4

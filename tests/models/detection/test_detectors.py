"""Detectors: their formula, their anchors, and the same from scratch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

import dongshou
from dongshou import models
from dongshou.errors import DongshouError, UsageError
from tests.models.second_writing import Weights, anywhere

DETECTORS: dict[str, Callable[[], nn.Module]] = {
    "tiny_ssd": lambda: models.tiny_ssd(3),
    "small_ssd": lambda: models.small_ssd(3, width=4),
    "ssd_resnet18": lambda: models.ssd_resnet18(3),
}


def tiny_ssd(w: Weights, x: Tensor) -> tuple[Tensor, Tensor]:
    """The course's, layer by layer: logits (batch, anchors, 4) and offsets of three classes."""
    grids = []
    for width in (16, 32, 64, 128, 128, 128):
        for _ in range(2):
            x = w.norm(w.conv(x, width, 3, padding=1)).relu()
        x = max_pool2d(x, 2)
        grids.append(x)
    grids = [*grids[2:], x.amax((2, 3), keepdim=True)]
    classes = [w.conv(grid, 4 * 4, 3, padding=1) for grid in grids]
    boxes = [w.conv(grid, 4 * 4, 3, padding=1) for grid in grids]

    def listed(several: list[Tensor]) -> Tensor:
        rows = [one.movedim(1, 3).reshape(len(one), -1, 4) for one in several]  # of each place its four anchors
        return torch.cat(rows, 1)

    return listed(classes), listed(boxes)


def test_tiny_ssd_is_its_formula():
    model = anywhere(models.tiny_ssd(3))
    images = torch.randn(2, 3, 72, 64, dtype=torch.float64)
    for is_training in (False, True):
        model.train(is_training)
        weights = Weights(model)
        logits, offsets = tiny_ssd(weights, images)
        ours = model(images)
        torch.testing.assert_close(ours.logits, logits)
        torch.testing.assert_close(ours.offsets, offsets)
    assert not weights.layers


def test_the_anchors_are_those_of_the_course():
    """d2l, section 14.7: 5,444 anchors of a picture of 256x256, four at each place of 32x32, 16x16, 8x8, 4x4 and 1."""
    predictions = models.tiny_ssd(1)(torch.randn(1, 3, 256, 256))
    assert predictions.anchors.shape == (5444, 4)
    assert predictions.logits.shape == (1, 5444, 2) and predictions.offsets.shape == (1, 5444, 4)
    first, last = predictions.anchors[0] / 256, predictions.anchors[-4:]
    torch.testing.assert_close(first, torch.tensor([1 / 64 - 0.1, 1 / 64 - 0.1, 1 / 64 + 0.1, 1 / 64 + 0.1]))
    sides = last[:, 2:] - last[:, :2]
    torch.testing.assert_close(sides[2] / 256, torch.tensor([0.88 * 2**0.5, 0.88 / 2**0.5]))


@pytest.mark.parametrize("name", DETECTORS)
def test_each_anchor_has_its_predictions_where_it_stands(name):
    """What changes at one corner of the picture changes the predictions of anchors there, not far away."""
    torch.manual_seed(0)
    model = DETECTORS[name]().eval()
    images = torch.randn(1, 3, 160, 192)
    changed = images.clone()
    changed[..., :8, :8] += 1
    with torch.no_grad():
        before, after = model(images), model(changed)
    differs = ((before.logits - after.logits).abs().amax((0, 2)) > 0) | (before.offsets != after.offsets).any(2)[0]
    on_first = before.anchors.shape[0] - 4
    middles = (before.anchors[:on_first, :2] + before.anchors[:on_first, 2:]) / 2
    fine = slice(0, (160 // 8) * (192 // 8) * 4)
    touched = middles[fine][differs[fine]]
    assert len(touched) and touched.amax(0).tolist() < [150.0, 150.0] and differs[0]


def learnt_outputs(outputs: Any) -> list[Tensor]:
    """Everything with a gradient."""
    if isinstance(outputs, Tensor):
        return [outputs] if outputs.requires_grad else []
    return [tensor for one in outputs for tensor in learnt_outputs(one)]


@pytest.mark.parametrize("name", [*DETECTORS, "small_fcos", "small_faster_rcnn"])
def test_gradients_and_both_engines(name):
    torch.manual_seed(0)
    model = DETECTORS[name]() if name in DETECTORS else getattr(models, name)(3, width=8)
    ours = dongshou.from_scratch(copy.deepcopy(model))
    images, given = torch.randn(2, 3, 96, 136), torch.tensor([[[4.0, 8, 40, 50]]]).expand(2, 1, 4)
    each = [learnt_outputs(one(images, given) if "rcnn" in name else one(images)) for one in (model, ours)]
    for outputs in each:
        torch.stack([output.square().mean() for output in outputs]).sum().backward()
    for one, other in zip(*each, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)
    pairs = zip(model.named_parameters(), ours.parameters(), strict=True)
    for (parameter_name, parameter), other in pairs:
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, parameter_name
        assert other.grad is not None


def test_resnet_keeps_the_names_of_published_weights():
    names = set(models.ssd_resnet18(3).state_dict())
    published = models.resnet18().state_dict()
    assert sum(name.startswith(("stages.0.", "stages.1.", "stages.2.")) for name in names) == len(published) - 2


def test_a_picture_that_is_too_small():
    with pytest.raises(DongshouError, match="at least 64x64 pixels; got 70x48"):
        models.tiny_ssd(1)(torch.zeros(1, 3, 48, 70))


@pytest.mark.parametrize("make", [getattr(models, name) for name in (*DETECTORS, "small_fcos", "small_faster_rcnn")])
def test_no_classes_or_no_channels(make):
    for numbers in ((0, 3), (2, 0)):
        with pytest.raises(UsageError, match="at least 1"):
            make(*numbers)

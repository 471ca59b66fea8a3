"""Upsampling and pixel shuffling against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

SIZES = (5, 4, 3)
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
BOTH = pytest.mark.parametrize("module", [torch_functional, functional], ids=["torch", "scratch"])


@pytest.mark.parametrize("axes", LINEAR)
@pytest.mark.parametrize("to", [dict(size=7), dict(size=2), dict(scale_factor=2), dict(scale_factor=1.7)])
def test_upsampling(axes, to):
    batch = (2, 3, *SIZES[:axes])
    for mode in ("nearest", "nearest-exact", "area"):
        same(nn.Upsample, (), dict(mode=mode, **to), input=batch)
    modes = [LINEAR[axes], "bicubic"] if axes == 2 else [LINEAR[axes]]
    for mode in modes:
        for align_corners in (None, True):
            same(nn.Upsample, (), dict(mode=mode, align_corners=align_corners, **to), input=batch)


def test_sizes_for_every_axis():
    x = (2, 3, 5, 4)
    same(nn.Upsample, ((7, 9),), input=x)
    same(nn.Upsample, (None, (1.5, 2.5), "bilinear"), input=x)
    same(nn.Upsample, (None, 1.7, "bilinear"), dict(recompute_scale_factor=True), input=x)
    same(nn.Upsample, ((1, 1), None, "bilinear", True), input=x)
    same(nn.Upsample, ((5, 4),), input=x)
    same(nn.UpsamplingNearest2d, (), dict(scale_factor=2), input=x)
    same(nn.UpsamplingBilinear2d, ((7, 9),), input=x)


def test_pixel_shuffle():
    same(nn.PixelShuffle, (2,), input=(2, 8, 3, 4))
    same(nn.PixelShuffle, (3,), input=(2, 2, 9, 3, 4))
    same(nn.PixelUnshuffle, (2,), input=(2, 3, 4, 6))
    x = torch.randn(8, 3, 4)
    assert torch.equal(scratch.nn.PixelUnshuffle(2)(scratch.nn.PixelShuffle(2)(x)), x)


@BOTH
def test_refusals(module):
    x = torch.ones(1, 2, 4, 4)
    for keywords in (dict(), dict(size=3, scale_factor=2), dict(size=(3, 3, 3)), dict(size=3, align_corners=True)):
        with pytest.raises(ValueError):
            module.interpolate(x, **keywords)
    with pytest.raises(NotImplementedError):
        module.interpolate(x, size=3, mode="linear")
    with pytest.raises(RuntimeError):
        module.interpolate(x, size=0)
    for shape, factor in (((1, 2, 3, 3), 2), ((3, 3), 2)):
        with pytest.raises(RuntimeError):
            module.pixel_shuffle(torch.ones(shape), factor)
    with pytest.raises(RuntimeError):
        module.pixel_unshuffle(torch.ones(1, 2, 3, 4), 2)

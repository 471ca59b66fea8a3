"""Padding layers and `pad` against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

SIZES = (5, 4, 3)
SIDES = (1, 2, 0, 1, 2, 1)
BOTH = pytest.mark.parametrize("module", [torch_functional, functional], ids=["torch", "scratch"])


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("name", ["ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad"])
def test_padding(name, axes):
    layer, batch = getattr(nn, f"{name}{axes}d"), (2, 3, *SIZES[-axes:])
    same(layer, (1,), input=batch)
    same(layer, (1,), input=batch[1:])
    same(layer, (SIDES[: 2 * axes],), input=batch)
    same(layer, ((-1, 1, *[0] * (2 * axes - 2)),), input=batch)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_constant_padding(axes):
    layer, batch = getattr(nn, f"ConstantPad{axes}d"), (2, 3, *SIZES[-axes:])
    same(layer, (1, 2.5), input=batch)
    same(layer, (SIDES[: 2 * axes], -1), input=batch[1:])
    same(layer, ((-1, 2, *[0] * (2 * axes - 2)), 3), input=batch)


@pytest.mark.parametrize("pad", [(), (1, 2), (1, 2, 3, 4), (0, 0, 0, 1, 2, 0), (-1, -1), (3, -2)])
def test_a_constant_around_anything(pad):
    for x in (torch.randn(2, 4, 5), torch.arange(60).reshape(3, 4, 5), torch.randn(2, 4, 5).bfloat16()):
        assert torch.equal(functional.pad(x, pad), torch_functional.pad(x, pad))
        assert torch.equal(functional.pad(x, pad, "constant", 2), torch_functional.pad(x, pad, "constant", 2))


@BOTH
@pytest.mark.parametrize(
    ("shape", "pad", "mode"),
    [
        ((3, 4), (1,), "constant"),
        ((3,), (1, 1, 1, 1), "constant"),
        ((1, 2, 3), (3, 0), "reflect"),
        ((1, 2, 3), (0, 4), "circular"),
    ],
)
def test_padding_that_does_not_fit(module, shape, pad, mode):
    with pytest.raises(RuntimeError):
        module.pad(torch.ones(shape), pad, mode)


@BOTH
def test_other_modes_need_channels(module):
    for mode in ("reflect", "replicate", "circular"):
        with pytest.raises(NotImplementedError):
            module.pad(torch.ones(3), (1, 1), mode)
        with pytest.raises(RuntimeError, match="value"):
            module.pad(torch.ones(1, 2, 3), (1, 1), mode, 1.0)


def test_an_unknown_mode():
    with pytest.raises(NotImplementedError, match="mirror"):
        functional.pad(torch.ones(1, 2, 3), (1, 1), "mirror")


def test_circular_layers_name_the_axes_they_need():
    for module in (nn, scratch.nn):
        with pytest.raises(ValueError, match="expected 3D or 4D"):
            module.CircularPad2d(1)(torch.ones(3, 3))


@pytest.mark.parametrize("mode", ["reflect", "replicate"])
def test_negative_padding_reads_what_it_crops(mode):
    x = torch.arange(1.0, 6).reshape(1, 1, 5)
    for sides in ((-1, 2), (-2, 3), (-4, 4), (1, -3), (4, -4), (-2, -2)):
        torch.testing.assert_close(functional.pad(x, sides, mode), nn.functional.pad(x, sides, mode))
    for module in (functional, nn.functional):
        with pytest.raises(RuntimeError, match="too small"):
            module.pad(x, (-3, -3), mode)

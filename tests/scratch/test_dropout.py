"""Every kind of dropout against torch's: for the same seed, the same units."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

PROBABILITIES = [0.0, 0.3, 0.5, 1.0]


@pytest.mark.parametrize("p", PROBABILITIES)
@pytest.mark.parametrize("inplace", [False, True])
def test_dropout_of_channels(p, inplace):
    for shape in ((6, 5, 3), (5, 3)):
        same(nn.Dropout1d, (p, inplace), input=shape)
    same(nn.Dropout2d, (p, inplace), input=(6, 5, 3, 2))
    for shape in ((6, 5, 3, 2, 2), (5, 3, 2, 2)):
        same(nn.Dropout3d, (p, inplace), input=shape)


@pytest.mark.parametrize("p", PROBABILITIES)
@pytest.mark.parametrize("inplace", [False, True])
def test_alpha_dropout(p, inplace):
    same(nn.AlphaDropout, (p, inplace), input=(20, 7))
    same(nn.FeatureAlphaDropout, (p, inplace), input=(6, 5, 3, 2))


def test_alpha_dropout_keeps_mean_and_variance():
    y = functional.alpha_dropout(torch.randn(100_000), 0.3, training=True)
    assert abs(y.mean()) < 0.02 and abs(y.var() - 1) < 0.02


@pytest.mark.parametrize("name", ["dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"])
def test_functions(name):
    shape = {"dropout1d": (3, 4, 5), "dropout3d": (3, 4, 5, 2, 2)}.get(name, (3, 4, 5, 2))
    for inplace in (False, True):
        answers = []
        for module in (torch.nn.functional, functional):
            torch.manual_seed(0)
            x = torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(shape)
            output = getattr(module, name)(x, 0.4, True, inplace)
            assert (output.data_ptr() == x.data_ptr()) == inplace
            answers.append((output, x, torch.rand(2)))
        torch.testing.assert_close(*answers)
    for p in (-0.1, 1.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            getattr(functional, name)(torch.ones(shape), p)


def test_shapes_without_channels():
    for module in (nn, scratch.nn):
        with pytest.raises(RuntimeError, match="2D or 3D"):
            module.Dropout1d()(torch.ones(3))
        with pytest.warns(UserWarning, match="dropout2d"):
            module.Dropout2d()(torch.ones(3, 4, 5))
        with pytest.warns(UserWarning, match="dropout3d"):
            module.Dropout3d()(torch.ones(3, 4, 5))
        with pytest.raises(RuntimeError, match="at least 2"):
            module.FeatureAlphaDropout()(torch.ones(3))

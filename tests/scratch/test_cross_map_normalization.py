"""CrossMapLRN2d against torch's, whose output and gradient leave the formula in ways of their own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dongshou import scratch
from tests.scratch.same import same


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 7])
def test_any_size_and_number_of_channels(size):
    for channels in (1, 2, 3, 4, 9):
        same(nn.CrossMapLRN2d, (size,), dict(alpha=0.5, beta=0.3, k=2.0), input=(2, channels, 3, 2))
    same(nn.CrossMapLRN2d, (size,), input=(2, 4, 3, 2))


def test_of_one_channel_there_is_no_derivative():
    for module in (nn, scratch.nn):
        x = torch.randn(2, 4, 3, 2, requires_grad=True)
        y = module.CrossMapLRN2d(1, alpha=0.5)(x)
        torch.testing.assert_close(y, nn.CrossMapLRN2d(1, alpha=0.5)(x))
        with pytest.raises(RuntimeError):
            y.sum().backward()


def test_there_and_back_again():
    model = scratch.from_scratch(nn.Sequential(nn.CrossMapLRN2d(3)), strict=True)
    assert type(model[0]) is scratch.nn.CrossMapLRN2d
    assert type(scratch.to_torch(model)[0]) is nn.CrossMapLRN2d


def test_four_axes():
    for module in (nn, scratch.nn):
        with pytest.raises(ValueError, match="4D"):
            module.CrossMapLRN2d(3)(torch.ones(2, 3, 4))

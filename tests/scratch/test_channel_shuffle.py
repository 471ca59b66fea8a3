"""ChannelShuffle against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_channel_shuffle(groups):
    for shape in ((2, 6, 3), (2, 6, 3, 4), (1, 6, 2, 3, 2)):
        same(nn.ChannelShuffle, (groups,), input=shape)


def test_as_many_channels_a_group_undo_as_many_groups():
    x = torch.randn(2, 6, 3)
    assert torch.equal(functional.channel_shuffle(functional.channel_shuffle(x, 2), 3), x)


def test_there_and_back_again():
    model = scratch.from_scratch(nn.Sequential(nn.ChannelShuffle(2)), strict=True)
    assert type(model[0]) is scratch.nn.ChannelShuffle
    assert type(scratch.to_torch(model)[0]) is nn.ChannelShuffle


@pytest.mark.parametrize(("shape", "groups"), [((2, 6), 2), ((2, 6, 3), 4), ((2, 6, 3), 0)])
def test_refusals(shape, groups):
    for module in (torch_functional, functional):
        with pytest.raises(RuntimeError):
            module.channel_shuffle(torch.ones(shape), groups)

"""AdaptiveLogSoftmaxWithLoss against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dongshou import scratch
from dongshou.scratch.permitted import OnlyPermitted
from tests.scratch.same import same

TARGETS = torch.tensor([0, 3, 4, 9, 11, 1, 5])


@pytest.mark.parametrize("cutoffs", [[4], [4, 6], (1, 5, 11)])
def test_targets_of_every_cluster(cutoffs):
    for keywords in (dict(), dict(div_value=2.0, head_bias=True)):
        arguments = (16, 12, cutoffs)
        same(nn.AdaptiveLogSoftmaxWithLoss, arguments, dict(div_value=2.0) | keywords, input=[(7, 16), TARGETS])


def test_targets_of_some_clusters():
    for targets in (torch.tensor([0, 1, 2]), torch.tensor([11, 10, 11]), torch.tensor([0, 11, 3])):
        same(nn.AdaptiveLogSoftmaxWithLoss, (16, 12, [4, 6]), input=[(3, 16), targets])


def test_one_example():
    for target in (2, 5, 11):
        same(nn.AdaptiveLogSoftmaxWithLoss, (16, 12, [4, 6]), input=[(16,), torch.tensor(target)])


def test_all_classes():
    theirs = nn.AdaptiveLogSoftmaxWithLoss(16, 12, [4, 6], div_value=2.0)
    x = torch.randn(50, 16)
    expected = theirs.log_prob(x), theirs.predict(x), theirs(x, torch.arange(50) % 12)
    ours = scratch.from_scratch(theirs, strict=True)
    assert type(ours) is scratch.nn.AdaptiveLogSoftmaxWithLoss
    torch.testing.assert_close(ours.log_prob(x), expected[0])
    with OnlyPermitted():
        assert ours.predict(x).tolist() == expected[1].tolist()
    torch.testing.assert_close(tuple(ours(x, torch.arange(50) % 12)), tuple(expected[2]))
    torch.testing.assert_close(ours.log_prob(x).exp().sum(1), torch.ones(50))
    assert type(scratch.to_torch(ours)) is nn.AdaptiveLogSoftmaxWithLoss


def test_a_user_s_subclass():
    layer = type("Words", (nn.AdaptiveLogSoftmaxWithLoss,), {})(16, 12, [4, 6])
    x = torch.randn(7, 16)
    expected = layer(x, TARGETS).loss
    torch.testing.assert_close(scratch.from_scratch(layer, strict=True)(x, TARGETS).loss, expected)


def test_reset_parameters_draws_as_at_the_start():
    torch.manual_seed(0)
    layer = scratch.nn.AdaptiveLogSoftmaxWithLoss(16, 12, [4, 6])
    start = {name: value.clone() for name, value in layer.state_dict().items()}
    torch.manual_seed(0)
    layer.reset_parameters()
    torch.testing.assert_close(dict(layer.state_dict()), start)


@pytest.mark.parametrize("cutoffs", [[], [6, 4], [4, 4], [0, 4], [4, 12], [4.5]])
def test_cutoffs_that_do_not_rise(cutoffs):
    for module in (nn, scratch.nn):
        with pytest.raises(ValueError, match="cutoffs"):
            module.AdaptiveLogSoftmaxWithLoss(16, 12, cutoffs)


@pytest.mark.parametrize(
    ("shape", "target"),
    [((2, 16), [1]), ((16,), [1]), ((1, 16), 1), ((2, 16), [[1, 2]]), ((2, 16), [1, 12]), ((2, 16), [-1, 1])],
)
def test_what_does_not_fit(shape, target):
    for module in (nn, scratch.nn):
        with pytest.raises(RuntimeError):
            module.AdaptiveLogSoftmaxWithLoss(16, 12, [4, 6])(torch.ones(shape), torch.tensor(target))

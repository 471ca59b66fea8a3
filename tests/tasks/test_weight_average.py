"""The moving average of weights beside torch's own and beside numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from dongshou.errors import UsageError
from dongshou.tasks.weight_average import WeightAverage


def test_the_first_steps_are_soon_forgotten_and_the_later_ones_by_the_decay():
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, 8.0)
    average = WeightAverage(model, decay=0.2)
    expected = 8.0
    for n, value in enumerate([1.0, 5.0, -3.0, 2.0]):
        nn.init.constant_(model.weight, value)
        average.update(model)
        keep = min(0.2, (1 + n) / (10 + n))
        expected = keep * expected + (1 - keep) * value
        assert float(average.model.weight) == pytest.approx(expected, rel=1e-6)
    assert int(average.num_updates) == 4 and not average.model.weight.requires_grad
    torch.testing.assert_close(average(torch.tensor([[3.0]])), torch.tensor([[3 * expected]]))


def test_where_it_is_warm_it_is_torchs():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    ours, theirs = WeightAverage(model, 0.8), AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.8))
    ours.num_updates.fill_(1000)
    theirs.update_parameters(model)  # the first takes the weights as they are
    for _ in range(3):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        model(torch.randn(5, 3))
        ours.update(model)
        theirs.update_parameters(model)
    for mine, other in zip(ours.model.parameters(), theirs.module.parameters(), strict=True):
        torch.testing.assert_close(mine, other)
    for mine, given in zip(ours.model.buffers(), model.buffers(), strict=True):
        assert torch.equal(mine, given) and mine is not given


def test_it_goes_on_from_a_checkpoint():
    whole, again = WeightAverage(nn.Linear(2, 2), 0.9), WeightAverage(nn.Linear(2, 2), 0.9)
    whole.update(nn.Linear(2, 2))
    again.load_state_dict(whole.state_dict())
    model = nn.Linear(2, 2)
    for average in (whole, again):
        average.update(model)
    assert torch.equal(whole.model.weight, again.model.weight) and int(again.num_updates) == 2


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_a_decay_is_a_share(decay: float):
    with pytest.raises(UsageError, match=f"from 0 to below 1; got {decay}"):
        WeightAverage(nn.Linear(1, 1), decay)

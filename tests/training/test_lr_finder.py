"""The learning-rate finder, on a problem whose stable rates are known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.data.sets import synthetic
from dongshou.errors import DongshouError, UsageError
from dongshou.tasks import Regression
from dongshou.training import Experiment, Session
from dongshou.training.lr_finder import Tried, suggest, try_learning_rates


def linear_experiment() -> Experiment:
    """Mean squared error on standard normal inputs: the curvature is 2, so rates above 1 diverge."""
    features, targets = synthetic.linear([2.0, -3.4], 4.2, 256)
    model = nn.Linear(2, 1)
    data = Splits(Batches(features, targets, batch_size=64, shuffle=True))
    return Experiment(data, model, Regression(), SGD(model.parameters(), lr=1.0), epochs=1)


def test_rates_grow_by_one_factor_from_the_lowest() -> None:
    tried = list(try_learning_rates(linear_experiment(), lowest=1e-4, highest=1e-2, num_steps=21))
    rates = torch.tensor([rate.lr for rate in tried], dtype=torch.float64)
    torch.testing.assert_close(rates, torch.logspace(-4, -2, 21, dtype=torch.float64))


def test_more_steps_than_batches_start_over() -> None:
    experiment = linear_experiment()
    assert len(experiment.data.train()) == 4
    assert len(list(try_learning_rates(experiment, highest=1e-3, num_steps=50))) == 50


def test_ends_once_the_loss_has_exploded() -> None:
    tried = list(try_learning_rates(linear_experiment(), highest=1e4, num_steps=200))
    assert 1.0 < tried[-1].lr < 100
    assert all(math.isfinite(rate.loss) for rate in tried)


def test_suggests_a_stable_rate_that_learns() -> None:
    assert 0.003 < suggest(list(try_learning_rates(linear_experiment()))) < 1.0


def test_suggests_the_steepest_descent() -> None:
    """loss = -tanh(log10 lr + 2) falls fastest at lr = 0.01."""
    rates = torch.logspace(-5, 1, 61, dtype=torch.float64)
    tried = [Tried(lr, -math.tanh(math.log10(lr) + 2)) for lr in rates.tolist()]
    assert suggest(tried) == pytest.approx(0.01)


def test_both_engines_agree() -> None:
    losses = []
    for engine in ("torch", "scratch"):
        torch.manual_seed(0)
        tried = try_learning_rates(linear_experiment(), Session(engine=engine), highest=0.1, num_steps=20)
        losses.append([rate.loss for rate in tried])
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


@pytest.mark.parametrize("settings", [{"lowest": 0.0}, {"lowest": 1.0, "highest": 0.1}, {"num_steps": 1}])
def test_rates_that_do_not_rise_are_refused(settings: dict) -> None:
    with pytest.raises(UsageError, match="lowest > 0 to a larger highest in at least 2 steps"):
        list(try_learning_rates(linear_experiment(), **settings))


def test_a_loss_that_explodes_at_once_suggests_nothing() -> None:
    with pytest.raises(DongshouError, match="exploded after 2 steps"):
        suggest([Tried(1.0, 1.0), Tried(2.0, 2.0)])

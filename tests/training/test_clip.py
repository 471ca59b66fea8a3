"""Gradient clipping against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD

from dongshou.runs.curves import curves_of
from dongshou.training import fit
from dongshou.training.clip import clip_gradients, scale_down
from tests.training.toys import classifier, declared


def gradients() -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    parameters = [nn.Parameter(torch.zeros(shape)) for shape in [(3, 4), (5,), (2, 2, 2)]]
    for parameter in parameters:
        parameter.grad = torch.randn(parameter.shape, generator=generator)
    return parameters


@pytest.mark.parametrize("max_norm", [0.01, 1.0, 1e3])
def test_the_gradients_are_those_that_torch_clips(max_norm: float):
    ours, theirs = gradients(), gradients()
    before = scale_down([parameter.grad for parameter in ours if parameter.grad is not None], max_norm)
    assert before == pytest.approx(float(clip_grad_norm_(theirs, max_norm)))
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.grad, other.grad)


def test_all_parameter_groups_are_one_vector_and_parameters_without_a_gradient_are_left_out():
    first, second, third = gradients()
    third.grad = None
    optimizer = SGD([{"params": [first, third]}, {"params": [second]}], lr=1.0)
    clip_gradients(optimizer, 0.5)
    optimizer.step()
    moved = torch.cat([first.detach().flatten(), second.detach().flatten()])
    assert float(moved.norm()) == pytest.approx(0.5)
    assert not third.any()


def test_no_gradient_at_all_and_gradients_of_zero():
    parameter = nn.Parameter(torch.ones(2))
    optimizer = SGD([parameter], lr=1.0)
    clip_gradients(optimizer, 1.0)
    optimizer.step()
    parameter.grad = torch.zeros(2)
    optimizer.step()
    assert parameter.tolist() == [1.0, 1.0]


def test_the_norms_before_and_after():
    parameters = gradients()
    clipping = clip_gradients(optimizer := SGD(parameters, lr=1.0), 0.5)
    assert clipping.norms() == {}
    expected = float(clip_grad_norm_([parameter for parameter in gradients()], 0.5))
    optimizer.step()
    norms = {name: float(quantity.total) for name, quantity in clipping.norms().items()}
    assert norms == {"gradient_norm": pytest.approx(expected), "clipped_gradient_norm": 0.5}


def test_the_norms_are_recorded_by_step_and_drawn_among_the_epochs():
    run = declared(lambda: classifier(epochs=20, clip=0.01)).run()  # of 3 steps each
    norms = run.table("step")[["train_gradient_norm", "train_clipped_gradient_norm"]]
    assert (norms["train_clipped_gradient_norm"] <= 0.01 + 1e-6).all() and len(norms) == 1
    assert "train_gradient_norm" not in run.table()
    assert curves_of(run)["", "train_gradient_norm"] == [(50 / 3, norms["train_gradient_norm"][0])]


def test_an_experiment_moves_by_at_most_the_learning_rate_times_the_norm():
    experiment = classifier(epochs=1, clip=0.01, dropout=0.0)
    for group in experiment.optimizer.param_groups:
        group.update(momentum=0.0, weight_decay=0.0, lr=1.0)
    before = nn.utils.parameters_to_vector(experiment.model.parameters()).detach().clone()
    for event in fit(experiment):
        after = nn.utils.parameters_to_vector(experiment.model.parameters()).detach().clone()
        if type(event).__name__ == "Stepped":
            assert float((after - before).norm()) == pytest.approx(0.01, rel=1e-3)
        before = after

"""Gradient clipping against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

from dongshou.errors import DongshouError
from dongshou.runs import execute
from dongshou.runs.curves import curves_of, norms_of
from dongshou.runs.execute import Interrupted
from dongshou.training import Event, Experiment, Series, Stepped, Work, fit
from dongshou.training.clip import clip_gradients, scale_down
from tests.runs.same_run import assert_same
from tests.training.toys import blob_splits, classifier, declared


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


def test_the_norm_of_each_gradient_is_read_once():
    parameters = gradients()
    clipping = clip_gradients(optimizer := SGD(parameters, lr=1.0), 0.5)
    assert clipping.read() == []
    expected = float(clip_grad_norm_(gradients(), 0.5))
    optimizer.step()
    optimizer.step()  # the gradient is clipped already
    assert clipping.read() == [pytest.approx(expected), pytest.approx(0.5)]
    assert clipping.read() == []


MAX_NORM = 0.45  # which some gradients of a toy have and others have not


def norms_by_torch(experiment: Experiment) -> list[tuple[float, float]]:
    """The norm of every step's gradient before and after torch's own clipping, in a loop of torch's own."""
    model, optimizer, norms = experiment.model, experiment.optimizer, []
    parameters = list(model.parameters())
    schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    for _ in range(experiment.epochs):
        model.train()
        for inputs, labels in experiment.data.train():
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            before = clip_grad_norm_(parameters, MAX_NORM)
            after = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None]).norm()
            norms.append((float(before), float(after)))
            optimizer.step()
        schedule.step()
    return norms


@pytest.mark.parametrize("epochs", [3, 20])  # of 3 steps: fewer and more than there are between two looks
def test_every_steps_norm_is_recorded_before_and_after_clipping(epochs: int):
    run = declared(lambda: classifier(epochs, clip=MAX_NORM)).run(seed=3, device="cpu")
    torch.manual_seed(3)
    before, after = zip(*norms_by_torch(classifier(epochs)), strict=True)
    assert min(before) < MAX_NORM < max(before)
    curves = curves_of(run)
    for metric, expected in (("gradient_norm", before), ("clipped_gradient_norm", after)):
        steps, norms = zip(*curves["", metric], strict=True)
        assert steps == tuple(range(1, 3 * epochs + 1))
        assert norms == pytest.approx(expected, rel=1e-4)
    assert {line["max_norm"] for line in run.lines() if line["event"] == "clipped"} == {MAX_NORM}


def test_a_gradient_that_is_not_finite_ends_the_run():
    experiment = classifier(data=blob_splits(batch_size=48), clip=1.0)  # one step an epoch
    next(experiment.model.parameters()).register_hook(lambda gradient: gradient / 0)
    with pytest.raises(DongshouError, match="The training gradient norm became (inf|nan) at step 1;"):
        list(fit(experiment))


def test_a_run_that_was_stopped_has_the_same_norms_in_the_end():
    def make() -> Work:
        return declared(lambda: classifier(epochs=20, clip=MAX_NORM))

    def stop(event: Event) -> None:
        if isinstance(event, Stepped) and event.step == 52:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as interrupted:
        execute(make(), watch=[stop])
    assert_same(make().run(), execute(make(), resume=interrupted.value.run.path))


def test_the_parts_of_a_series_have_norms_of_their_own():
    parts = {"mild": lambda: classifier(1, clip=MAX_NORM), "strict": lambda: classifier(1, clip=0.01)}
    curves = norms_of(declared(lambda: Series(parts)).run())
    assert [part for part, _ in curves] == ["mild", "mild", "strict", "strict"]
    assert curves["strict", "clipped_gradient_norm"] == [(step, 0.01) for step in (1, 2, 3)]


def test_without_clipping_there_are_no_norms():
    assert norms_of(declared(lambda: classifier(1)).run()) == {}


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

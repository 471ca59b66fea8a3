"""A run that cannot go on stops at the very step, says why in one line, and leaves nothing spoilt to go on from."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.errors import DongshouError
from dongshou.runs import list_runs
from dongshou.tasks import Classification, Regression
from dongshou.training import Experiment, Session, fit
from dongshou.training.checkpoint import read_checkpoint
from tests.training.toys import blobs, classifier, declared


class Spoilt(Classification):
    """A loss that is no number from some step on."""

    def __init__(self, at: int, value: float = math.nan) -> None:
        super().__init__()
        self.at, self.value, self.steps = at, value, 0

    def step(self, model, batch, optimizer):
        self.steps += 1
        quantities = super().step(model, batch, optimizer)
        loss = quantities["loss"]
        if self.steps >= self.at:
            quantities["loss"] = loss._replace(total=loss.total * self.value)
        return quantities


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("at", [1, 3, 4, 6, 49, 50, 51])
def test_the_message_names_the_very_step(at: int, value: float):
    with pytest.raises(DongshouError, match=rf"training loss became {value} at step {at};"):
        for _ in fit(classifier(epochs=20, task=Spoilt(at, value))):
            pass


def diverging(lr: float = 1e6) -> Experiment:
    x = torch.linspace(-3, 3, 8)[:, None]
    model = models.linear_regression(1)
    return Experiment(
        Splits(Batches(x, 2 * x, batch_size=4)), model, Regression(), SGD(model.parameters(), lr), epochs=20, draw=False
    )


def test_a_learning_rate_that_is_too_large_diverges_at_the_step_of_a_plain_loop():
    model = nn.Linear(1, 1)
    nn.init.constant_(model.weight, 0.1)
    ours = diverging()
    nn.init.constant_(ours.model.weight, 0.1)
    ours.model.bias.data.copy_(model.bias.data)
    optimizer, step = SGD(model.parameters(), 1e6), 0
    x = torch.linspace(-3, 3, 8)[:, None]
    loss = torch.zeros(())
    while math.isfinite(float(loss.detach())):
        batch = x[:4] if step % 2 == 0 else x[4:]
        loss = nn.functional.mse_loss(model(batch), 2 * batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
    with pytest.raises(DongshouError, match=rf"became inf at step {step};"):
        list(fit(ours))


def test_the_record_says_failed_where_why_and_what_is_left():
    work = declared(lambda: classifier(epochs=5, task=Spoilt(at=8)))
    with pytest.raises(DongshouError, match="Likely causes: a learning rate that is too large") as error:
        work.run()
    (run,) = list_runs()
    assert run.status == "failed"
    *_, last = run.lines()
    assert last["event"] == "failed" and last["error"] == str(error.value)
    checkpoint = run.checkpoint()
    assert checkpoint is not None and checkpoint["step"] == 6
    assert f"the last good checkpoint is {run.path / checkpoint['path']}" in str(error.value)


def test_without_a_checkpoint_the_message_says_none():
    with pytest.raises(DongshouError, match="the last good checkpoint is none"):
        declared(lambda: classifier(task=Spoilt(at=1))).run()


class SpoilsWeights(Classification):
    """The loss of the step is fine; the weights after it are not."""

    def step(self, model, batch, optimizer):
        quantities = super().step(model, batch, optimizer)
        with torch.no_grad():
            next(model.parameters()).fill_(math.nan)
        return quantities


@pytest.mark.parametrize("measured", [True, False])
def test_weights_spoilt_by_the_last_step_of_an_epoch_never_become_a_checkpoint(measured: bool):
    whole = Batches(*blobs(16), batch_size=16)
    data = Splits(whole, test=whole if measured else None)
    what = "test_loss became nan" if measured else "parameter 1.weight is no longer finite"
    with pytest.raises(DongshouError, match=f"{what} at step 1; the last good checkpoint is none"):
        declared(lambda: classifier(data=data, task=SpoilsWeights())).run()
    (run,) = list_runs()
    assert run.checkpoint() is None and not list(run.path.glob("checkpoints/*"))


def test_a_checkpoint_of_a_failed_run_is_finite_and_the_failed_run_fails_again_at_the_same_step():
    work = declared(lambda: classifier(epochs=5, lr=0.1, task=Spoilt(at=5)))
    with pytest.raises(DongshouError):
        work.run()
    (run,) = list_runs()
    checkpoint = run.checkpoint()
    assert checkpoint is not None
    model, _ = read_checkpoint(run.path / checkpoint["path"], checkpoint["sha256"])
    assert all(tensor.isfinite().all() for tensor in model.values())


MISFITS = {
    "inputs of another size": (torch.randn(16, 7), torch.zeros(16, dtype=torch.int64)),
    "labels out of range": (blobs(16)[0], torch.full((16,), 9)),
    "labels that are no numbers of classes": (blobs(16)[0], torch.zeros(16)),
    "labels of another shape": (blobs(16)[0], torch.zeros(16, 2, dtype=torch.int64)),
}


@pytest.mark.parametrize("engine", ["torch", "scratch"])
@pytest.mark.parametrize("misfit", MISFITS)
def test_a_first_batch_that_does_not_fit_is_told_with_its_shapes(misfit: str, engine: Any):
    inputs, targets = MISFITS[misfit]
    data = Splits(Batches(inputs, targets, batch_size=8))
    shapes = f"inputs {tuple(inputs[:8].shape)}, targets {tuple(targets[:8].shape)}"
    expected = f"The first batch does not fit the model: {shapes}: "
    with pytest.raises(DongshouError) as caught:
        list(fit(classifier(data=data), Session(device="cpu", engine=engine)))
    message = str(caught.value)
    assert message.startswith(expected) and len(message) > len(expected) and "\n" not in message
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("engine", ["torch", "scratch"])
@pytest.mark.parametrize(("taken", "given"), [(3, 1), (1, 3)])
def test_images_of_other_channels(taken: int, given: int, engine: Any):
    model = nn.Sequential(nn.Sequential(nn.ReLU(), nn.Conv2d(taken, 4, 3)), nn.Flatten(), nn.Linear(16, 3))
    data = Splits(Batches(torch.randn(8, given, 4, 4), torch.zeros(8, dtype=torch.int64), batch_size=8))
    work = classifier(data=data)
    work.model = model
    with pytest.raises(DongshouError) as caught:
        list(fit(work, Session(device="cpu", engine=engine)))
    assert str(caught.value) == (
        f"The first batch does not fit the model: inputs (8, {given}, 4, 4), targets (8,): "
        f"the model takes {taken} channel(s), the images have {given}. Make it with in_channels={given}."
    )


def test_inputs_of_other_features():
    data = Splits(Batches(*MISFITS["inputs of another size"], batch_size=8))
    with pytest.raises(DongshouError, match=r"targets \(8,\): the model takes 4 feature\(s\), the inputs have 7\.$"):
        list(fit(classifier(data=data)))


def test_images_of_another_size_are_told_in_the_words_of_torch():
    data = Splits(Batches(torch.randn(8, 1, 32, 32), torch.zeros(8, dtype=torch.int64), batch_size=8))
    work = classifier(data=data)
    work.model = models.lenet()
    with pytest.raises(DongshouError, match=r"inputs \(8, 1, 32, 32\), .*: mat1 and mat2 shapes cannot be multiplied"):
        list(fit(work))


def test_a_batch_that_is_no_pair():
    data = Splits(Batches(*blobs(16), torch.ones(16), batch_size=8))
    with pytest.raises(
        DongshouError, match=r"a tuple of \(8, 4\), \(8,\), \(8,\): the task takes batches of inputs and targets"
    ):
        list(fit(classifier(data=data)))


class Raises(Classification):
    """An error that says nothing of shapes."""

    def step(self, model, batch, optimizer):
        raise torch.OutOfMemoryError("no memory")


def test_other_errors_of_the_first_step_pass_through():
    with pytest.raises(torch.OutOfMemoryError):
        list(fit(classifier(task=Raises())))


def test_a_label_out_of_range_after_the_first_batch_is_told_too():
    inputs, labels = blobs(16)
    data = Splits(Batches(inputs, labels.where(torch.arange(16) < 15, 3), batch_size=8))
    with pytest.raises(DongshouError, match="^The model has 3 outputs, for the labels 0 to 2; got the label 3"):
        list(fit(classifier(data=data), Session(device="cpu")))

"""Stopping when a metric has not improved for a while, in one go or across a resume."""

from __future__ import annotations

import pytest
import torch

from dongshou.errors import UsageError
from dongshou.runs import execute, list_runs
from dongshou.runs.execute import Interrupted
from dongshou.tasks import Classification, Quantity
from dongshou.training import EarlyStopping, Evaluated, Event, Reading, Saved, Series, fit
from dongshou.training.checkpoint import read_checkpoint
from tests.runs.same_run import assert_same
from tests.training.toys import blob_splits, classifier, declared, gan

READING = Reading("accuracy", ("accuracy",))
LOSSES = [0.9, 0.5, 0.6, 0.7, 0.4, 0.5, 0.6, 0.7, 0.1, 0.1]


@pytest.mark.parametrize(
    ("metric", "values", "patience", "reached"),
    [
        ("valid_loss", [], 1, False),
        ("valid_loss", [3, 2, 1], 1, False),
        ("valid_loss", [1, 2], 1, True),
        ("valid_loss", [1, 1], 1, True),  # no better is no improvement
        ("valid_loss", [2, 1, 3, 3], 3, False),
        ("valid_loss", [2, 1, 3, 3, 1], 3, True),
        ("test_accuracy", [0.5, 0.6, 0.7], 1, False),
        ("test_accuracy", [0.5, 0.4], 1, True),
    ],
)
def test_the_rule(metric: str, values: list[float], patience: int, reached: bool):
    assert EarlyStopping(metric, patience).reached([{metric: value} for value in values], READING) is reached


def test_a_metric_that_nobody_measures():
    with pytest.raises(UsageError, match="watches valid_loss, which nobody measures; watch one of train_loss"):
        list(fit(classifier(early_stopping=EarlyStopping("valid_loss"))))


class Scripted(Classification):
    """Validation losses as written, one for each epoch."""

    def measure(self, model, batch):
        epoch = int(model[-1].epochs_seen)
        model[-1].epochs_seen += 1
        return super().measure(model, batch) | {"loss": Quantity(torch.tensor(LOSSES[epoch]), 1)}


def scripted(**stopping):
    experiment = classifier(
        epochs=10,
        data=blob_splits(valid=True),
        task=Scripted(),
        early_stopping=EarlyStopping("valid_loss", patience=3, **stopping),
    )
    experiment.model[-1].register_buffer("epochs_seen", torch.zeros((), dtype=torch.int64))
    return experiment


def test_training_stops_after_patience_epochs():
    history = [event.metrics["valid_loss"] for event in fit(scripted()) if isinstance(event, Evaluated)]
    assert history == pytest.approx(LOSSES[:8])


def test_a_stopped_run_takes_no_step_beyond_its_last_checkpoint():
    made = []

    def make():
        made.append(scripted(restore_best=False))
        return made[-1]

    run = declared(make).run()
    checkpoint = run.checkpoint()
    assert checkpoint is not None and checkpoint["epoch"] == 8
    kept, _ = read_checkpoint(run.path / checkpoint["path"], checkpoint["sha256"])
    assert all(torch.equal(kept[name], tensor) for name, tensor in made[-1].model.state_dict().items())
    assert run.result["valid_loss"] == pytest.approx(LOSSES[7])


def test_it_ends_with_its_best_weights_and_what_was_measured_of_them():
    experiment = scripted()
    run = execute(experiment)
    best, last = run.checkpoint("best"), run.checkpoint()
    assert best is not None and last is not None and (best["epoch"], last["epoch"]) == (5, 8)
    kept, _ = read_checkpoint(run.path / best["path"], best["sha256"])
    assert all(torch.equal(kept[name], tensor) for name, tensor in experiment.model.state_dict().items())
    measured = run.table().iloc[4]
    assert run.result == {name: measured[name] for name in run.result} and run.result["valid_loss"] == pytest.approx(
        LOSSES[4]
    )
    assert run.record["best"] == run.result and len(run.table()) == 8


def test_the_best_look_is_that_of_the_metric_it_watches():
    """The headline, accuracy, would choose another epoch."""
    run = execute(scripted())
    assert run.table()["valid_accuracy"].idxmax() != 4
    assert run.reading.headline == "accuracy" and run.checkpoint("best")["epoch"] == 5  # pyright: ignore


def test_the_best_weights_come_back_although_it_was_not_stopped():
    experiment = scripted()
    experiment.epochs, losses = 7, []
    for event in fit(experiment):
        if isinstance(event, Evaluated):
            losses.append(event.metrics["valid_loss"])
    assert len(losses) == 7
    assert int(experiment.model[-1].epochs_seen) == 5  # a buffer that counts the epochs  # pyright: ignore


def test_what_the_task_owns_comes_back_with_it():
    """Without checkpoints as with them: the discriminator and the counter are those of the best epoch."""
    seen = []
    torch.manual_seed(3)
    stopping = EarlyStopping("test_discriminator_loss", patience=9)
    experiment = gan(3, early_stopping=stopping, higher_is_better=["discriminator_loss"])
    for event in fit(experiment):
        if isinstance(event, Evaluated):
            weight = experiment.task.discriminator[0].weight.detach().clone()  # pyright: ignore
            seen.append((event.metrics["test_discriminator_loss"], event.step, weight))
    _, step, weight = max(seen, key=lambda look: look[0])
    assert step != seen[-1][1] and experiment.task.num_steps == step  # pyright: ignore
    assert torch.equal(experiment.task.discriminator[0].weight, weight)  # pyright: ignore


@pytest.mark.parametrize("epoch", [1, 4, 6, 7, 8])
def test_the_epochs_before_a_resume_count(epoch: int):
    whole = declared(scripted).run()

    def stop(event: Event) -> None:
        if isinstance(event, Saved) and event.epoch == epoch:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as interrupted:
        execute(declared(scripted), watch=[stop])
    assert_same(whole, execute(declared(scripted), resume=interrupted.value.run.path))
    assert len(list_runs()) == 2


def test_the_fits_of_a_series_stop_early_too():
    run = declared(lambda: Series({"a": scripted, "b": scripted})).run()
    assert [len(epochs) for _, epochs in run.table().groupby("part")] == [8, 8]
    assert run.result["valid_loss"] == pytest.approx(LOSSES[4])

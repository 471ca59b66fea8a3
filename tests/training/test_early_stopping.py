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
from tests.training.toys import blob_splits, classifier, declared

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


def scripted():
    experiment = classifier(
        epochs=10,
        data=blob_splits(valid=True),
        task=Scripted(),
        early_stopping=EarlyStopping("valid_loss", patience=3),
    )
    experiment.model[-1].register_buffer("epochs_seen", torch.zeros((), dtype=torch.int64))
    return experiment


def test_training_stops_after_patience_epochs():
    history = [event.metrics["valid_loss"] for event in fit(scripted()) if isinstance(event, Evaluated)]
    assert history == pytest.approx(LOSSES[:8])


def test_a_stopped_run_takes_no_step_beyond_its_last_checkpoint():
    made = []

    def make():
        made.append(scripted())
        return made[-1]

    run = declared(make).run()
    checkpoint = run.checkpoint()
    assert checkpoint is not None and checkpoint["epoch"] == 8
    kept, _ = read_checkpoint(run.path / checkpoint["path"], checkpoint["sha256"])
    assert all(torch.equal(kept[name], tensor) for name, tensor in made[-1].model.state_dict().items())


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

"""The one loop that trains every model of the course."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from dongshou.tasks import Task
from dongshou.training.clip import Clipping
from dongshou.training.events import Clipped, Evaluated, Event, Metrics, Sampled, Saved, Stepped
from dongshou.training.fast.apply import threads_of
from dongshou.training.fast.choose import with_choice
from dongshou.training.guard import check_epoch, check_finite, first_step
from dongshou.training.prepare import prepare
from dongshou.training.published import higher_is_better
from dongshou.training.session import Session
from dongshou.training.state import capture, restore
from dongshou.training.totals import Totals

if TYPE_CHECKING:
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.experiment import Experiment

READ_EVERY = 50  # steps between two looks at the quantities on the device: each look waits for it


def fit(
    experiment: Experiment,
    session: Session | None = None,
    checkpoints: Checkpoints | None = None,
    history: list[Metrics] | None = None,
) -> Iterator[Event]:
    """Train an experiment, one event at a time.

    `history` receives the metrics of each epoch. With `checkpoints`, each epoch ends with one, and training
    goes on from the state to resume if there is one. Raises DongshouError when the first batch does not fit the model,
    or a loss is no longer finite.
    """
    session = with_choice(experiment, session or Session())
    with threads_of(session.choice):
        yield from train(experiment, session, checkpoints, [] if history is None else history)


def train(
    experiment: Experiment, session: Session, checkpoints: Checkpoints | None, history: list[Metrics]
) -> Iterator[Event]:
    """The epochs that are left, step by step."""
    schedule, clipping = prepare(experiment, session)
    model, task, optimizer = experiment.model, experiment.task, experiment.optimizer
    step = restore(experiment, schedule, checkpoints, history)
    num_steps = experiment.epochs * len(experiment.data.train())
    take_step = first_step(task.step)

    for epoch in range(len(history) + 1, experiment.epochs + 1):
        if experiment.early_stopping is not None and experiment.early_stopping.reached(history):
            return
        model.train()
        totals = Totals()
        for batch in experiment.data.train():
            with session.autocast():
                quantities = take_step(model, batch, optimizer)
            take_step = task.step
            totals.add(quantities)
            step += 1
            is_read = step % READ_EVERY == 0
            metrics = window_means(totals, step, checkpoints) if is_read else {}
            if schedule is not None and experiment.schedule_every == "step":
                schedule.step()
            yield Stepped(step, epoch, num_steps, quantities, metrics)
            if is_read:
                yield from clipped(clipping, step, epoch, checkpoints)
        window_means(totals, step, checkpoints)
        yield from clipped(clipping, step, epoch, checkpoints)

        metrics = named("train", totals.means()) | evaluate(experiment, session)
        check_epoch(metrics, model, step, checkpoints)
        lr = optimizer.param_groups[0]["lr"]
        if schedule is not None and experiment.schedule_every == "epoch":
            schedule.step()
        history.append(metrics)
        yield Evaluated(step, epoch, metrics, lr)
        if experiment.sample is not None and is_told(epoch, experiment.epochs):
            yield Sampled(step, epoch, experiment.sample(model))
        if checkpoints is not None:
            is_best = best_of(history, task.headline) is metrics
            state = capture(experiment, schedule, step, history)
            path, sha256 = checkpoints.save(step, model.state_dict(), state, is_best)
            yield Saved(step, epoch, path, sha256, is_best)
            checkpoints.prune()


def window_means(totals: Totals, step: int, checkpoints: Checkpoints | None) -> Metrics:
    """The mean of each quantity since the last look, finished as the task says; all have to be finite."""
    batches = totals.read()
    check_finite(batches, step, checkpoints)
    means = {name: math.fsum(means) / len(means) for name, means in batches.items() if means}
    return named("train", {name: totals.finished(name, mean) for name, mean in means.items()})


def clipped(clipping: Clipping | None, step: int, epoch: int, checkpoints: Checkpoints | None) -> Iterator[Clipped]:
    """The norm of every gradient since the last look, where they are clipped; all have to be finite."""
    if clipping is not None and (norms := clipping.read()):
        check_finite({"gradient norm": norms}, step, checkpoints)
        yield Clipped(step, epoch, norms, [min(norm, clipping.max_norm) for norm in norms], clipping.max_norm)


def is_told(epoch: int, epochs: int) -> bool:
    """Whether a sample is taken: after numbers of one digit and zeros, for early epochs change most, and at the end."""
    return len(str(epoch).rstrip("0")) == 1 or epoch == epochs


@torch.no_grad()
def evaluate(experiment: Experiment, session: Session) -> Metrics:
    """Measure the model on the validation and test splits that there are, and the model itself if asked to."""
    metrics: Metrics = {}
    for name, batches in (("valid", experiment.data.valid()), ("test", experiment.data.test())):
        if batches is not None:
            metrics |= named(name, measure(experiment.model, experiment.task, batches, session))
    if experiment.measure_model is not None:
        metrics |= experiment.measure_model(experiment.model)
    return metrics


@torch.no_grad()
def measure(model: nn.Module, task: Task, batches: Any, session: Session) -> Metrics:
    """The task's metrics over all batches."""
    model.eval()
    totals = Totals()
    for batch in batches:
        with session.autocast():
            totals.add(task.measure(model, batch))
    return totals.means()


def named(split: str, means: Metrics) -> Metrics:
    return {f"{split}_{name}": mean for name, mean in means.items()}


def best_of(history: Sequence[Metrics], headline: str) -> Metrics:
    """The metrics of the best epoch, by the headline quantity on the validation, else test, else train split."""
    for split in ("valid", "test", "train"):
        name = f"{split}_{headline}"
        if history and name in history[0]:
            choose = max if higher_is_better(name) else min
            return choose(history, key=lambda metrics: metrics[name])
    return {}

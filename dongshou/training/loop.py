"""The one loop that trains every model of the course."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dongshou.training.best import restore_best
from dongshou.training.events import Clipped, Event, Metrics, Stepped
from dongshou.training.fast.apply import threads_of
from dongshou.training.fast.choose import with_choice
from dongshou.training.guard import check_finite, first_step
from dongshou.training.look import learn, look, named
from dongshou.training.pace import Pace
from dongshou.training.prepare import prepare
from dongshou.training.progress import Progress
from dongshou.training.session import Session
from dongshou.training.state import restore

if TYPE_CHECKING:
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.experiment import Experiment

READ_EVERY = 50  # steps between two looks at the quantities on the device: each look waits for it


def fit(
    experiment: Experiment,
    session: Session | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> Iterator[Event]:
    """Train an experiment, one event at a time.

    `progress` receives the metrics of each epoch. With `checkpoints`, each epoch ends with one, and training
    goes on from the state to resume if there is one. Raises DongshouError when the first batch does not fit the model,
    or a loss is no longer finite.
    """
    session = with_choice(experiment, session or Session())
    with threads_of(session.choice):
        yield from train(experiment, session, checkpoints, progress or Progress())


def train(
    experiment: Experiment, session: Session, checkpoints: Checkpoints | None, progress: Progress
) -> Iterator[Event]:
    """The steps that are left, epoch by epoch; after each epoch, and every so many steps, the model is measured."""
    pace = prepare(experiment, session)
    restore(experiment, session, pace, checkpoints, progress)
    num_batches = len(experiment.data.train())
    take_step = first_step(experiment.task.step)

    while progress.epoch <= experiment.epochs and not has_converged(experiment, progress):
        learn(experiment)
        for batch in progress.batches(experiment.data):
            with session.autocast():
                quantities = take_step(experiment.model, batch, experiment.optimizer)
            take_step = experiment.task.step
            progress.count(quantities)
            pace.after_step()
            is_due = is_due_within(experiment, progress, num_batches)
            is_read = is_due or progress.step % READ_EVERY == 0
            metrics = window_means(progress, checkpoints) if is_read else {}
            yield Stepped(progress.step, progress.epoch, experiment.epochs * num_batches, quantities, metrics)
            if is_read:
                yield from clipped(pace, progress, checkpoints)
            if is_due:
                yield from look(experiment, session, checkpoints, progress, pace)
                learn(experiment)
        window_means(progress, checkpoints)
        yield from clipped(pace, progress, checkpoints)
        yield from look(experiment, session, checkpoints, progress, pace, is_epoch=True)
    restore_best(experiment, checkpoints, progress)


def has_converged(experiment: Experiment, progress: Progress) -> bool:
    """Whether early stopping calls for the end."""
    stopping = experiment.early_stopping
    return stopping is not None and stopping.reached(progress.history, progress.reading)


def is_due_within(experiment: Experiment, progress: Progress, num_batches: int) -> bool:
    """Whether the model is measured and saved after this step; after the last one of an epoch it is anyway."""
    every = experiment.look_every
    return every is not None and progress.step % every == 0 and progress.taken < num_batches


def window_means(progress: Progress, checkpoints: Checkpoints | None) -> Metrics:
    """The mean of each quantity since the last look, finished as the task says; all have to be finite."""
    totals, metrics = progress.totals, {}
    batches = totals.read()
    check_finite(batches, progress.step, checkpoints)
    for name, means in batches.items():
        known = [mean for mean in means if mean is not None]
        if known:
            metrics |= totals.finished(name, math.fsum(known) / len(known))
    return named("train", metrics)


def clipped(pace: Pace, progress: Progress, checkpoints: Checkpoints | None) -> Iterator[Clipped]:
    """The norm of every gradient since the last look, where they are clipped; all have to be finite."""
    for name, norms, most in pace.norms():
        check_finite({"gradient norm": norms}, progress.step, checkpoints)
        clipped_norms = [min(norm, most) for norm in norms]
        yield Clipped(progress.step, progress.epoch, norms, clipped_norms, most, optimizer=name)

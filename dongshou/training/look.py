"""A look at the model while it is trained: measured on what it does not learn from, and kept in a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from dongshou.errors import UsageError, kind_of
from dongshou.tasks import Task
from dongshou.tasks.misfit import Misfit
from dongshou.tasks.owned import accumulators_of, modules_of
from dongshou.tasks.said import headline_of
from dongshou.training.best import keep_best, watched_by
from dongshou.training.events import Drew, Evaluated, Event, Metrics, Sampled, Saved
from dongshou.training.guard import check_epoch
from dongshou.training.pace import Pace
from dongshou.training.parts import modules_in
from dongshou.training.progress import Progress
from dongshou.training.randomness import random_state_kept
from dongshou.training.reading import Reading
from dongshou.training.session import Session
from dongshou.training.state import capture
from dongshou.training.totals import Totals, by_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.experiment import Experiment


def learn(experiment: Experiment) -> None:
    """Everything in training mode: dropout drops, batch normalisation takes the statistics of the batch."""
    for module in modules_in(experiment).values():
        module.train()


def look(
    experiment: Experiment,
    session: Session,
    checkpoints: Checkpoints | None,
    progress: Progress,
    pace: Pace,
    is_epoch: bool = False,
) -> Iterator[Event]:
    """Measure the model, show what it makes, keep it; at the end of an epoch with what its steps measured."""
    step, epoch = progress.step, progress.epoch
    metrics = named("train", progress.totals.metrics()) if is_epoch else {}
    measured, higher = evaluate(experiment, session)
    metrics |= measured | measure_model(experiment)
    check_epoch(metrics, modules_in(experiment), step, checkpoints)
    higher |= progress.totals.more_is_better
    progress.reading = Reading(headline_of(experiment.task)).and_also({*higher, *experiment.higher_is_better})
    is_best, rates = progress.note(metrics, watched_by(experiment)), pace.rates()
    if is_best and checkpoints is None:
        keep_best(experiment, progress)
    if is_epoch:
        pace.after_epoch(metrics, progress.reading)
        progress.history.append(metrics)
        progress.next_epoch()
    yield Evaluated(step, epoch, metrics, rates, reading=progress.reading, is_epoch=is_epoch)
    yield from sampled(experiment, step, epoch, is_epoch)
    if checkpoints is not None:
        state = capture(experiment, pace, progress)
        path, sha256 = checkpoints.save(step, experiment.model.state_dict(), state, is_best)
        yield Saved(step, epoch, path, sha256, is_best)
        checkpoints.prune()


@torch.no_grad()
def measure_model(experiment: Experiment) -> Metrics:
    """The metrics of the model itself; none where nothing measures it."""
    measures = experiment.measure_model
    return {} if measures is None else by_name("measure_model", measures(experiment.model))


def sampled(experiment: Experiment, step: int, epoch: int, is_epoch: bool) -> Iterator[Event]:
    """What the model writes or draws, after early and round epochs."""
    if not is_epoch or is_told(epoch, experiment.epochs):
        # the sample of the last epoch draws no random numbers of the training, which may go on for more epochs
        with nullcontext() if not is_epoch or is_round(epoch) else random_state_kept():
            sample = take_sample(experiment)
        if isinstance(sample, str):
            yield Sampled(step, epoch, sample)
        elif sample is not None:
            yield Drew("sample", sample, step, epoch)


def take_sample(experiment: Experiment) -> str | Figure | None:
    """What the model writes or draws; None where nothing is asked of it. Raises UsageError for anything else."""
    if experiment.sample is None:
        return None
    sample = experiment.sample(experiment.model)
    if isinstance(sample, str) or hasattr(sample, "savefig"):  # matplotlib is slow to import, so by its method
        return sample
    raise UsageError(f"sample makes a text or a matplotlib Figure of the model; got {kind_of(sample)}.")


def is_told(epoch: int, epochs: int) -> bool:
    """Whether a sample is taken: after numbers of one digit and zeros, for early epochs change most, and at the end."""
    return is_round(epoch) or epoch == epochs


def is_round(epoch: int) -> bool:
    return len(str(epoch).rstrip("0")) == 1


@torch.no_grad()
def evaluate(experiment: Experiment, session: Session) -> tuple[Metrics, set[str]]:
    """The metrics of the validation and test splits that exist, and the names of those of which more is better."""
    metrics: Metrics = {}
    higher: set[str] = set()
    for name, batches in (("valid", experiment.data.valid()), ("test", experiment.data.test())):
        if batches is not None:
            try:
                measured = measure(experiment.model, experiment.task, batches, session, higher)
            except Misfit as error:
                raise Misfit(f"In the {name} split: {error}") from error
            metrics |= named(name, measured)
    return metrics, higher


@torch.no_grad()
def measure(
    model: nn.Module, task: Task, batches: Iterable[Any], session: Session, higher_is_better: set[str] | None = None
) -> Metrics:
    """The task's metrics over all batches; the names of those of which more is better are added to the set."""
    for module in (model, *modules_of(task).values()):
        module.eval()
    totals = Totals(accumulators_of(task))
    for batch in batches:
        with session.autocast():
            totals.add(task.measure(model, batch))
    metrics = totals.metrics()
    if higher_is_better is not None:
        higher_is_better |= totals.more_is_better
    return metrics


def named(split: str, means: Metrics) -> Metrics:
    return {f"{split}_{name}": mean for name, mean in means.items()}

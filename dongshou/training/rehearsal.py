"""A rehearsal: what can be known before training is found out before it, on copies and the first batches alone."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import torch

from dongshou.data import Splits
from dongshou.errors import DongshouError, UsageError, did_you_mean, kind_of
from dongshou.tasks.said import figures_of, headline_of
from dongshou.training.guard import MISFITS, first_step, one_line
from dongshou.training.look import evaluate, learn, measure_model, named, take_sample
from dongshou.training.one_batch import check_numbers, first_of, shapes, size_of
from dongshou.training.pace import Pace
from dongshou.training.parts import by_name
from dongshou.training.plain import join, separate
from dongshou.training.progress import Progress
from dongshou.training.randomness import undisturbed
from dongshou.training.reading import SPLITS, Reading
from dongshou.training.session import Session
from dongshou.training.state import capture, load_weights

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment


def rehearse(experiment: Experiment, session: Session) -> None:
    """Take one step, look once at the model, keep and restore it, draw one picture, all with copies.

    Afterwards the experiment, its data and all random numbers are as before. Raises DongshouError for what could not
    go well later on. A model that cannot be copied is not rehearsed.
    """
    check_batches(experiment.data)
    with undisturbed(experiment.data):
        actors = copied(experiment)
        if actors is None:
            return
        pace, progress = Pace(actors), Progress()
        pace.check(experiment.epochs, len(experiment.data.train()))
        rehearse_step(actors, session, progress, experiment.data)
        rehearse_look(actors, session, progress, pace)
        rehearse_checkpoint(actors, progress, pace)
        rehearse_picture(actors)


def check_batches(data: Splits) -> None:
    """Raise UsageError for a split that gives no batch at all."""
    for name, split in (("train", data.train()), ("valid", data.valid()), ("test", data.test())):
        if split is not None and len(split) == 0:
            raise UsageError(
                f"The {name} split gives no batch: its {split.num_examples} examples fill none where the last, shorter"
                " one is dropped. Choose a smaller batch size, or leave out drop_last."
            )


def copied(experiment: Experiment) -> Experiment | None:
    """The experiment with copies of all that training changes, and the first batches; None where torch copies none."""
    actors = copy.copy(experiment)
    actors.data = experiment.data.first_batches()
    parts = experiment.model, experiment.task, experiment.optimizer
    shared = {id(experiment.data): experiment.data}  # which a task may hold
    try:
        actors.model, actors.task, actors.optimizer = copy.deepcopy(parts, shared)
    except Exception:  # tensors that were computed, locks, open files: whatever it is
        return None
    return actors


def rehearse_step(actors: Experiment, session: Session, progress: Progress, data: Splits) -> None:
    """A step on the first batch, and one on a batch of one example where the last one of an epoch is."""
    (batch,) = actors.data.train()
    learn(actors)
    with session.autocast():
        progress.count(first_step(actors.task.step)(actors.model, batch, actors.optimizer))
    if last_is_single(data, batch):
        try:
            with session.autocast():
                actors.task.step(actors.model, first_of(batch, 1), actors.optimizer)
        except MISFITS as error:
            num, size = data.train().num_examples, size_of(batch)
            raise DongshouError(
                f"The last batch of an epoch holds one example ({num} by {size}), from which the model cannot learn:"
                f" {one_line(error)}. Choose another batch size or limit."
            ) from error


def last_is_single(data: Splits, batch: Any) -> bool:
    """Whether the last batch of an epoch is a single example, where that can be told of the first."""
    split, size = data.train(), size_of(batch)
    return size > 1 and split.num_examples % size == 1 and len(split) * size > split.num_examples


def rehearse_look(actors: Experiment, session: Session, progress: Progress, pace: Pace) -> None:
    """An evaluation on the first batch of each split, what the model itself gives, the end of an epoch."""
    try:
        measured, higher = evaluate(actors, session)
    except MISFITS as error:
        batches = next((split for split in (actors.data.valid(), actors.data.test()) if split is not None), [])
        raise DongshouError(
            f"What is measured after an epoch cannot be: {shapes(next(iter(batches), None))}: {one_line(error)}"
        ) from error
    stepped = progress.totals.metrics()
    if not all(map(math.isfinite, stepped.values())):
        check_numbers(next(iter(actors.data.train())))
    metrics = named("train", stepped) | measured | made_by("measure_model", measure_model, actors)
    made_by("sample", take_sample, actors)
    higher |= progress.totals.more_is_better | {*actors.higher_is_better}
    progress.reading = Reading(headline_of(actors.task)).and_also(higher)
    check_headline(actors, metrics)
    if actors.early_stopping is not None:
        actors.early_stopping.reached([metrics], progress.reading)
    pace.after_step()
    pace.after_epoch(metrics, progress.reading)
    progress.history.append({})


def check_headline(actors: Experiment, metrics: Mapping[str, float]) -> None:
    """Raise UsageError unless the headline is measured: by no other quantity would an epoch be the best."""
    headline = headline_of(actors.task)
    measured = dict.fromkeys(quantity for name in metrics if (quantity := quantity_of(name)))
    if headline in measured:
        return
    raise UsageError(
        f"{kind_of(actors.task)} measures no {headline}, by which the best epoch is chosen."
        f"{did_you_mean(headline, measured)} Its headline has to be one of {', '.join(measured)}."
    )


def quantity_of(metric: str) -> str:
    """What was measured on a split: of `test_loss` the loss; empty for a metric of the model itself."""
    split, _, quantity = metric.partition("_")
    return quantity if split in SPLITS else ""


def made_by(name: str, function: Callable[[Experiment], Any], actors: Experiment) -> Any:
    """What a user's function makes of the model. Raises DongshouError where it fails."""
    try:
        return function(actors)
    except DongshouError:
        raise
    except Exception as error:  # it is the user's own code, which may raise anything
        raise DongshouError(
            f"{name} of the experiment fails on the model: {kind_of(error)}: {one_line(error)}. Mend it, or leave it"
            " out."
        ) from error


def rehearse_checkpoint(actors: Experiment, progress: Progress, pace: Pace) -> None:
    """Everything that a checkpoint keeps, taken apart and given back."""
    tensors: dict[str, torch.Tensor] = {}
    state = {"training": capture(actors, pace, progress), "model": actors.model.state_dict()}
    plain = json.loads(json.dumps(separate(state, "state", tensors)))
    back = join(plain, tensors)
    load_weights(actors, back["model"], back["training"])
    for name, optimizer in by_name(actors.optimizer).items():
        kept = back["training"]["optimizer"]
        optimizer.load_state_dict(kept[name] if name else kept)
    pace.load_state_dict(back["training"]["schedule"])


def rehearse_picture(actors: Experiment) -> None:
    """The first picture of the end, of the first batches."""
    if not actors.draw:
        return
    try:
        next(figures_of(actors.task, actors.model, actors.data), None)
    except MISFITS as error:
        raise DongshouError(
            f"The pictures at the end cannot be drawn: {one_line(error)}. Leave them out with draw=False."
        ) from error

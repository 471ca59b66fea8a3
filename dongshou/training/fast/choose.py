"""The choice: a champion meets one challenger after another, and who takes faster steps stays."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from dongshou.training.fast.apply import can_fuse, threads_of
from dongshou.training.fast.choice import Choice
from dongshou.training.fast.formulations import can_gain
from dongshou.training.fast.trial import Trial, challenger, gain
from dongshou.training.guard import first_step
from dongshou.training.one_batch import first_of, size_of
from dongshou.training.prepare import place
from dongshou.training.randomness import undisturbed

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment
    from dongshou.training.session import Session

WORTH_IT = 1.03  # times as fast: less than that may be chance
LONG_STEP = 0.3  # seconds: a step that takes longer is measured on fewer examples
WORTH_COMPILING = 300.0  # seconds of training: compiling takes up to a minute itself


def with_choice(experiment: Experiment, session: Session) -> Session:
    """The session with its choice, measured where `fast` asks for it and none has been made.

    The experiment comes to its device and is else left as it was: copies take the steps, and all random
    numbers are put back. Raises DongshouError when the first batch does not fit the model.
    """
    if not session.fast or session.choice is not None:
        return session
    place(experiment, session)
    with undisturbed(experiment.data), threads_of(None):
        choice = choose(experiment, session)
    return replace(session, choice=choice, precision=choice.precision, compile=choice.compile)


def choose(experiment: Experiment, session: Session) -> Choice:
    """The fastest way found; torch's own where nothing is worth it. What the session itself asks for holds."""
    plain = Choice(precision=session.precision, threads=torch.get_num_threads())
    batch = first_batch(experiment, plain)
    start = Trial(plain, experiment, batch)
    loss = start.loss()
    start.warm_up()
    champion = start
    for rivals in (layouts, details, compiled):
        for choice in rivals(champion, experiment):
            rival = challenger(choice, experiment, batch, loss)
            if rival is not None and gain(champion, rival) >= WORTH_IT:
                champion = rival
    speedup = 1.0 if champion is start else round(gain(start, champion), 2)
    chosen = replace(champion.choice, speedup=speedup) if speedup >= WORTH_IT else plain
    return replace(chosen, compile=chosen.compile or session.compile)


def layouts(champion: Trial, experiment: Experiment) -> Iterator[Choice]:
    """Precision, memory format and formulation together, for each may gain only by another."""
    plain, modules = champion.choice, [*experiment.model.modules()]
    has_images = any(parameter.dim() == 4 for parameter in experiment.model.parameters())
    can_reformulate = any(type(module) is nn.Sequential and can_gain(list(module)) for module in modules)
    precisions = dict.fromkeys((plain.precision, "bf16"))
    formats = (False, True) if has_images else (False,)
    formulations = (False, True) if can_reformulate else (False,)
    for precision, channels_last, is_reformulated in itertools.product(precisions, formats, formulations):
        choice = replace(plain, precision=precision, channels_last=channels_last, reformulated=is_reformulated)
        if choice != plain:
            yield choice


def details(champion: Trial, experiment: Experiment) -> Iterator[Choice]:
    """What gains little, and the same whatever else was chosen."""
    if can_fuse(experiment.optimizer):
        yield replace(champion.choice, fused=True)
    if champion.choice.threads > 1 and champion.device.type == "cpu":
        yield replace(champion.choice, threads=1)


def compiled(champion: Trial, experiment: Experiment) -> Iterator[Choice]:
    """`torch.compile`, where the training still takes so long that it may pay."""
    batches = experiment.data.train()
    seconds_of_example = champion.seconds() / size_of(champion.batch)
    if experiment.epochs * len(batches) * size_of(next(iter(batches))) * seconds_of_example > WORTH_COMPILING:
        yield replace(champion.choice, compile=True)


# The batch to measure on


def first_batch(experiment: Experiment, plain: Choice) -> Any:
    """A training batch, halved until a plain step on it is short."""
    batch = next(iter(experiment.data.train()))
    trial = Trial(plain, experiment, batch)
    trial.step = first_step(trial.step)
    trial.model.train()
    trial.seconds()
    while trial.seconds() > LONG_STEP and size_of(trial.batch) >= 16:
        trial.batch = first_of(trial.batch, size_of(trial.batch) // 2)
    return trial.batch

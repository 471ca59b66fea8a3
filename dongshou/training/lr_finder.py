"""A learning-rate finder: raise the rate at every step and see where the loss falls fastest.

Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch

from dongshou.errors import DongshouError, UsageError
from dongshou.training.parts import Optimizers, by_name
from dongshou.training.prepare import prepare
from dongshou.training.session import Session

if TYPE_CHECKING:
    from dongshou.data import Split
    from dongshou.training.experiment import Experiment

SMOOTHING = 0.95  # how much of the running mean of the loss stays at each step
EXPLODED = 4.0  # times the best loss so far


class Tried(NamedTuple):
    """A learning rate, and the smoothed loss of the batch that met it."""

    lr: float
    loss: float


def try_learning_rates(
    experiment: Experiment,
    session: Session | None = None,
    lowest: float = 1e-6,
    highest: float = 10.0,
    num_steps: int = 200,
) -> Iterator[Tried]:
    """Take one step at each of the rates lr_k = lowest (highest / lowest)^(k / (num_steps - 1)).

    Ends early once the loss has exploded. The model is spoilt by it: train another, made afresh.
    Raises UsageError for rates that do not rise from above 0, or fewer than 2 steps.
    """
    if not 0 < lowest < highest or num_steps < 2:
        raise UsageError(
            "Learning rates are tried from lowest > 0 to a larger highest in at least 2 steps; "
            f"got {lowest} to {highest} in {num_steps}."
        )
    session = session or Session()
    prepare(experiment, session)
    experiment.model.train()
    average, best = 0.0, math.inf
    for k, batch in enumerate(itertools.islice(endless(experiment.data.train()), num_steps)):
        lr = lowest * (highest / lowest) ** (k / (num_steps - 1))
        set_learning_rate(experiment.optimizer, lr)
        with session.autocast():
            loss = experiment.task.step(experiment.model, batch, experiment.optimizer)["loss"]
        average = SMOOTHING * average + (1 - SMOOTHING) * float(loss.total) / float(loss.weight or 1)
        smoothed = average / (1 - SMOOTHING ** (k + 1))  # the average starts at 0: weigh what it has seen
        if not smoothed <= EXPLODED * best:  # true for nan as well
            return
        best = min(best, smoothed)
        yield Tried(lr, smoothed)


def suggest(tried: Sequence[Tried]) -> float:
    """The rate of steepest descent: the smallest d loss / d log lr.

    Raises DongshouError when the loss exploded before it could fall.
    """
    first = len(tried) // 10  # means over a few batches are mostly noise
    if len(tried) - first < 3:
        raise DongshouError(
            f"The loss exploded after {len(tried)} steps: start from a lower learning rate, or take more steps."
        )
    rates, losses = torch.tensor(tried[first:], dtype=torch.float64).T  # (steps,), (steps,)
    (slopes,) = torch.gradient(losses, spacing=(rates.log(),))
    return rates[slopes.argmin()].item()


def set_learning_rate(optimizer: Optimizers, lr: float) -> None:
    for one in by_name(optimizer).values():
        for group in one.param_groups:
            group["lr"] = lr


def endless(batches: Split) -> Iterator:
    """Pass after pass over the batches."""
    while True:
        yield from batches

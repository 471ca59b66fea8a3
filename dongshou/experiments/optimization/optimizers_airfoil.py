"""Optimisers on real data: linear regression of an airfoil's noise, loss by epoch and by time (NASA, 1989)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adadelta, Adagrad, Adam, Optimizer, RMSprop

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.data.sets import airfoil
from dongshou.data.tables.features import Features, numbers
from dongshou.drawing import new_panels, strokes
from dongshou.experiments._shared.half_squared_error import HalfSquaredError
from dongshou.experiments._shared.settings import Epochs
from dongshou.tasks import Regression
from dongshou.training import Band, Drew, Event, Experiment, Finished, Procedure, Published, Session, Stepped, fit
from dongshou.training.events import Metrics, learnt

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {
    "zh": "11.5, 11.6, 11.7, 11.8, 11.9, 11.10",
    "en": "12.5, 12.6, 12.7, 12.8, 12.9, 12.10",
}


NUM_EXAMPLES = 1500
MEASURE_EVERY = 200  # examples


@dataclass(frozen=True)
class Recipe:
    """An optimiser with its batch; `times` as many epochs as the others."""

    optimizer: Callable[..., Optimizer]
    batch_size: int = 10
    times: int = 1


RECIPES = {
    "gradient descent": Recipe(partial(SGD, lr=1.0), batch_size=NUM_EXAMPLES, times=5),
    "minibatch 100": Recipe(partial(SGD, lr=0.4), batch_size=100),
    "minibatch 10": Recipe(partial(SGD, lr=0.05)),
    "minibatch 1": Recipe(partial(SGD, lr=0.005), batch_size=1),
    "momentum": Recipe(partial(SGD, lr=0.02, momentum=0.5)),
    "strong momentum": Recipe(partial(SGD, lr=0.01, momentum=0.9)),
    "slow strong momentum": Recipe(partial(SGD, lr=0.005, momentum=0.9)),
    "adagrad": Recipe(partial(Adagrad, lr=0.1)),
    "rmsprop": Recipe(partial(RMSprop, lr=0.01, alpha=0.9)),
    "adadelta": Recipe(partial(Adadelta, rho=0.9, eps=1e-5)),
    "adam": Recipe(partial(Adam, lr=0.01)),
}


class Point(NamedTuple):
    epoch: float
    seconds: float
    loss: float


def book() -> Published:
    """Where the losses end: all in one narrow band, which momentum 0.9 at 0.01 may overshoot."""
    usual, overshooting = Band.between(0.242, 0.246, 0.251), Band.between(0.242, 0.25, 0.261)
    figures = {metric_of(name): overshooting if name == "strong momentum" else usual for name in RECIPES}
    return Published("d2l-zh 2.0", secondary=(), **figures)


def metric_of(name: str) -> str:
    return f"{name.replace(' ', '_')}_loss"


@book()
def experiment(epochs: Epochs = 2) -> Procedure:
    """y = w x + b on the first 1500 rows, every column standardised; w starts at N(0, 0.01^2), the same for all.

    The loss is (y - t)^2 / 2, the mean over all 1500 rows, measured every 200 examples; the seconds count training
    alone. "gradient descent" sees all rows in each step and gets five times the epochs, 10 steps in all; the
    batches of the other names hold 10 rows unless they say otherwise. `predict` asks what the last one has found.
    """
    steps = partial(compare, RECIPES, epochs)
    return Procedure(steps, data="airfoil", asked=partial(linear_fit, RECIPES["adam"], epochs))


def compare(recipes: Mapping[str, Recipe], epochs: int, session: Session) -> Iterator[Event]:
    """One fit after the other, then a picture of all."""
    courses: dict[str, list[Point]] = {}
    weights: Mapping[str, Tensor] = {}
    for name, recipe in recipes.items():
        torch.manual_seed(session.seed)  # the same start and the same order of the rows for every optimiser
        courses[name] = []
        fitted = linear_fit(recipe, epochs)
        yield from follow(fitted, name, session, courses[name])
        weights = fitted.model.state_dict()
    yield learnt(weights)
    yield Drew("losses", draw(courses))
    yield Finished({metric_of(name): course[-1].loss for name, course in courses.items()})


def follow(experiment: Experiment, name: str, session: Session, course: list[Point]) -> Iterator[Event]:
    """The events of one fit, the loss over all rows in those steps at which it is measured."""
    batches = experiment.data.train()
    every = max(1, MEASURE_EVERY * len(batches) // batches.num_examples)  # steps
    for event, seconds in timed(fit(experiment, session)):
        metrics: Metrics = {}
        if isinstance(event, Stepped):
            if event.step % every == 0 or event.step == event.num_steps:
                loss = whole_loss(experiment)
                course.append(Point(event.step * experiment.epochs / event.num_steps, seconds, loss))
                metrics = {"loss": loss, "seconds": seconds}
            event = replace(event, metrics=metrics)
        yield replace(event, part=name)  # pyright: ignore[reportCallIssue]


def timed(events: Iterator[Event]) -> Iterator[tuple[Event, float]]:
    """Each event with the seconds that it took to come here; what is done with an event does not count."""
    seconds = 0.0
    while True:
        started = time.perf_counter()
        event = next(events, None)
        seconds += time.perf_counter() - started
        if event is None:
            return
        yield event, seconds


@torch.no_grad()
def whole_loss(experiment: Experiment) -> float:
    """(y - t)^2 / 2, the mean over all rows."""
    features, noise = experiment.data.train().tensors  # pyright: ignore[reportAttributeAccessIssue]
    return ((experiment.model(features) - noise) ** 2).mean().item() / 2


def linear_fit(recipe: Recipe, epochs: int) -> Experiment:
    model = models.linear_regression(len(airfoil.FEATURES))
    nn.init.normal_(model.weight, std=0.01)
    nn.init.zeros_(model.bias)
    return Experiment(
        data=Splits(
            Batches(*standardized(), batch_size=recipe.batch_size, shuffle=True), name="airfoil", features=cells()
        ),
        model=model,
        task=Regression(HalfSquaredError()),
        optimizer=recipe.optimizer(model.parameters()),
        epochs=epochs * recipe.times,
    )


def standardized() -> tuple[Tensor, Tensor]:
    """(x - mean) / std of every column, the noise included, by all rows; then the first 1500 of them."""
    return tuple(((x - x.mean(0)) / x.std(0, correction=0))[:NUM_EXAMPLES] for x in airfoil.read())  # pyright: ignore


def cells() -> Features:
    """The settings of the wind tunnel in their own units, and the noise in decibels."""
    settings, noise = airfoil.read()
    columns = numbers(airfoil.FEATURES, airfoil.TARGET, settings.mean(0), settings.std(0, correction=0))
    return replace(columns, mean=noise.mean().item(), std=noise.std(correction=0).item())


def draw(courses: Mapping[str, list[Point]]) -> Figure:
    """The loss by epoch and by time, which two batch sizes rank differently."""
    titles = ("The loss by epoch", "The loss by time")
    figure, (by_epoch, by_time) = new_panels(titles, panel=(5.2, 4.2), ylabel="loss over all rows", share_y=True)
    for (name, course), stroke in zip(courses.items(), strokes(len(courses)), strict=True):
        losses = [point.loss for point in course]
        by_epoch.plot([point.epoch for point in course], losses, label=name, **stroke)
        by_time.semilogx([1000 * point.seconds for point in course], losses, label=name, **stroke)
    by_epoch.set(xlabel="epoch", ylim=(0.23, 0.4))
    by_time.set(xlabel="milliseconds of training")
    return figure

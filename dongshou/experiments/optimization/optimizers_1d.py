"""Downhill with one input: how long a step should be, and what a valley that is not the lowest does to it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor

from dongshou.drawing import BLUE, GRAY, RED, new_panels
from dongshou.experiments._shared.settings import GradientNoise, OptimizerSteps
from dongshou.experiments.optimization._trajectories import (
    Function,
    Ways,
    book,
    descend,
    newton,
    require_not_negative,
    tell,
)
from dongshou.scratch.optim import SGD, Adadelta, Adagrad, Adam, RMSprop
from dongshou.training import Event, Procedure, Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "11.3", "en": "12.3"}


START = 10.0
FREQUENCY = 0.15 * math.pi


@book(too_small_x=3.486784, right_x=0.060466, too_large_x=61.917364)
def experiment(
    too_small: Annotated[float, "learning rate that is too small"] = 0.05,
    right: Annotated[float, "learning rate that suits the function"] = 0.2,
    too_large: Annotated[float, "learning rate that is too large"] = 1.1,
    num_steps: OptimizerSteps = 10,
) -> Procedure:
    """Gradient descent on x^2 from x = 10, at three learning rates.

    x <- x - lr 2x = (1 - 2 lr) x: each step multiplies x by one number. That number is near 1 for a small rate, 0
    for lr = 0.5, and below -1 for lr > 1, where every step goes further beyond the minimum than the last one.
    """
    rates = {"too small": too_small, "right": right, "too large": too_large}
    require_not_negative(**{name.replace(" ", "_"): lr for name, lr in rates.items()})

    def steps(session: Session) -> Iterator[Event]:
        ways = {name: descend(square, START, partial(SGD, lr=lr), num_steps) for name, lr in rates.items()}
        yield from tell(square, ways, draw(square, ways, num_rows=1))

    return Procedure(steps)


@book(gradient_descent_x=-1.528166)
def non_convex(num_steps: OptimizerSteps = 10, noise: GradientNoise = 0.5) -> Procedure:
    """Every optimiser on x cos(0.15 pi x) from x = 10, each at a rate that suits it: most stop in the valley beside.

    A large rate, 2, throws gradient descent over the hill into the valley at -1.53. Newton's method asks for the
    sign of the curvature no less than for its size: where f is concave it runs uphill, to x = 26.8, unless damped.

    noise  deviation of the noise on the gradients of "noisy SGD"
    """
    require_not_negative(noise=noise)

    def steps(session: Session) -> Iterator[Event]:
        go = partial(descend, wave, START, num_steps=num_steps)
        ways = {
            "gradient descent": go(optimizer=partial(SGD, lr=2.0)),
            "Newton": newton(wave, START, num_steps),
            "damped Newton": newton(wave, START, num_steps, lr=0.5),
            "noisy SGD": go(optimizer=partial(SGD, lr=0.1), noise=noise),
            "momentum": go(optimizer=partial(SGD, lr=0.1, momentum=0.5)),
            "Adagrad": go(optimizer=partial(Adagrad, lr=1.0)),
            "RMSprop": go(optimizer=partial(RMSprop, lr=0.4, alpha=0.9)),
            "Adadelta": go(optimizer=partial(Adadelta, rho=0.9)),
            "Adam": go(optimizer=partial(Adam, lr=0.4)),
        }
        yield from tell(wave, ways, draw(wave, ways, num_rows=3))

    return Procedure(steps)


def square(x: Tensor) -> Tensor:
    """x^2: one minimum, at 0."""
    return x**2


def wave(x: Tensor) -> Tensor:
    """x cos(0.15 pi x): valleys that become deeper further out, at -1.83, 7.27, -13.7, ..."""
    return x * torch.cos(FREQUENCY * x)


def draw(f: Function, ways: Ways, num_rows: int) -> Figure:
    """A panel for each way: the curve, and the points on it in the order of the steps."""
    num_columns = len(ways) // num_rows
    titles = [f"{name}: x = {way[-1]:.4g}" for name, way in ways.items()]
    heading = f"Steps down {(f.__doc__ or '').partition(':')[0]}"
    figure, panels = new_panels(titles, heading=heading, columns=num_columns, panel=(3.6, 2.9), xlabel="x", ylabel="f")
    for axes, way in zip(panels, ways.values(), strict=True):
        reach = max(START + 1, 1.05 * float(way.abs().max()))
        x = torch.linspace(-reach, reach, 500, dtype=torch.float64)
        axes.plot(x, f(x), color=GRAY, label="f")
        axes.plot(way, f(way), "o-", markersize=4, linewidth=1, color=BLUE, label="steps")
        axes.plot(way[-1], f(way[-1]), "o", color=RED, label="end")
    return figure

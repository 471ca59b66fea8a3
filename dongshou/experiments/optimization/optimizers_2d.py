"""Downhill with two inputs: the optimisers on a valley that is twenty times as steep across as along.

On a quadratic f = sum_i l_i x_i^2 / 2 gradient descent multiplies each x_i by 1 - lr l_i. It converges while lr is
below 2 / l_max, and then the flattest direction is what it waits for. At the best rate, 2 / (l_min + l_max), the
error still shrinks by no more than (k - 1) / (k + 1) a step, where k = l_max / l_min is the condition number of the
Hessian: 0.90 for k = 20. Momentum (Polyak, 1964) adds up what the gradients agree on, Adagrad (Duchi et al., 2011)
and its heirs give every input a rate of its own, and Newton's method makes the valley round.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import torch
from torch import Tensor

from dongshou.experiments._shared.settings import GradientNoise, LearningRate, OptimizerSteps
from dongshou.experiments.optimization._contours import draw_contours, draw_factors
from dongshou.experiments.optimization._trajectories import (
    book,
    descend,
    hessian,
    newton,
    require_not_negative,
    tell,
)
from dongshou.scratch.optim import SGD, Adadelta, Adagrad, Adam, RMSprop
from dongshou.training import Drew, Event, Procedure, Session
from dongshou.training.events import Metrics

SECTIONS = {"zh": "11.6, 11.7", "en": "12.6, 12.7"}


START = (-5.0, -2.0)


@book(momentum_x1=0.007188, momentum_x2=0.002553, adagrad_x1=-2.382563, adagrad_x2=-0.158591)
def experiment(num_steps: OptimizerSteps = 20, noise: GradientNoise = 0.5) -> Procedure:
    """0.1 x1^2 + 2 x2^2 from (-5, -2), all optimisers over the contours of one picture.

    noise  deviation of the noise on the gradients of "noisy SGD"
    """
    require_not_negative(noise=noise)

    def steps(session: Session) -> Iterator[Event]:
        go = partial(descend, valley, START, num_steps=num_steps)
        ways = {
            "gradient descent": go(optimizer=partial(SGD, lr=0.4)),
            "Newton": newton(valley, START, num_steps),
            "noisy SGD": go(optimizer=partial(SGD, lr=0.4), noise=noise),
            "momentum": go(optimizer=partial(SGD, lr=0.6, momentum=0.5)),
            "Adagrad": go(optimizer=partial(Adagrad, lr=0.4)),
            "RMSprop": go(optimizer=partial(RMSprop, lr=0.4, alpha=0.9)),
            "Adadelta": go(optimizer=partial(Adadelta, rho=0.9)),
            "Adam": go(optimizer=partial(Adam, lr=0.4)),
        }
        yield from tell(valley, ways, draw_contours(valley, ways))

    return Procedure(steps)


def condition_number(
    too_small: Annotated[float, "learning rate that is too small"] = 0.05,
    right: Annotated[float, "learning rate that suits the function"] = 0.4,
    too_large: Annotated[float, "learning rate that is too large"] = 0.6,
    num_steps: OptimizerSteps = 20,
) -> Procedure:
    """Gradient descent in the same valley at three rates: 0.5 is too much across it and still little along it.

    The second picture draws |1 - lr l_i|, by which a step multiplies the error in each direction, over lr.
    """
    rates = {"too small": too_small, "right": right, "too large": too_large}
    require_not_negative(**{name.replace(" ", "_"): lr for name, lr in rates.items()})

    def steps(session: Session) -> Iterator[Event]:
        ways = {name: descend(valley, START, partial(SGD, lr=lr), num_steps) for name, lr in rates.items()}
        curvatures = torch.linalg.eigvalsh(hessian(valley, ways["right"][0]))  # (2,), the smallest first
        yield Drew("factors", draw_factors(curvatures, rates))
        yield from tell(valley, ways, draw_contours(valley, ways), limits_of(curvatures))

    return Procedure(steps)


@book(gradient_descent_x1=-0.057646, gradient_descent_x2=-0.000073)
def well_conditioned(lr: LearningRate = 0.1, noise: GradientNoise = 1.0, num_steps: OptimizerSteps = 20) -> Procedure:
    """x1^2 + 2 x2^2, whose condition number is 2: gradient descent goes nearly straight, and noise keeps it moving."""
    require_not_negative(lr=lr, noise=noise)

    def steps(session: Session) -> Iterator[Event]:
        go = partial(descend, bowl, START, partial(SGD, lr=lr), num_steps)
        ways = {"gradient descent": go(), "noisy SGD": go(noise=noise)}
        curvatures = torch.linalg.eigvalsh(hessian(bowl, ways["gradient descent"][0]))
        yield from tell(bowl, ways, draw_contours(bowl, ways), limits_of(curvatures))

    return Procedure(steps)


@book(half_x1=0.007188, half_x2=0.002553)
def momentum(lr: LearningRate = 0.6, num_steps: OptimizerSteps = 20) -> Procedure:
    """At the rate where gradient descent explodes: across the valley the velocities cancel, along it they add up."""
    require_not_negative(lr=lr)

    def steps(session: Session) -> Iterator[Event]:
        go = partial(descend, valley, START, num_steps=num_steps)
        ways = {
            "half": go(optimizer=partial(SGD, lr=lr, momentum=0.5)),
            "quarter": go(optimizer=partial(SGD, lr=lr, momentum=0.25)),
        }
        yield from tell(valley, ways, draw_contours(valley, ways))

    return Procedure(steps)


@book(small_x1=-2.382563, small_x2=-0.158591, large_x1=-0.002295)
def adagrad(
    small: Annotated[float, "the smaller of two learning rates"] = 0.4,
    large: Annotated[float, "the larger of two learning rates"] = 2.0,
    num_steps: OptimizerSteps = 20,
) -> Procedure:
    """Its steps shrink as squared gradients add up: at 0.4 it comes to a halt on the way, at 2 it arrives."""
    require_not_negative(small=small, large=large)

    def steps(session: Session) -> Iterator[Event]:
        go = partial(descend, valley, START, num_steps=num_steps)
        ways = {
            "small": go(optimizer=partial(Adagrad, lr=small)),
            "large": go(optimizer=partial(Adagrad, lr=large)),
        }
        yield from tell(valley, ways, draw_contours(valley, ways))

    return Procedure(steps)


def valley(x: Tensor) -> Tensor:
    """0.1 x1^2 + 2 x2^2. (..., 2) -> (...)"""
    x1, x2 = x.unbind(-1)
    return 0.1 * x1**2 + 2 * x2**2


def bowl(x: Tensor) -> Tensor:
    """x1^2 + 2 x2^2. (..., 2) -> (...)"""
    x1, x2 = x.unbind(-1)
    return x1**2 + 2 * x2**2


def limits_of(curvatures: Tensor) -> Metrics:
    """The condition number, the rate at which gradient descent is fastest, and the one beyond which it explodes."""
    lowest, highest = curvatures.tolist()
    return {
        "condition_number": highest / lowest,
        "best_lr": 2 / (lowest + highest),
        "largest_lr": 2 / highest,
    }

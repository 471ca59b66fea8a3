"""Gradient descent: follow the slope of the cost downhill, p <- p - lr dJ/dp (Cauchy, 1847).

The derivatives are written by hand and compared with autograd at every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from dongshou.experiments._shared.settings import Iterations, LearningRate
from dongshou.experiments.linear_networks._one_input import (
    BY_HAND_AS_AUTOGRAD,
    NOTES,
    PROPORTIONAL,
    QUADRATIC,
    STRAIGHT,
    Model,
    X,
    Y,
    conclude,
    largest_difference,
    measured,
)
from dongshou.training import Event, Procedure, Session, Stepped

SECTIONS = {"zh": "11.3", "en": "12.3"}
LECTURE = 3


@NOTES
@BY_HAND_AS_AUTOGRAD
def experiment(lr: LearningRate = 0.01, iterations: Iterations = 100) -> Procedure:
    """y = w x on (1, 2), (2, 4), (3, 6), from w = 1: J = mean((w x - y)^2), dJ/dw = mean(2 x (w x - y))."""
    steps = partial(descend, PROPORTIONAL, lr, iterations)
    return Procedure(steps, asked=PROPORTIONAL.asked)


@NOTES
@BY_HAND_AS_AUTOGRAD
def with_bias(lr: LearningRate = 0.01, iterations: Iterations = 5000) -> Procedure:
    """y = w x + b from w = b = 1: the two trade off against each other and take fifty times as long."""
    steps = partial(descend, STRAIGHT, lr, iterations)
    return Procedure(steps, asked=STRAIGHT.asked)


@BY_HAND_AS_AUTOGRAD
def quadratic(lr: LearningRate = 0.01, iterations: Iterations = 100) -> Procedure:
    """y = w_1 x^2 + w_2 x + b from ones: a parabola through the points that misses the line beyond them."""
    return Procedure(partial(descend, QUADRATIC, lr, iterations), asked=QUADRATIC.asked)


def descend(model: Model, lr: float, iterations: int, session: Session) -> Iterator[Event]:
    """Every step looks at all points."""
    parameters = torch.ones(len(model.names), dtype=torch.float64)
    trajectory, gradient_error = [parameters], 0.0
    for step in range(1, iterations + 1):
        gradient = model.gradient(parameters, X, Y)  # (parameters,)
        gradient_error = max(gradient_error, largest_difference(gradient, model, parameters, X, Y))
        parameters = parameters - lr * gradient
        trajectory.append(parameters)
        yield Stepped(step, 1, iterations, metrics=measured(model, parameters, step))
    yield from conclude(model, trajectory, gradient_error)

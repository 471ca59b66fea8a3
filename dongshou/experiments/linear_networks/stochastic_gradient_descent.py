"""Stochastic gradient descent: a step for every single point, in a new order each pass (Robbins, Monro, 1951).

Each step follows the slope of one point's cost alone: cheaper than the mean over all, and less steady.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from dongshou.experiments._shared.settings import Epochs, LearningRate
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

SECTIONS = {"zh": "11.4", "en": "12.4"}
LECTURE = 3


@NOTES
@BY_HAND_AS_AUTOGRAD
def experiment(lr: LearningRate = 0.01, epochs: Epochs = 100) -> Procedure:
    """y = w x on (1, 2), (2, 4), (3, 6), from w = 1: dJ/dw = 2 x (w x - y) of one point at a time."""
    steps = partial(descend, PROPORTIONAL, lr, epochs)
    return Procedure(steps, asked=PROPORTIONAL.asked)


@NOTES
@BY_HAND_AS_AUTOGRAD
def with_bias(lr: LearningRate = 0.01, epochs: Epochs = 1500) -> Procedure:
    """y = w x + b from w = b = 1."""
    steps = partial(descend, STRAIGHT, lr, epochs)
    return Procedure(steps, asked=STRAIGHT.asked)


@BY_HAND_AS_AUTOGRAD
def quadratic(lr: LearningRate = 0.01, epochs: Epochs = 100) -> Procedure:
    """y = w_1 x^2 + w_2 x + b from ones."""
    return Procedure(partial(descend, QUADRATIC, lr, epochs), asked=QUADRATIC.asked)


def descend(model: Model, lr: float, epochs: int, session: Session) -> Iterator[Event]:
    """Every step looks at one point; a pass over all of them is an epoch."""
    parameters = torch.ones(len(model.names), dtype=torch.float64)
    trajectory, gradient_error = [parameters], 0.0
    for epoch in range(1, epochs + 1):
        for point in torch.randperm(len(X)).split(1):
            x, y = X[point], Y[point]  # (1,), (1,)
            gradient = model.gradient(parameters, x, y)  # (parameters,)
            gradient_error = max(gradient_error, largest_difference(gradient, model, parameters, x, y))
            parameters = parameters - lr * gradient
            trajectory.append(parameters)
            step = len(trajectory) - 1
            yield Stepped(step, epoch, epochs * len(X), metrics=measured(model, parameters, step))
    yield from conclude(model, trajectory, gradient_error)

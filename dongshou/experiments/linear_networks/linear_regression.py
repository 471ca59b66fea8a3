"""Linear regression three ways: by hand with minibatch SGD, concise with layers, and in closed form (Gauss, 1809).

The data are made of a known truth, y = X w + b + noise, so that what was learnt can be compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.optim import SGD

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.data.sets import synthetic
from dongshou.data.tables.features import Features, numbers
from dongshou.experiments._shared.settings import BatchSize, Epochs, LearningRate, Noise, NumExamples
from dongshou.tasks import Regression
from dongshou.training import (
    Band,
    Evaluated,
    Event,
    Experiment,
    Finished,
    Procedure,
    Published,
    Reported,
    Session,
    Stepped,
)
from dongshou.training.events import learnt
from dongshou.training.guard import check_finite

SECTIONS = {"zh": "3.2, 3.3", "en": "3.4, 3.5"}


W = Annotated[tuple[float, ...], "weights that the data are made with"]
B = Annotated[float, "bias that the data are made with"]

TWO, B_OF_TWO = (2.0, -3.4), 4.2
THREE, B_OF_THREE = (10.2, -33.4, 0.84), 0.4


def notes(w: tuple[float, ...], b: float) -> Published:
    """The parameters that the study notes printed, themselves up to 0.0005 from the truth: to 0.002, either way."""
    printed = {f"w_{index}": value for index, value in enumerate(w)} | {"b": b}
    figures = {name: Reported(value, within=0.002, two_sided=True) for name, value in printed.items()}
    return Published("study notes", secondary=(), **figures)


NOTES_OF_TWO = notes((2.0005, -3.4003), 4.2001)


@NOTES_OF_TWO
def experiment(
    w: W = TWO,
    b: B = B_OF_TWO,
    num_examples: NumExamples = 1000,
    noise: Noise = 0.01,
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.03,
    epochs: Epochs = 100,
) -> Procedure:
    """Minibatch SGD by hand on half the squared error: model, loss, gradient and update written out.

    J = mean((y_hat - y)^2) / 2 with y_hat = X w + b, so dJ/dw = X^T (y_hat - y) / n and dJ/db = mean(y_hat - y).
    """

    def steps(session: Session) -> Iterator[Event]:
        data = make_batches(w, b, num_examples, noise, batch_size, session)
        w_hat = 0.01 * torch.randn(len(w), 1, device=session.torch_device())  # (inputs, 1)
        b_hat = torch.zeros(1, device=session.torch_device())
        step, metrics = 0, {}
        for epoch in range(1, epochs + 1):
            for X, y in data:  # (batch, inputs), (batch, 1)
                error = X @ w_hat + b_hat - y  # (batch, 1)
                w_hat -= lr * X.T @ error / len(X)
                b_hat -= lr * error.mean()
                step += 1
                yield Stepped(step, epoch, epochs * len(data))
            X, y = data.tensors
            loss = ((X @ w_hat + b_hat - y) ** 2 / 2).mean().item()
            check_finite({"loss": [loss]}, step, None)
            metrics = {"train_loss": loss} | named_parameters(w_hat, b_hat)
            yield Evaluated(step, epoch, metrics, lr)
        yield learnt({"weight": w_hat.T, "bias": b_hat})
        yield Finished(metrics)

    return Procedure(steps, asked=lambda: concise(w, b))


@notes((10.2002, -33.4, 0.8397), 0.3998)
def three_weights(epochs: Epochs = 100) -> Procedure:
    """Three inputs, one of which matters forty times as much as another."""
    return experiment(THREE, B_OF_THREE, epochs=epochs)


@NOTES_OF_TWO
def concise(
    w: W = TWO,
    b: B = B_OF_TWO,
    num_examples: NumExamples = 1000,
    noise: Noise = 0.01,
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.03,
    epochs: Epochs = 100,
) -> Experiment:
    """The same in layers: nn.Linear, MSELoss, SGD. The squared error is not halved here."""
    features, targets = synthetic.linear(w, b, num_examples, noise)  # (examples, inputs), (examples, 1)
    model = models.linear_regression(len(w))
    nn.init.normal_(model.weight, std=0.01)
    nn.init.zeros_(model.bias)
    return Experiment(
        data=Splits(Batches(features, targets, batch_size=batch_size, shuffle=True), features=inputs_of(w)),
        model=model,
        task=Regression(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
        measure_model=lambda _: named_parameters(model.weight, model.bias),
    )


@NOTES_OF_TWO
def closed_form(w: W = TWO, b: B = B_OF_TWO, num_examples: NumExamples = 1000, noise: Noise = 0.01) -> Procedure:
    """No steps at all: the normal equations (A^T A) p = A^T y, where A is X with a column of ones."""

    def steps(session: Session) -> Iterator[Event]:
        (X, y) = make_batches(w, b, num_examples, noise, 1, session).tensors
        A = torch.cat([X, torch.ones_like(y)], 1)  # (examples, inputs + 1)
        p = torch.linalg.solve(A.T @ A, A.T @ y)  # (inputs + 1, 1)
        loss = ((A @ p - y) ** 2).mean().item()
        yield learnt({"weight": p[:-1].T, "bias": p[-1]})
        yield Finished({"train_loss": loss} | named_parameters(p[:-1], p[-1]))

    return Procedure(steps, asked=lambda: concise(w, b))


@Published("d2l-zh 2.0, from scratch", train_loss=Band.between(4.5e-5, 5e-5, 5.4e-5))
def book(epochs: Epochs = 3) -> Procedure:
    """The book's settings, by hand: batch 10, learning rate 0.03, 3 epochs."""
    return experiment(batch_size=10, epochs=epochs)


@Published("d2l-zh 2.0, concise", train_loss=Band.between(9.4e-5, 1.02e-4, 1.12e-4))
def book_concise(epochs: Epochs = 3) -> Experiment:
    """The book's settings in layers: the loss is twice as large, the square not being halved."""
    return concise(batch_size=10, epochs=epochs)


def make_batches(
    w: tuple[float, ...], b: float, num_examples: int, noise: float, batch_size: int, session: Session
) -> Batches:
    features, targets = synthetic.linear(w, b, num_examples, noise)
    batches = Batches(features, targets, batch_size=batch_size, shuffle=True)
    if session.limit is not None:
        batches.limit(session.limit)
    batches.to(session.torch_device())
    return batches


def inputs_of(w: tuple[float, ...]) -> Features:
    """What is asked about once w is learnt: `x_0`, `x_1`, ..."""
    return numbers([f"x_{index}" for index in range(len(w))], "y")


def named_parameters(w: Tensor, b: Tensor) -> dict[str, float]:
    """`w_0`, `w_1`, ..., `b`"""
    return {f"w_{index}": value for index, value in enumerate(w.flatten().tolist())} | {"b": b.item()}

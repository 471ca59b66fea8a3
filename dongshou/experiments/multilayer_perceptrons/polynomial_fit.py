"""Fitting a cubic with too few, enough and too many powers of x: underfitting and overfitting."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.data.sets import synthetic
from dongshou.data.sets.synthetic import CUBIC, Examples
from dongshou.data.tables.features import numbers
from dongshou.drawing import BLACK, GRAY, new_panels
from dongshou.experiments._shared.settings import BatchSize, Epochs, LearningRate
from dongshou.tasks import Regression
from dongshou.training import (
    Band,
    Drew,
    Event,
    Experiment,
    Finished,
    Procedure,
    Progress,
    Published,
    Reported,
    Session,
    fit,
)
from dongshou.training.events import Metrics, Snapshot, learnt
from dongshou.training.work import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "4.4", "en": "3.6"}
SIZES = {"underfit": (2, 400), "normal": (4, 400), "overfit": (20, 1500)}  # columns, epochs

NORMAL = Published("d2l-zh 2.0", train_loss=Reported(0.0108, within=0.005), test_loss=Reported(0.0106, within=0.005))
UNDERFIT = Published("d2l-zh 2.0", train_loss=Band.between(5, 8.4, 14), test_loss=Band.between(7, 15.6, 16))
OVERFIT = Published(
    "d2l-zh 2.0",
    train_loss=Band.between(0.0115, 0.0121, 0.0131),
    test_loss=Band.between(0.0107, 0.0178, 0.048),
)


@NORMAL
def experiment(lr: LearningRate = 0.01, batch_size: BatchSize = 10) -> Procedure:
    """y = 5 + 1.2 x - 3.4 x^2/2! + 5.6 x^3/3! + e with e ~ N(0, 0.1^2), fitted three times on 100 examples.

    The fits see the columns x^k / k! up to x, x^3 and x^19; train_loss and test_loss, mean squares, are those of
    the right one, x^3. The picture shows all three curves on the same examples.
    """
    return fitting(SIZES, lr, batch_size)


@NORMAL
def normal(lr: LearningRate = 0.01, batch_size: BatchSize = 10, epochs: Epochs = 400) -> Procedure:
    """1, x, x^2 and x^3: the columns that the truth is made of."""
    sizes = {"normal": (4, epochs)}
    return fitting(sizes, lr, batch_size)


@UNDERFIT
def underfit(lr: LearningRate = 0.01, batch_size: BatchSize = 10, epochs: Epochs = 400) -> Procedure:
    """1 and x only: a line through a cubic, bad on the training examples too."""
    sizes = {"underfit": (2, epochs)}
    return fitting(sizes, lr, batch_size)


@OVERFIT
def overfit(lr: LearningRate = 0.01, batch_size: BatchSize = 10, epochs: Epochs = 1500) -> Procedure:
    """All 20 columns: the high powers follow the noise, and the test loss is above the training loss."""
    sizes = {"overfit": (20, epochs)}
    return fitting(sizes, lr, batch_size)


def fitting(sizes: Mapping[str, tuple[int, int]], lr: float, batch_size: int) -> Procedure:
    """Fits of these numbers of columns for these epochs; the main one answers."""
    num_features, _ = sizes[main_of(sizes)]
    return Procedure(
        lambda session: fits(sizes, lr, batch_size, session), asked=lambda: Powers(num_features).respondent()
    )


def fits(sizes: Mapping[str, tuple[int, int]], lr: float, batch_size: int, session: Session) -> Iterator[Event]:
    """Fit the same examples with each number of columns, then draw the curves."""
    train, test = synthetic.polynomial(num_train=100, num_test=100, num_features=20)
    weights: dict[str, Tensor] = {}
    losses: dict[str, Metrics] = {}
    for label, (num_features, epochs) in sizes.items():
        one = power_fit(train, test, num_features, epochs, lr, batch_size)
        progress = Progress()
        for event in fit(one, session, progress=progress):
            yield replace(event, part=label if len(sizes) > 1 else "")  # pyright: ignore[reportCallIssue]
        weights[label] = next(one.model.parameters()).detach().cpu().flatten()  # (columns,)
        losses[label] = progress.history[-1]
    yield Snapshot("weights", weights)
    yield learnt({"linear.weight": weights[main_of(sizes)][None]})
    yield Drew("fits", curves(train, weights))
    yield Finished(named_by_fit(losses))


def power_fit(
    train: Examples, test: Examples, num_features: int, epochs: int, lr: float, batch_size: int
) -> Experiment:
    """y = sum_k w_k x^k / k!; column 0 is 1 and stands for the bias."""
    model = nn.Linear(num_features, 1, bias=False)
    return Experiment(
        data=Splits(
            train=Batches(train[0][:, :num_features], train[1], batch_size=batch_size, shuffle=True),
            test=Batches(test[0][:, :num_features], test[1], batch_size=len(test[0])),
            name="polynomial",
        ),
        model=model,
        task=Regression(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
    )


class Powers(nn.Module):
    """sum_k w_k x^k / k!, (batch, 1) -> (batch, 1)"""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_features, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(torch.cat([x**k / math.factorial(k) for k in range(self.linear.in_features)], 1))

    def respondent(self) -> Trained:
        x = Batches(torch.zeros(1, 1), torch.zeros(1, 1), batch_size=1)
        return Trained(Splits(x, name="polynomial", features=numbers(["x"], "y")), self, Regression())


def main_of(by_fit: Mapping[str, object]) -> str:
    """The right fit, or the only one."""
    return "normal" if "normal" in by_fit else next(iter(by_fit))


def named_by_fit(losses: Mapping[str, Metrics]) -> Metrics:
    """The losses of the only fit or of the right one as they are called, of the others behind their names."""
    main = main_of(losses)
    others = {f"{fit}_{name}": loss for fit in losses if fit != main for name, loss in losses[fit].items()}
    return losses[main] | others


def curves(train: Examples, weights: Mapping[str, Tensor]) -> Figure:
    """The examples, the truth and each fit; beside them how far each is from the truth, which is where overfitting
    shows: the high powers follow the noise."""
    x, truth = train[0][:, 1], torch.tensor(CUBIC)  # (examples,)
    line = torch.linspace(float(x.min()), float(x.max()), 400)
    noise = train[1].flatten() - polynomial(x, truth)  # (examples,)
    titles = ("What each number of powers makes of the examples", "How far that is from the truth")
    figure, (fits, errors) = new_panels(titles, panel=(5.4, 4.2), xlabel="x")
    fits.scatter(x, train[1], s=10, color=GRAY, label="training examples")
    errors.scatter(x, noise, s=10, color=GRAY, label="training examples")
    fits.plot(line, polynomial(line, truth), color=BLACK, linestyle="--", label="truth")
    errors.plot(line, torch.zeros_like(line), color=BLACK, linestyle="--", label="truth")
    for label, w in weights.items():
        fits.plot(line, polynomial(line, w), label=f"{label}, {len(w)} columns")
        errors.plot(line, polynomial(line, w) - polynomial(line, truth), label=f"{label}, {len(w)} columns")
    reach = 1.5 * float(noise.abs().max())  # a line through a cubic leaves the picture
    fits.set_ylabel("y")
    errors.set(ylabel="y minus truth", ylim=(-reach, reach))
    return figure


def polynomial(x: Tensor, weights: Tensor) -> Tensor:
    """sum_k weights[k] x^k / k!"""
    terms = [w * x**k / math.factorial(k) for k, w in enumerate(weights.tolist())]
    return torch.stack(terms).sum(0)

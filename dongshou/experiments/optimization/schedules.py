"""Schedules of the learning rate: long steps to get there, short ones to settle (Loshchilov and Hutter, 2017)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

import torch
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou import models
from dongshou.data import load_images
from dongshou.drawing import new_panels, strokes
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, ImageSet, LearningRate
from dongshou.scratch.optim.lr_scheduler import ExponentialLR, LambdaLR, MultiStepLR, cosine_with_warmup, square_root
from dongshou.tasks import Classification
from dongshou.training import Drew, Event, Experiment, Finished, Series
from dongshou.training.series import Histories, last_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "11.11", "en": "12.11"}


Schedule = Callable[[Optimizer], LRScheduler]


def experiment(
    data: ImageSet = "fashion-mnist",
    hidden: Hidden = (256,),
    batch_size: BatchSize = 256,
    lr: LearningRate = 0.3,
    final_lr: Annotated[float, "learning rate at the end of the schedules that end at one"] = 0.01,
    epochs: Epochs = 30,
) -> Series:
    """784-256-10 with ReLU under six schedules, each fit from a start of its own.

    The course trains a LeNet here, in the same batches, at the same rates and for as long; a perceptron asks for
    minutes of two cores instead of an hour. No figures were published for it: what to see is that under the constant
    rate the test accuracy goes on jumping up and down, where under the falling ones it settles.
    final_lr is where both cosines end, after two thirds of the epochs. Raises UsageError unless lr > 0 and
    final_lr >= 0.
    """
    if lr <= 0 or final_lr < 0:
        raise UsageError(f"lr > 0 and final_lr >= 0 are needed; got {lr} and {final_lr}.")
    by_name = schedules(lr, final_lr, epochs)
    fits = {
        name: partial(_perceptron, data, hidden, batch_size, lr, epochs, schedule) for name, schedule in by_name.items()
    }
    rates = {name: rates_of(schedule, lr, epochs) for name, schedule in by_name.items()}
    return Series(fits, partial(conclude, rates), data=data)


def digits(lr: LearningRate = 0.3, epochs: Epochs = 30) -> Series:
    """The handwritten digits inside scikit-learn: no download, under a minute."""
    return experiment(data="digits", batch_size=64, lr=lr, epochs=epochs)


def schedules(lr: float, final_lr: float, epochs: int) -> dict[str, Schedule]:
    """What each does to lr, stepped once an epoch: 30 epochs give the course's numbers."""
    falling = max(1, 2 * epochs // 3)  # the epochs over which a cosine falls
    return {
        "constant": lambda optimizer: LambdaLR(optimizer, lambda epoch: 1.0),
        "square root": lambda optimizer: LambdaLR(optimizer, square_root),
        "factor": lambda optimizer: ExponentialLR(optimizer, gamma=0.9),
        "multi-step": lambda optimizer: MultiStepLR(optimizer, milestones=(epochs // 2, epochs), gamma=0.5),
        "cosine": lambda optimizer: LambdaLR(optimizer, cosine_with_warmup(0, falling, end=final_lr / lr)),
        "warm-up, cosine": lambda optimizer: LambdaLR(
            optimizer, cosine_with_warmup(epochs // 6, falling, start=0.1, end=final_lr / lr)
        ),
    }


def rates_of(schedule: Schedule, lr: float, epochs: int) -> list[float]:
    """The learning rate of each epoch."""
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = schedule(optimizer)
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def _perceptron(
    data: str, hidden: tuple[int, ...], batch_size: int, lr: float, epochs: int, schedule: Schedule
) -> Experiment:
    images = load_images(data, batch_size)  # (batch, 1, 28, 28), (batch,)
    model = models.mlp(math.prod(images.shape), hidden, len(images.classes))
    optimizer = SGD(model.parameters(), lr=lr)
    return Experiment(images, model, Classification(), optimizer, epochs, schedule)


def conclude(rates: Mapping[str, list[float]], histories: Histories) -> Iterator[Event]:
    """The picture, and the losses and test accuracy that each ends with: `square_root_test_accuracy`, ..."""
    yield Drew("schedules", picture(rates, histories))
    kept = ("train_loss", "test_loss", "test_accuracy")
    yield Finished(
        {
            f"{name.replace(', ', '_').replace(' ', '_').replace('-', '_')}_{metric}": metrics[metric]
            for name, metrics in last_of(histories).items()
            for metric in kept
        }
    )


def picture(rates: Mapping[str, list[float]], histories: Histories) -> Figure:
    """The learning rate, the training loss and the test accuracy by epoch, a colour for each schedule."""
    quantities = ("learning rate", "train loss", "test accuracy")
    heading = "Schedules: what the rate does and what comes of it"
    figure, (by_rate, *others) = new_panels([""] * 3, heading=heading, xlabel="epoch")
    for (name, history), stroke in zip(histories.items(), strokes(len(histories)), strict=True):
        epochs = range(1, len(history) + 1)
        by_rate.plot(epochs, rates[name][: len(history)], marker="o", markersize=2, label=name, **stroke)
        for axes, metric in zip(others, ("train_loss", "test_accuracy"), strict=True):
            axes.plot(epochs, [metrics[metric] for metrics in history], label=name, **stroke)
    for axes, quantity in zip((by_rate, *others), quantities, strict=True):
        axes.set_ylabel(quantity)
    return figure

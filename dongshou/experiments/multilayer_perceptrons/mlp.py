"""A multilayer perceptron on Fashion-MNIST: one hidden layer lifts softmax regression by three points."""

from __future__ import annotations

import math
from typing import Annotated

from torch.optim import SGD

from dongshou import models
from dongshou.data import Splits, load_images
from dongshou.data.sets import fashion_mnist
from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, ImageSet, LearningRate
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Published, Reported

SECTIONS = {"zh": "4.2, 4.3", "en": "5.2"}


def notes(
    accuracy: float, train_loss: float, test_loss: float, epochs: int = 20, secondary: tuple[str, ...] = ()
) -> Published:
    """What the study notes report: accuracy and losses of one run."""
    return Published(
        f"study notes, {epochs} epochs",
        test_accuracy=Reported(accuracy, within=0.003),
        train_loss=Reported(train_loss, within=0.02),
        test_loss=Reported(test_loss, within=0.02),
        secondary=secondary,
    )


@notes(0.869, 0.318, 0.371)
def experiment(
    data: ImageSet = "fashion-mnist",
    hidden: Hidden = (256,),
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.01,
    epochs: Epochs = 20,
    std: Annotated[
        float | None, "standard deviation of the initial weights; without it torch's own initialization"
    ] = None,
    standardize: Annotated[bool, "pixels with mean 0 and standard deviation 1 instead of 0..1"] = True,
) -> Experiment:
    """784-256-10 with ReLU, plain SGD.

    Pixels are standardised, (x - 0.286) / 0.353, and weights start as torch starts them (or at N(0, std^2)). With
    pixels in 0..1, 20 epochs at this rate end well above the published training loss.
    """
    images = pictures(data, batch_size, standardize)  # (batch, 1, 28, 28), (batch,)
    model = models.mlp(math.prod(images.shape), hidden, len(images.classes), std=std)
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
    )


@notes(0.855, 0.349, 0.403)
def deep(hidden: Hidden = (256, 128), epochs: Epochs = 20) -> Experiment:
    """784-256-128-10: a second hidden layer, which starts more slowly and is no better in this short time."""
    return experiment(hidden=hidden, epochs=epochs)


@notes(0.874, 0.290, 0.358, epochs=30)
def longer(epochs: Epochs = 30) -> Experiment:
    """Ten more epochs: a little more is learnt."""
    return experiment(epochs=epochs)


@Published(
    "d2l-zh 2.0, 2021-2023",
    train_loss=Band.between(0.3795, 0.382, 0.3848),
    train_accuracy=Reported(0.863, within=0.005),
    test_accuracy=Band.between(0.823, 0.838, 0.853),
    secondary=("train_accuracy", "test_accuracy"),
)
def book(epochs: Epochs = 10) -> Experiment:
    """The book's settings: batch 256, learning rate 0.1, 10 epochs, pixels in 0..1.

    The band spans both of the book's editions, from scratch and concise: they are one network and one loss,
    which differ by less than two builds of the same page do.
    """
    return experiment(batch_size=256, lr=0.1, epochs=epochs, std=0.01, standardize=False)


def digits(
    hidden: Hidden = (256,), batch_size: BatchSize = 64, lr: LearningRate = 0.1, epochs: Epochs = 30
) -> Experiment:
    """The handwritten digits inside scikit-learn: no download, a few seconds."""
    return experiment(data="digits", hidden=hidden, batch_size=batch_size, lr=lr, epochs=epochs)


def pictures(data: str, batch_size: int, standardize: bool = True) -> Splits:
    """Labelled images, their pixels standardised or in 0..1."""
    return load_images(data, batch_size, normalize=(fashion_mnist.MEAN, fashion_mnist.STD) if standardize else None)

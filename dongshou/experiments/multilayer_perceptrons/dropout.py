"""Dropout on Fashion-MNIST: units left out at random, so that none relies on another (Srivastava et al., 2014)."""

from __future__ import annotations

import math
from typing import Annotated

from torch.optim import SGD

from dongshou import models
from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, ImageSet, LearningRate
from dongshou.experiments.multilayer_perceptrons.mlp import notes, pictures
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Published, Reported

SECTIONS = {"zh": "4.6", "en": "5.6"}


@notes(0.869, 0.332, 0.369)
def experiment(
    data: ImageSet = "fashion-mnist",
    hidden: Hidden = (256,),
    dropout: Annotated[tuple[float, ...], "share of the units dropped behind each hidden layer"] = (0.1,),
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.01,
    epochs: Epochs = 20,
    std: Annotated[
        float | None, "standard deviation of the initial weights; without it torch's own initialization"
    ] = None,
    standardize: Annotated[bool, "pixels with mean 0 and standard deviation 1 instead of 0..1"] = True,
) -> Experiment:
    """784-256-10, one hidden unit in ten left out at each step; pixels and weights start as in `mlp`.

    train_loss is measured while units are left out, test_loss with all of them.
    """
    images = pictures(data, batch_size, standardize)  # (batch, 1, 28, 28), (batch,)
    model = models.mlp(math.prod(images.shape), hidden, len(images.classes), dropout=dropout, std=std)
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
    )


@notes(0.876, 0.294, 0.350, epochs=30)
def longer(epochs: Epochs = 30) -> Experiment:
    """Ten more epochs: dropout pays when there is time to overfit."""
    return experiment(epochs=epochs)


@Published(
    "d2l-zh 2.0, 2021-2023",
    train_loss=Band.between(0.330, 0.339, 0.349),
    train_accuracy=Reported(0.876, within=0.01),
    test_accuracy=Band.between(0.844, 0.857, 0.867),
    secondary=("train_accuracy", "test_accuracy"),
)
def book(epochs: Epochs = 10) -> Experiment:
    """The book's settings: 784-256-256-10, 0.2 and 0.5 left out, batch 256, learning rate 0.5, pixels in 0..1.

    The band spans both of the book's editions, from scratch and concise: they are one network and one loss.
    """
    return experiment(
        hidden=(256, 256),
        dropout=(0.2, 0.5),
        batch_size=256,
        lr=0.5,
        epochs=epochs,
        std=0.01,
        standardize=False,
    )

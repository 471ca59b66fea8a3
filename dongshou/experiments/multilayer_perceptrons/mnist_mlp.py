"""Five linear layers on MNIST: a deep perceptron reads 97 of 100 handwritten digits."""

from __future__ import annotations

import math

from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.data.sets import mnist
from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, ImageSet, LearningRate, Momentum
from dongshou.tasks import Classification
from dongshou.training import Experiment, Published, Reported

LECTURE = 9


@Published("study notes, 10 epochs", test_accuracy=Reported(0.97))
def experiment(
    data: ImageSet = "mnist",
    hidden: Hidden = (512, 256, 128, 64),
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.01,
    momentum: Momentum = 0.5,
    epochs: Epochs = 10,
) -> Experiment:
    """784-512-256-128-64-10 with ReLU on standardised pixels, SGD with momentum."""
    images = load_images(data, batch_size, normalize=(mnist.MEAN, mnist.STD))  # (batch, 1, 28, 28), (batch,)
    model = models.mlp(math.prod(images.shape), hidden, len(images.classes))
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr, momentum=momentum),
        epochs=epochs,
    )


def digits(
    hidden: Hidden = (512, 256, 128, 64),
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.05,
    momentum: Momentum = 0.5,
    epochs: Epochs = 20,
) -> Experiment:
    """The handwritten digits inside scikit-learn: no download, a few seconds."""
    return experiment(data="digits", hidden=hidden, batch_size=batch_size, lr=lr, momentum=momentum, epochs=epochs)

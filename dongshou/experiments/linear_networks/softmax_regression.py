"""Softmax regression on Fashion-MNIST: one linear layer tells ten kinds of clothing apart, five times in six."""

from __future__ import annotations

import math

from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, LearningRate
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Published, Reported

SECTIONS = {"zh": "3.6, 3.7", "en": "4.4, 4.5"}


def edition(name: str, train_loss: Band, test_accuracy: Band) -> Published:
    """The curves of six builds of the book; the test accuracy of a single epoch is too noisy to decide."""
    return Published(
        f"d2l-zh 2.0, {name}",
        train_loss=train_loss,
        train_accuracy=Reported(0.848, within=0.005),
        test_accuracy=test_accuracy,
        secondary=("train_accuracy", "test_accuracy"),
    )


@Published(
    "study notes, 20 epochs",
    # one run, beside a deviation of .0015 over nine seeds: two runs may differ by twice sqrt(2) of it
    test_accuracy=Reported(0.8335, within=0.004),
    train_loss=Reported(0.452, within=0.02),
    test_loss=Reported(0.482, within=0.02),
)
def experiment(
    data: ImageSet = "fashion-mnist", batch_size: BatchSize = 64, lr: LearningRate = 0.01, epochs: Epochs = 20
) -> Experiment:
    """softmax(W x + b) with weights from N(0, 0.01^2), cross-entropy, plain SGD."""
    images = load_images(data, batch_size)  # (batch, 1, 28, 28), (batch,)
    model = models.softmax_regression(math.prod(images.shape), len(images.classes))
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
    )


@edition("from scratch", Band.between(0.4469, 0.4475, 0.4480), Band.between(0.808, 0.836, 0.836))
@edition("concise", Band.between(0.4469, 0.4481, 0.4481), Band.between(0.828, 0.828, 0.834))
def book(epochs: Epochs = 10) -> Experiment:
    """The book's settings: batch 256, learning rate 0.1, 10 epochs. Its test figures spread, its losses do not."""
    return experiment(batch_size=256, lr=0.1, epochs=epochs)


def digits(batch_size: BatchSize = 64, lr: LearningRate = 0.1, epochs: Epochs = 30) -> Experiment:
    """The handwritten digits inside scikit-learn: no download, a few seconds."""
    return experiment(data="digits", batch_size=batch_size, lr=lr, epochs=epochs)

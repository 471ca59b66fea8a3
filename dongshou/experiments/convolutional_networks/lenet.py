"""LeNet on Fashion-MNIST: convolution before it was fashionable (LeCun et al., 1998)."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from torch.optim import SGD, Adam

from dongshou import models
from dongshou.data import load_images
from dongshou.data.sets import fashion_mnist
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, LearningRate
from dongshou.scratch.optim.lr_scheduler import CosineAnnealingLR
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Goal, Published, Reported

SECTIONS = {"zh": "6.6", "en": "7.6"}


@Published(
    "d2l-zh 2.0, 2021-2023",
    test_accuracy=Band(0.772, 0.781, 0.804, 0.818, 0.824),
    train_loss=Band(0.451, 0.457, 0.468, 0.477, 0.497),
    train_accuracy=Band.between(0.811, 0.825, 0.834),
    secondary=("train_loss", "train_accuracy"),
)
def experiment(
    data: ImageSet = "fashion-mnist",
    batch_size: BatchSize = 256,
    lr: LearningRate = 0.9,
    epochs: Epochs = 10,
    activation: Annotated[Literal["sigmoid", "relu"], "activation behind each layer"] = "sigmoid",
    pooling: Annotated[Literal["average", "max"], "what a pooling window becomes: its mean or its maximum"] = "average",
) -> Experiment:
    """The book's settings: sigmoid, average pooling, Xavier initialization, plain SGD, pixels in 0..1.

    The first epoch is spent on a plateau, where every sigmoid says one half; the tenth ends at four in five right.
    """
    images = load_images(data, batch_size)  # (batch, 1, 28, 28), (batch,)
    model = models.lenet(images.shape[0], len(images.classes), activation=activation, pooling=pooling)
    return Experiment(
        data=images,
        model=models.initialize(model),
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
    )


@Published(
    "d2l-en 1.0.3",
    test_accuracy=Band.between(0.718, 0.730, 0.737),
    train_loss=Reported(0.752, within=0.03),
    test_loss=Reported(0.752, within=0.03),
    secondary=("train_loss", "test_loss"),
)
def en(epochs: Epochs = 10) -> Experiment:
    """The book's English edition: batch 128 at a rate of 0.1, which leaves the plateau later and ends lower."""
    return experiment(batch_size=128, lr=0.1, epochs=epochs)


@Goal("nine in ten", test_accuracy=Reported(0.90))
def modern(
    data: ImageSet = "fashion-mnist", batch_size: BatchSize = 128, lr: LearningRate = 3e-3, epochs: Epochs = 10
) -> Experiment:
    """ReLU and max pooling in place of sigmoid and average, Adam with a rate that falls to 0, standardised pixels."""
    pixels = fashion_mnist.MEAN, fashion_mnist.STD
    images = load_images(data, batch_size, normalize=pixels)  # (batch, 1, 28, 28), (batch,)
    model = models.lenet(images.shape[0], len(images.classes), activation="relu", pooling="max")
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
        schedule=partial(CosineAnnealingLR, T_max=epochs),
    )


def digits(batch_size: BatchSize = 64, lr: LearningRate = 3e-3, epochs: Epochs = 10) -> Experiment:
    """`modern` on the handwritten digits inside scikit-learn: no download, a few seconds."""
    return modern(data="digits", batch_size=batch_size, lr=lr, epochs=epochs)

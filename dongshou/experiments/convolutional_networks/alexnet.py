"""AlexNet on Fashion-MNIST: the network that won ImageNet and began the boom (Krizhevsky et al., 2012)."""

from __future__ import annotations

from functools import partial

from torch import nn
from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.data.sets import fashion_mnist
from dongshou.experiments._shared.settings import (
    BatchSize,
    Epochs,
    ImageSet,
    ImageSize,
    LearningRate,
    Momentum,
    WeightDecay,
)
from dongshou.scratch.optim.lr_scheduler import CosineAnnealingLR
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Published

SECTIONS = {"zh": "7.1", "en": "8.1"}


@Published(
    "d2l-zh 2.0, 2021-2023",
    test_accuracy=Band(0.866, 0.877, 0.881, 0.883, 0.885),
    train_loss=Band.between(0.325, 0.328, 0.333),
    train_accuracy=Band.between(0.877, 0.880, 0.882),
    secondary=("train_loss", "train_accuracy"),
)
def experiment(
    data: ImageSet = "fashion-mnist",
    size: ImageSize = 224,
    batch_size: BatchSize = 128,
    lr: LearningRate = 0.01,
    epochs: Epochs = 10,
) -> Experiment:
    """The book's settings: images blown up to the 224x224 of ImageNet, Xavier initialization, plain SGD.

    Two and a half minutes on the GPU that the published figures come from, some ten hours on one core: `--limit 2000
    --epochs 1` shows that it runs.
    """
    images = load_images(data, batch_size, size=size)  # (batch, 1, 224, 224), (batch,)
    model = models.alexnet(images.shape[0], len(images.classes), size=size)
    return Experiment(
        data=images,
        model=models.initialize(model),
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
    )


def steady(
    data: ImageSet = "fashion-mnist",
    size: ImageSize = 224,
    batch_size: BatchSize = 128,
    lr: LearningRate = 0.01,
    momentum: Momentum = 0.9,
    weight_decay: WeightDecay = 5e-4,
    epochs: Epochs = 10,
) -> Experiment:
    """As in the paper, momentum and weight decay; with standardised pixels, Kaiming's start and a falling rate."""
    pixels = fashion_mnist.MEAN, fashion_mnist.STD
    images = load_images(data, batch_size, size=size, normalize=pixels)  # (batch, 1, 224, 224), (batch,)
    model = models.alexnet(images.shape[0], len(images.classes), size=size)
    return Experiment(
        data=images,
        model=models.initialize(model, nn.init.kaiming_uniform_),
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=weight_decay),
        epochs=epochs,
        schedule=partial(CosineAnnealingLR, T_max=epochs),
    )

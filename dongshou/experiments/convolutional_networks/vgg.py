"""VGG-11 on Fashion-MNIST: blocks of 3x3 convolutions, and depth as a number (Simonyan and Zisserman, 2015)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from torch import nn
from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, ImageSize, LearningRate
from dongshou.scratch.optim.lr_scheduler import CosineAnnealingLR
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Published

SECTIONS = {"zh": "7.2", "en": "8.2"}


DivideChannelsBy = Annotated[int, "divides the channels of every layer of VGG-11"]


@Published(
    "d2l-zh 2.0, 2021-2023",
    test_accuracy=Band(0.900, 0.914, 0.919, 0.923, 0.924),
    train_loss=Band.between(0.168, 0.175, 0.220),
    train_accuracy=Band.between(0.918, 0.935, 0.938),
    secondary=("train_loss", "train_accuracy"),
)
def experiment(
    data: ImageSet = "fashion-mnist",
    size: ImageSize = 224,
    divide_channels_by: DivideChannelsBy = 4,
    batch_size: BatchSize = 128,
    lr: LearningRate = 0.05,
    epochs: Epochs = 10,
) -> Experiment:
    """The book's settings: a quarter of the channels, Xavier initialization, plain SGD.

    Four minutes on the GPU that the published figures come from, some nine hours on one core: `--limit 2000
    --epochs 1` shows that it runs.
    """
    images = load_images(data, batch_size, size=size)  # (batch, 1, 224, 224), (batch,)
    model = models.vgg11(images.shape[0], len(images.classes), size=size, divide_channels_by=divide_channels_by)
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
    divide_channels_by: DivideChannelsBy = 4,
    batch_size: BatchSize = 128,
    lr: LearningRate = 0.05,
    epochs: Epochs = 10,
) -> Experiment:
    """Batch normalisation behind every convolution, Kaiming's start, and a rate that falls to 0."""
    images = load_images(data, batch_size, size=size)  # (batch, 1, 224, 224), (batch,)
    model = models.vgg11(
        images.shape[0], len(images.classes), size=size, batch_norm=True, divide_channels_by=divide_channels_by
    )
    return Experiment(
        data=images,
        model=models.initialize(model, nn.init.kaiming_uniform_),
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
        schedule=partial(CosineAnnealingLR, T_max=epochs),
    )

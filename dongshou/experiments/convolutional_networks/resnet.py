"""ResNet-18 on Fashion-MNIST: layers that learn what to add to their input (He et al., 2016)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, ImageSize, LearningRate
from dongshou.scratch.optim.lr_scheduler import CosineAnnealingLR
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Published

SECTIONS = {"zh": "7.6", "en": "8.6"}


Preactivation = Annotated[bool, "batch normalization and ReLU before each convolution (He et al., 2016)"]


@Published(
    "d2l-zh 2.0, 2021-2023",
    train_loss=Band.between(0.008, 0.014, 0.019),
    train_accuracy=Band.between(0.995, 0.996, 0.999),
    test_accuracy=Band(0.806, 0.891, 0.914, 0.920, 0.924),
    secondary=("train_accuracy", "test_accuracy"),
)
def experiment(
    data: ImageSet = "fashion-mnist",
    size: ImageSize = 96,
    preactivation: Preactivation = False,
    batch_size: BatchSize = 256,
    lr: LearningRate = 0.05,
    epochs: Epochs = 10,
) -> Experiment:
    """The book's settings: Xavier initialization, plain SGD. Ten epochs learn the training images by heart.

    `preactivation` puts batch normalisation and ReLU before each convolution, so that nothing stands in the way of
    the sum. At a constant learning rate the test accuracy jumps from epoch to epoch, as published from 0.81 to 0.92,
    and the training loss decides. Two minutes on the GPU that the published figures come from, some four hours on one
    core: `--limit 2000 --epochs 1` shows that it runs.
    """
    images = load_images(data, batch_size, size=size)  # (batch, 1, 96, 96), (batch,)
    model = models.resnet18(images.shape[0], len(images.classes), preactivation=preactivation)
    return Experiment(
        data=images,
        model=models.initialize(model),
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
    )


def steady(
    data: ImageSet = "fashion-mnist",
    size: ImageSize = 96,
    preactivation: Preactivation = False,
    batch_size: BatchSize = 256,
    lr: LearningRate = 0.05,
    epochs: Epochs = 10,
) -> Experiment:
    """The rate falls to 0, so that the running means catch up with the weights and the test accuracy settles."""
    settling = experiment(data, size, preactivation, batch_size, lr, epochs)
    settling.schedule = partial(CosineAnnealingLR, T_max=epochs)
    return settling

"""DenseNet on Fashion-MNIST: every layer sees what all the layers before it made (Huang et al., 2017)."""

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

SECTIONS = {"zh": "7.7", "en": "8.7"}


GrowthRate = Annotated[int, "channels that each convolution adds"]


@Published(
    "d2l-zh 2.0, 2021-2023",
    train_loss=Band.between(0.139, 0.148, 0.166),
    train_accuracy=Band.between(0.938, 0.945, 0.950),
    test_accuracy=Band(0.406, 0.821, 0.858, 0.901, 0.918),
    secondary=("train_accuracy", "test_accuracy"),
)
def experiment(
    data: ImageSet = "fashion-mnist",
    size: ImageSize = 96,
    growth_rate: GrowthRate = 32,
    batch_size: BatchSize = 256,
    lr: LearningRate = 0.1,
    epochs: Epochs = 10,
) -> Experiment:
    """The book's settings: four dense blocks of four convolutions, Xavier initialization, plain SGD.

    Each convolution adds `growth_rate` channels to those that it sees. At a constant learning rate the test accuracy
    jumps from epoch to epoch, as published from 0.41 to 0.92, and the training loss decides. Two minutes on the GPU
    that the published figures come from, some two hours on one core: `--limit 2000 --epochs 1` shows that it runs.
    """
    images = load_images(data, batch_size, size=size)  # (batch, 1, 96, 96), (batch,)
    model = models.densenet(images.shape[0], len(images.classes), growth_rate=growth_rate)
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
    growth_rate: GrowthRate = 32,
    batch_size: BatchSize = 256,
    lr: LearningRate = 0.1,
    epochs: Epochs = 10,
) -> Experiment:
    """The rate falls to 0, so that the running means catch up with the weights and the test accuracy settles."""
    settling = experiment(data, size, growth_rate, batch_size, lr, epochs)
    settling.schedule = partial(CosineAnnealingLR, T_max=epochs)
    return settling

"""LeNet with and without batch normalisation, side by side (Ioffe and Szegedy, 2015).

Each layer's outputs are shifted and scaled to mean 0 and variance 1 over the batch before the activation, so that no
sigmoid is driven into its flat ends: the network learns from the first step, and bears a rate of 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, LearningRate
from dongshou.experiments.convolutional_networks import lenet
from dongshou.experiments.convolutional_networks._side_by_side import losses
from dongshou.scratch.optim.lr_scheduler import CosineAnnealingLR
from dongshou.tasks import Classification
from dongshou.training import Band, Drew, Event, Experiment, Finished, Published, Reported, Series
from dongshou.training.series import Histories, last_of

SECTIONS = {"zh": "7.5", "en": "8.5"}


NORMALIZED, PLAIN = "batch norm", "lenet"


def edition(name: str, train_loss: Band, train_accuracy: Band | Reported, test_accuracy: Band) -> Published:
    """One of the book's two notebooks, which are one network and one loss."""
    return Published(
        f"d2l-zh 2.0, {name}",
        train_loss=train_loss,
        train_accuracy=train_accuracy,
        test_accuracy=test_accuracy,
        secondary=("train_accuracy", "test_accuracy"),
    )


@edition(
    "from scratch",
    Band.between(0.247, 0.266, 0.274),
    Band.between(0.899, 0.902, 0.908),
    Band(0.590, 0.700, 0.831, 0.873, 0.885),
)
@edition(
    "concise",
    Band.between(0.243, 0.268, 0.282),
    Reported(0.902, within=0.005),
    Band(0.699, 0.732, 0.839, 0.879, 0.885),
)
def experiment(
    data: ImageSet = "fashion-mnist",
    batch_size: BatchSize = 256,
    lr: LearningRate = 1.0,
    plain_lr: Annotated[float, "learning rate of the network without batch normalization"] = 0.9,
    epochs: Epochs = 10,
) -> Series:
    """The book's settings, and beside it `lenet`, at the rate `plain_lr`, on the same batches.

    The result is that of the normalised network; the plain one's stands behind it as `lenet_train_loss` and so on.
    After a step at such a rate the running means lag behind the weights, so that the test figures jump from epoch
    to epoch: the published ones go from 0.59 to 0.89, and the training loss decides.
    """
    parts = {
        NORMALIZED: partial(normalized, data, batch_size, lr, epochs),
        PLAIN: partial(lenet.experiment, data, batch_size, plain_lr, epochs),
    }
    return Series(
        parts,
        conclude,
        data=data,
        answers=NORMALIZED,
    )


def steady(
    data: ImageSet = "fashion-mnist", batch_size: BatchSize = 256, lr: LearningRate = 1.0, epochs: Epochs = 10
) -> Experiment:
    """The normalised network alone, its rate falling to 0: the test accuracy settles instead of jumping."""
    settling = normalized(data, batch_size, lr, epochs)
    settling.schedule = partial(CosineAnnealingLR, T_max=epochs)
    return settling


def normalized(data: str, batch_size: int, lr: float, epochs: int) -> Experiment:
    images = load_images(data, batch_size)  # (batch, 1, 28, 28), (batch,)
    model = models.lenet(images.shape[0], len(images.classes), batch_norm=True)
    return Experiment(
        data=images,
        model=models.initialize(model),
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=epochs,
    )


def conclude(histories: Histories) -> Iterator[Event]:
    """Both losses of both networks in one picture; the result."""
    yield Drew("losses", losses(histories))
    parts = last_of(histories)
    yield Finished(parts[NORMALIZED] | {f"lenet_{name}": value for name, value in parts[PLAIN].items()})

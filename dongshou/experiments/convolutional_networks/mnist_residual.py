"""Residual blocks on MNIST: 99 of 100 digits with six convolutions (He et al., 2016)."""

from __future__ import annotations

from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.data.sets import mnist
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, LearningRate, Momentum
from dongshou.tasks import Classification
from dongshou.training import Experiment, Published, Reported

LECTURE = 11


# one run, beside a deviation of .0013 over three seeds: two runs may differ by twice sqrt(2) of it
@Published("study notes, 10 epochs", test_accuracy=Reported(0.99, within=0.004))
def experiment(
    data: ImageSet = "mnist",
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.01,
    momentum: Momentum = 0.5,
    epochs: Epochs = 10,
) -> Experiment:
    """16 and 32 channels of 5x5, a residual block of two 3x3 convolutions behind each."""
    images = load_images(data, batch_size, normalize=(mnist.MEAN, mnist.STD))  # (batch, 1, 28, 28), (batch,)
    model = models.mnist_residual(images.shape[0], len(images.classes))
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr, momentum=momentum),
        epochs=epochs,
    )

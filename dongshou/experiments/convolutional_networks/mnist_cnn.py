"""Two convolutions on MNIST: 98 of 100 digits from a sixtieth of the perceptron's weights."""

from __future__ import annotations

from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.data.sets import mnist
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, LearningRate, Momentum
from dongshou.tasks import Classification
from dongshou.training import Experiment, Published, Reported

LECTURE = 10


@Published("study notes, 10 epochs", test_accuracy=Reported(0.98))
def experiment(
    data: ImageSet = "mnist",
    batch_size: BatchSize = 64,
    lr: LearningRate = 0.01,
    momentum: Momentum = 0.5,
    epochs: Epochs = 10,
) -> Experiment:
    """10 and 20 channels of 5x5, max pooling, ReLU, one linear layer; standardised pixels, SGD with momentum."""
    images = load_images(data, batch_size, normalize=(mnist.MEAN, mnist.STD))  # (batch, 1, 28, 28), (batch,)
    model = models.mnist_cnn(images.shape[0], len(images.classes))
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=SGD(model.parameters(), lr=lr, momentum=momentum),
        epochs=epochs,
    )

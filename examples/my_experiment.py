"""Handwritten digits with a network of my own."""

from itertools import pairwise
from typing import Annotated, Literal

from torch import nn
from torch.optim import SGD

import dongshou
from dongshou.data import load_images
from dongshou.tasks import Classification
from dongshou.training import Experiment


@dongshou.experiment
def experiment(lr: float = 0.2, width: Annotated[int, "units of the hidden layer"] = 32, epochs: int = 10):
    """One hidden layer."""
    return deep(lr, (width,), epochs=epochs)


@dongshou.experiment
def deep(
    lr: Annotated[float, "step size"] = 0.2,
    hidden: Annotated[tuple[int, ...], "units of each hidden layer"] = (64, 32),
    activation: Literal["relu", "tanh"] = "relu",
    epochs: int = 10,
):
    """Several hidden layers."""
    layers = [nn.Flatten()]  # (batch, 784)
    for inputs, outputs in pairwise((784, *hidden)):
        layers += [nn.Linear(inputs, outputs), nn.ReLU() if activation == "relu" else nn.Tanh()]
    model = nn.Sequential(*layers, nn.Linear(hidden[-1], 10))
    images = load_images("digits", batch_size=64)  # (batch, 1, 28, 28), (batch,)
    return Experiment(images, model, Classification(), SGD(model.parameters(), lr=lr), epochs)

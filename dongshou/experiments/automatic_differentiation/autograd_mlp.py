"""A multilayer perceptron on an autograd of our own: NumPy alone, and loss for loss what torch computes."""

from __future__ import annotations

import numpy as np
from torch import nn as torch_nn

from dongshou.autograd import nn, relu
from dongshou.experiments._shared.settings import BatchSize, Epochs, LearningRate, NumHiddens
from dongshou.experiments.automatic_differentiation._beside_torch import EQUAL, Networks, train_beside_torch
from dongshou.training import Procedure

SECTIONS = {"zh": "2.5, 4.7", "en": "2.5, 5.3"}


PIXELS, CLASSES = 8, 10


@EQUAL
def experiment(
    hidden: NumHiddens = 128, batch_size: BatchSize = 64, lr: LearningRate = 0.5, epochs: Epochs = 20
) -> Procedure:
    """64-128-10 with ReLU on the digits, plain SGD; both losses of every step are recorded."""

    def networks(generator: np.random.Generator) -> Networks:
        ours = nn.Sequential(
            nn.flatten,
            nn.Linear(PIXELS**2, hidden, generator=generator),
            relu,
            nn.Linear(hidden, CLASSES, generator=generator),
        )
        theirs = torch_nn.Sequential(
            torch_nn.Flatten(),
            torch_nn.Linear(PIXELS**2, hidden),
            torch_nn.ReLU(),
            torch_nn.Linear(hidden, CLASSES),
        )
        return ours, theirs

    return Procedure(
        lambda session: train_beside_torch(networks, PIXELS, batch_size, lr, epochs, session),
        data="digits",
    )

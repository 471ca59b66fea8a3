"""skorch's NeuralNetClassifier, the test set given as its validation set."""

from __future__ import annotations

from typing import Any

import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from torch import nn

from benchmarks.work import MANY_EPOCHS, EpochDone, Work


class Report(Callback):
    """Hands the accuracy on after each epoch; the net's own callbacks have measured it by then."""

    def __init__(self, epoch_done: EpochDone) -> None:
        self.epoch_done = epoch_done

    def on_epoch_end(self, net: NeuralNetClassifier, **kwargs: Any) -> None:
        self.epoch_done(net.history[-1, "valid_acc"])


def train(work: Work, epoch_done: EpochDone) -> None:
    inputs, labels = (tensor.numpy() for tensor in work.examples("train"))
    test = Dataset(*(tensor.numpy() for tensor in work.examples("test")))
    net = NeuralNetClassifier(
        work.model(),
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.SGD,
        lr=work.lr,
        max_epochs=MANY_EPOCHS,
        batch_size=work.batch_size,
        iterator_train__shuffle=True,
        iterator_valid__batch_size=work.evaluation_batch,
        train_split=predefined_split(test),
        callbacks=[Report(epoch_done)],
        device=work.device,
        verbose=0,
    )
    net.fit(inputs, labels)

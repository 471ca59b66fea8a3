"""The yardstick: a bare loop over tensors in memory, with nothing around it."""

from __future__ import annotations

import torch
from torch.nn.functional import cross_entropy

from benchmarks.work import EpochDone, Work


def train(work: Work, epoch_done: EpochDone) -> None:
    inputs, labels = work.examples("train")  # (n, 784), (n,)
    test = work.examples("test")
    network = work.network()
    optimizer = torch.optim.SGD(network.parameters(), lr=work.lr)
    while True:
        for indices in torch.randperm(len(labels)).split(work.batch_size):
            loss = cross_entropy(network(inputs[indices]), labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        epoch_done(work.accuracy(network, *test))

"""The yardstick: a bare loop over tensors in memory, with nothing around it."""

from __future__ import annotations

import torch
from torch.nn.functional import cross_entropy

from benchmarks.work import EpochDone, Work


def train(work: Work, epoch_done: EpochDone) -> None:
    inputs, labels = (tensor.to(work.device) for tensor in work.examples("train"))
    test_inputs, test_labels = (tensor.to(work.device) for tensor in work.examples("test"))
    model = work.model()
    optimizer = torch.optim.SGD(model.parameters(), lr=work.lr)
    while True:
        for indices in torch.randperm(len(labels), device=work.device).split(work.batch_size):
            loss = cross_entropy(model(inputs[indices]), labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        epoch_done(work.accuracy(model, test_inputs, test_labels))

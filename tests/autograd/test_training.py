"""Layers and optimisers beside torch: the same losses, step by step."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn as torch_nn

import dongshou.autograd as ag
from dongshou.autograd import Tensor, nn, optim
from dongshou.errors import UsageError

STEPS = 100


def losses(network, optimizer, batches) -> list[float]:
    found = []
    for inputs, labels in batches:
        loss = nn.cross_entropy(network(Tensor(inputs)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


def torch_losses(network, optimizer, batches) -> list[float]:
    found = []
    for inputs, labels in batches:
        loss = torch_nn.functional.cross_entropy(network(torch.tensor(inputs)), torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


def batches_of(*shape: int) -> list[tuple[np.ndarray, np.ndarray]]:
    generator = np.random.default_rng(0)
    return [(generator.random((8, *shape)), generator.integers(0, 5, 8)) for _ in range(STEPS)]


def copied(ours: nn.Sequential, theirs: torch_nn.Module) -> torch_nn.Module:
    theirs = theirs.double()
    with torch.no_grad():
        for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            other.copy_(torch.tensor(mine.data))
    return theirs


OPTIMIZERS = {
    "sgd": (lambda p: optim.SGD(p, lr=0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    "momentum": (lambda p: optim.SGD(p, 0.05, momentum=0.9), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    "adam": (lambda p: optim.Adam(p, lr=0.01), lambda p: torch.optim.Adam(p, lr=0.01)),
}


@pytest.mark.parametrize(("ours", "theirs"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_multilayer_perceptron_over_100_steps(ours, theirs) -> None:
    generator = np.random.default_rng(1)
    network = nn.Sequential(
        nn.flatten, nn.Linear(12, 16, generator=generator), ag.relu, nn.Linear(16, 5, generator=generator)
    )
    twin = copied(
        network,
        torch_nn.Sequential(torch_nn.Flatten(), torch_nn.Linear(12, 16), torch_nn.ReLU(), torch_nn.Linear(16, 5)),
    )
    found = losses(network, ours(network.parameters()), batches_of(3, 4))
    expected = torch_losses(twin, theirs(twin.parameters()), batches_of(3, 4))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_a_convolutional_network_over_100_steps() -> None:
    generator = np.random.default_rng(1)
    network = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1, generator=generator),
        ag.tanh,
        lambda x: ag.max_pool2d(x, 2),
        nn.Sequential(nn.Conv2d(3, 4, 2, generator=generator), ag.sigmoid),
        nn.flatten,
        nn.Linear(36, 5, generator=generator),
    )
    twin = copied(
        network,
        torch_nn.Sequential(
            torch_nn.Conv2d(1, 3, 3, padding=1),
            torch_nn.Tanh(),
            torch_nn.MaxPool2d(2),
            torch_nn.Conv2d(3, 4, 2),
            torch_nn.Sigmoid(),
            torch_nn.Flatten(),
            torch_nn.Linear(36, 5),
        ),
    )
    found = losses(network, optim.SGD(network.parameters(), 0.1), batches_of(1, 8, 8))
    expected = torch_losses(twin, torch.optim.SGD(twin.parameters(), 0.1), batches_of(1, 8, 8))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("labels", [[0.0, 1.0], [0, 1, 2], [0, 3], [-1, 0]], ids=str)
def test_labels_that_are_none(labels) -> None:
    with pytest.raises(UsageError, match="label|integer"):
        nn.cross_entropy(ag.ones(2, 3), np.array(labels))


def test_labels_may_be_a_list_or_a_tensor() -> None:
    logits = ag.randn(3, 4, generator=np.random.default_rng(0))
    expected = torch_nn.functional.cross_entropy(torch.tensor(logits.data), torch.tensor([2, 0, 3])).item()
    for labels in (np.array([2, 0, 3]), [2, 0, 3], Tensor([2, 0, 3])):
        np.testing.assert_allclose(nn.cross_entropy(logits, labels).item(), expected, rtol=1e-12)

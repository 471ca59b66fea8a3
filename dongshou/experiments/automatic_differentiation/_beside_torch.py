"""The same training twice: by `dongshou.autograd` on NumPy arrays, and by torch, in double precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import torch

from dongshou import autograd
from dongshou.autograd import Tensor, graph, nn, no_grad, optim
from dongshou.data.images.load import read_images
from dongshou.drawing import BLACK, ORANGE, new_axes
from dongshou.training import Drew, Evaluated, Event, Exact, Finished, Reported, Session, Stepped, Wrote
from dongshou.training.events import Metrics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COMPARED = 100  # steps; later the two may drift apart, as rounding grows from step to step
EQUAL = Exact("torch, float64, the same weights", largest_difference=Reported(0, within=1e-10, two_sided=True))

Array = np.ndarray
Networks = tuple[nn.Sequential, torch.nn.Module]
MakeNetworks = Callable[[np.random.Generator], Networks]


def train_beside_torch(
    make_networks: MakeNetworks, size: int, batch_size: int, lr: float, epochs: int, session: Session
) -> Iterator[Event]:
    """Train both networks on the digits, from the same weights and on the same batches.

    size  of the images: (batch, 1, size, size)
    """
    generator = np.random.default_rng(session.seed)
    network, twin = make_networks(generator)
    copy_weights(network, twin)
    optimizer, twin_optimizer = optim.SGD(network.parameters(), lr), torch.optim.SGD(twin.parameters(), lr)
    images, labels = digits("train", size, session)  # (examples, 1, size, size), (examples,)
    losses: list[tuple[float, float]] = []  # ours and torch's, by step
    metrics: Metrics = {}
    for epoch in range(1, epochs + 1):
        batches = np.split(generator.permutation(len(labels)), range(batch_size, len(labels), batch_size))
        for rows in batches:
            ours = our_step(network, optimizer, images[rows], labels[rows])
            theirs = torch_step(twin, twin_optimizer, images[rows], labels[rows])
            losses.append((ours, theirs))
            both = {"train_loss": ours, "torch_train_loss": theirs}
            yield Stepped(len(losses), epoch, epochs * len(batches), metrics=both)
        metrics = {
            "largest_difference": max(abs(ours - theirs) for ours, theirs in losses[:COMPARED]),
            "test_accuracy": accuracy_of(network, *digits("test", size, session)),
        }
        yield Evaluated(len(losses), epoch, metrics, lr)
    yield Drew("losses", picture(losses))
    yield Wrote("graph.svg", graph(neuron()).svg)
    yield Finished(metrics)


def our_step(network: nn.Sequential, optimizer: optim.SGD, images: Array, labels: Array) -> float:
    loss = nn.cross_entropy(network(Tensor(images)), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def torch_step(network: torch.nn.Module, optimizer: torch.optim.SGD, images: Array, labels: Array) -> float:
    logits = network(torch.from_numpy(images))
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def accuracy_of(network: nn.Sequential, images: Array, labels: Array) -> float:
    """The share of images whose own class comes out on top."""
    with no_grad():
        logits = network(Tensor(images)).data  # (examples, classes)
    return float((logits.argmax(1) == labels).mean())


def copy_weights(network: nn.Sequential, twin: torch.nn.Module) -> None:
    """Start torch's network where ours starts."""
    twin.double()
    with torch.no_grad():
        for ours, theirs in zip(network.parameters(), twin.parameters(), strict=True):
            theirs.copy_(torch.tensor(ours.data))


def digits(split: Literal["train", "test"], size: int, session: Session) -> tuple[Array, Array]:
    """The images in [0, 1] and their labels, as arrays."""
    pixels, labels = read_images("digits", split, size)
    return (pixels[: session.limit].double() / 255).numpy(), labels[: session.limit].numpy()


def picture(losses: list[tuple[float, float]]) -> Figure:
    """Both losses by step: the one line hides the other."""
    axes = new_axes(xlabel="step", ylabel="training loss", title="The same network on both engines")
    ours, theirs = zip(*losses, strict=True)
    axes.plot(ours, linewidth=3.5, color=ORANGE, label="dongshou.autograd")
    axes.plot(theirs, linewidth=1, color=BLACK, label="torch")
    return cast("Figure", axes.figure)


def neuron() -> Tensor:
    """A single neuron, tanh(w x + b): small enough for a picture of its graph."""
    x = Tensor(2.0, name="x")
    w, b = Tensor(-0.5, requires_grad=True, name="w"), Tensor(0.3, requires_grad=True, name="b")
    return autograd.tanh(w * x + b)

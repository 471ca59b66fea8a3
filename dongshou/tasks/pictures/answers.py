"""What a classifier says of the examples that it has not learnt from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from dongshou.models.summary.watch import evaluating
from dongshou.tasks.losses import classes_of

if TYPE_CHECKING:
    from dongshou.data import Split
    from dongshou.tasks.task import Task

SHOWN = 24  # examples in a picture
MOST_VALUES = 1e8  # pixels, all channels: of a larger set, an even selection is asked about


@dataclass(frozen=True)
class Examples:
    """Inputs (n, ...), the class probabilities (n, classes) that a network gives them, and their labels (n,)."""

    inputs: Tensor
    probabilities: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def guesses(self) -> Tensor:
        return self.probabilities.argmax(1)

    def chosen(self, index: Tensor | slice) -> Examples:
        return Examples(self.inputs[index].cpu(), self.probabilities[index].cpu(), self.labels[index].cpu())

    def most_wrong(self) -> Examples:
        """The mistakes with the highest loss -log p(label), the highest first."""
        mistakes = (self.guesses != self.labels).nonzero()[:, 0]
        truth = self.probabilities[mistakes].gather(1, self.labels[mistakes, None].long())[:, 0]  # p(label)
        return self.chosen(mistakes[truth.argsort(stable=True)[:SHOWN]])

    def __add__(self, other: Examples) -> Examples:
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Examples(*(torch.cat(pair) for pair in pairs))


@dataclass(frozen=True)
class Answers:
    """The guesses (n,) and labels (n,) of one example in `every`; the first and the most mistaken of them."""

    guesses: Tensor
    labels: Tensor
    every: int
    first: Examples
    worst: Examples


@torch.no_grad()
def guesses_of(task: Task, model: nn.Module, batches: Split) -> tuple[Tensor, Tensor]:
    """The class that the model finds most probable for every label (n,), and the labels (n,)."""
    guesses, labels = [], []
    with evaluating(model):
        for inputs, targets in batches:
            probabilities = task.predict(model, inputs)
            guess, label, is_kept = probabilities.argmax(1), *labels_of(task, probabilities, targets)
            guesses.append(guess[is_kept].cpu())
            labels.append(label[is_kept].cpu())
    return torch.cat(guesses), torch.cat(labels)


def labels_of(task: Task, probabilities: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The class of each label (batch, ...), of mixed ones the one with the largest share; and which the loss counts."""
    classes = classes_of(probabilities, targets)
    return classes, classes != getattr(getattr(task, "loss", None), "ignore_index", -1)


@torch.no_grad()
def ask(task: Task, model: nn.Module, batches: Split, shape: tuple[int, ...]) -> Answers:
    """The model's answers for inputs of that shape, in one pass that keeps few of the inputs."""
    guesses, labels, every = [], [], 0
    first = worst = None
    with evaluating(model):
        for inputs, targets in batches:
            every = every or math.ceil(len(batches) * len(targets) * math.prod(shape) / MOST_VALUES)
            if every > 1:
                inputs, targets = inputs[::every], targets[::every]
            probabilities = task.predict(model, inputs)
            classes, is_kept = labels_of(task, probabilities, targets)
            batch = Examples(inputs[is_kept], probabilities[is_kept], classes[is_kept])
            guesses.append(batch.guesses.cpu())
            labels.append(batch.labels.cpu())
            some, bad = batch.chosen(slice(SHOWN)), batch.most_wrong()
            first = some if first is None else (first + some).chosen(slice(SHOWN))
            worst = bad if worst is None else (worst + bad).most_wrong()
    assert first is not None and worst is not None, "a split has at least one batch"
    return Answers(torch.cat(guesses), torch.cat(labels), every, first, worst)

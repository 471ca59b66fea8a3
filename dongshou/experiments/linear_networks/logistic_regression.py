"""Logistic regression: hours of study -> passed or failed, a straight line through a sigmoid (Cox, 1958).

p = sigma(w x + b), J = -mean(y log p + (1 - y) log(1 - p)), and by hand dJ/dw = mean((p - y) x),
dJ/db = mean(p - y): the sigmoid's own derivative cancels against that of the logarithm.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from dongshou.data import Batches, Splits
from dongshou.data.tables.features import numbers
from dongshou.drawing import GRAY, new_axes
from dongshou.experiments._shared.settings import Iterations, LearningRate
from dongshou.tasks import BinaryClassification
from dongshou.training import Drew, Event, Exact, Finished, Procedure, Published, Reported, Session, Stepped
from dongshou.training.events import learnt
from dongshou.training.guard import check_finite
from dongshou.training.work import Trained

LECTURE = 6


HOURS = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)  # (students,)
PASSED = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)  # (students,)


@Published("study notes: between 2 and 3", decision_boundary=Reported(2.5, within=0.5, two_sided=True))
@Exact("autograd", gradient_error=Reported(0.0, within=1e-9))
def experiment(lr: LearningRate = 0.1, iterations: Iterations = 1000) -> Procedure:
    """1, 2, 3 hours -> failed, failed, passed: the boundary -b / w settles between 2 and 3 hours."""

    def steps(session: Session) -> Iterator[Event]:
        w, b = torch.tensor([1.0, 0.0], dtype=torch.float64)
        gradient_error = 0.0
        for step in range(1, iterations + 1):
            dw, db = gradient(w, b)
            gradient_error = max(gradient_error, largest_difference(w, b))
            w, b = w - lr * dw, b - lr * db
            loss = cost(w, b).item()
            check_finite({"loss": [loss]}, step, None)
            yield Stepped(step, 1, iterations, metrics={"train_loss": loss, "w": w.item(), "b": b.item()})
        yield from conclude(w, b, gradient_error)

    return Procedure(steps, asked=in_layers)


def in_layers() -> Trained:
    """The same line through the same sigmoid as a layer and a loss, to be asked about hours."""
    students = Batches(HOURS.float()[:, None], PASSED.float()[:, None], batch_size=len(HOURS))
    data = Splits(students, name="students", classes=("failed", "passed"), features=numbers(["hours"], "passed"))
    return Trained(data, nn.Linear(1, 1), BinaryClassification(nn.BCEWithLogitsLoss()))


def probability(w: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """sigma(z) = 1 / (1 + exp(-z)) of z = w x + b."""
    return 1 / (1 + torch.exp(-(w * x + b)))


def cost(w: Tensor, b: Tensor) -> Tensor:
    """The binary cross-entropy, as log(1 + exp(-z)) for a pass and log(1 + exp(z)) for a failure: no log of 0."""
    z = w * HOURS + b  # (students,)
    return torch.logaddexp(torch.zeros_like(z), torch.where(PASSED > 0, -z, z)).mean()


def gradient(w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    error = probability(w, b, HOURS) - PASSED  # (students,)
    return (error * HOURS).mean(), error.mean()


def largest_difference(w: Tensor, b: Tensor) -> float:
    """How far the gradient by hand is from the one that autograd finds."""
    variables = [w.clone().requires_grad_(), b.clone().requires_grad_()]
    automatic = torch.autograd.grad(cost(*variables), variables)
    return max((mine - its).abs().item() for mine, its in zip(gradient(w, b), automatic, strict=True))


def conclude(w: Tensor, b: Tensor, gradient_error: float) -> Iterator[Event]:
    """The sigmoid with the students and the boundary; the result."""
    boundary = (-b / w).item()
    x = torch.linspace(0, 5, 101, dtype=torch.float64)
    title = "Who passes, by hours of study"
    axes = new_axes(xlabel="hours of study", ylabel="probability of passing", title=title)
    axes.plot(x, probability(w, b, x), label="sigmoid(w x + b)")
    axes.plot(HOURS, PASSED, "o", label="students: 1 passed, 0 failed")
    axes.axvline(boundary, linestyle="--", color=GRAY, label=f"boundary at {boundary:.2f} hours")
    yield Drew("probability", axes.figure)  # pyright: ignore[reportArgumentType]
    yield learnt({"weight": w.reshape(1, 1), "bias": b.reshape(1)})
    four_hours = probability(w, b, torch.tensor(4.0)).item()
    yield Finished(
        {
            "train_loss": cost(w, b).item(),
            "decision_boundary": boundary,
            "probability_after_4_hours": four_hours,
            "gradient_error": gradient_error,
        }
    )

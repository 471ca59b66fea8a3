"""Three points on a line, and three models of one input with their partial derivatives written by hand.

The cost is the mean squared error J = mean((y_hat - y)^2), so dJ/dp = mean(2 (y_hat - y) dy_hat/dp).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from dongshou.data import Batches, Splits
from dongshou.data.tables.features import numbers
from dongshou.drawing import new_axes
from dongshou.tasks import Regression
from dongshou.training import Drew, Event, Exact, Finished, Published, Reported
from dongshou.training.events import Metrics, Snapshot, learnt
from dongshou.training.guard import check_finite
from dongshou.training.work import Trained

X = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)  # (points,)
Y = torch.tensor([2.0, 4.0, 6.0], dtype=torch.float64)  # (points,)


@dataclass(frozen=True)
class Model:
    """A function of one input with named parameters (parameters,), and the gradient of its cost."""

    names: tuple[str, ...]
    predict: Callable[[Tensor, Tensor], Tensor]  # parameters, x -> y_hat
    gradient: Callable[[Tensor, Tensor, Tensor], Tensor]  # parameters, x, y -> (parameters,)

    def asked(self) -> Trained:
        """The same function as a module, to be asked about x."""
        points = Batches(X.float()[:, None], Y.float()[:, None], batch_size=len(X))
        return Trained(Splits(points, name="points", features=numbers(["x"], "y")), OneInput(self), Regression())

    def cost(self, parameters: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return ((self.predict(parameters, x) - y) ** 2).mean()


class OneInput(nn.Module):
    """(batch, 1) -> (batch, 1)"""

    def __init__(self, function: Model) -> None:
        super().__init__()
        self.function = function
        self.parameters_by_hand = nn.Parameter(torch.ones(len(function.names)))

    def forward(self, x: Tensor) -> Tensor:
        return self.function.predict(self.parameters_by_hand, x)


def found(parameters: Tensor) -> Snapshot:
    """What was found, by the name that `OneInput` has for it."""
    return learnt({"parameters_by_hand": parameters})


def proportional_gradient(parameters: Tensor, x: Tensor, y: Tensor) -> Tensor:
    (w,) = parameters
    error = w * x - y  # (points,)
    return torch.stack([(2 * error * x).mean()])


def straight_gradient(parameters: Tensor, x: Tensor, y: Tensor) -> Tensor:
    w, b = parameters
    error = w * x + b - y
    return torch.stack([(2 * error * x).mean(), (2 * error).mean()])


def quadratic_gradient(parameters: Tensor, x: Tensor, y: Tensor) -> Tensor:
    w_1, w_2, b = parameters
    error = w_1 * x**2 + w_2 * x + b - y
    return torch.stack([(2 * error * x**2).mean(), (2 * error * x).mean(), (2 * error).mean()])


PROPORTIONAL = Model(("w",), lambda p, x: p[0] * x, proportional_gradient)
STRAIGHT = Model(("w", "b"), lambda p, x: p[0] * x + p[1], straight_gradient)
QUADRATIC = Model(("w_1", "w_2", "b"), lambda p, x: p[0] * x**2 + p[1] * x + p[2], quadratic_gradient)


def largest_difference(gradient: Tensor, model: Model, parameters: Tensor, x: Tensor, y: Tensor) -> float:
    """How far a gradient by hand is from the one that autograd finds."""
    variable = parameters.clone().requires_grad_()
    (automatic,) = torch.autograd.grad(model.cost(variable, x, y), variable)
    return (gradient - automatic).abs().max().item()


def measured(model: Model, parameters: Tensor, step: int) -> Metrics:
    """The cost over all points, and the parameters by name. Raises DongshouError when the cost is not finite."""
    cost = model.cost(parameters, X, Y).item()
    check_finite({"loss": [cost]}, step, None)
    return {"train_loss": cost} | dict(zip(model.names, parameters.tolist(), strict=True))


def conclude(model: Model, trajectory: list[Tensor], gradient_error: float) -> Iterator[Event]:
    """The curve of the cost, the way of the parameters, and the result with its prediction at x = 4."""
    way = torch.stack(trajectory)  # (steps, parameters)
    costs = torch.stack([model.cost(parameters, X, Y) for parameters in way])  # (steps,)
    axes = new_axes(xlabel="step", ylabel="mean squared error", title="The cost over all points by step")
    axes.semilogy(costs)
    yield Drew("cost", axes.figure)  # pyright: ignore[reportArgumentType]
    yield Snapshot("trajectory", {"parameters": way, "cost": costs})
    yield found(way[-1])
    prediction = model.predict(way[-1], torch.tensor(4.0, dtype=torch.float64)).item()
    more = {"prediction": prediction, "gradient_error": gradient_error}
    yield Finished(measured(model, way[-1], len(way) - 1) | more)


# the check of the derivatives: the largest difference over all steps, in float64
BY_HAND_AS_AUTOGRAD = Exact("autograd", gradient_error=Reported(0.0, within=1e-9))

NOTES = Published(
    "study notes",
    w=Reported(2.0, within=1e-3, two_sided=True),
    prediction=Reported(8.0, within=1e-3, two_sided=True),
)

"""The way that an optimiser takes on a function of one or two inputs, and what is reported about it.

A function maps points to values, (..., 2) -> (...) with two inputs, (...) -> (...) with one, so that it takes a
single point and a whole way alike. The update rules are those of `dongshou.scratch.optim`, whatever the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from dongshou.errors import UsageError
from dongshou.training import Drew, Event, Finished, Published, Reported, Stepped
from dongshou.training.events import Metrics, Snapshot
from dongshou.training.guard import check_finite

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Function = Callable[[Tensor], Tensor]
Start = float | tuple[float, float]
Ways = Mapping[str, Tensor]  # by optimiser: (steps + 1,) or (steps + 1, 2), the start first


def descend(
    f: Function, start: Start, optimizer: Callable[[list[Tensor]], Optimizer], num_steps: int, noise: float = 0.0
) -> Tensor:
    """Where the optimiser stands at the start and after each step.

    noise  deviation of the normal noise on every gradient, which stands for that of small batches
    """
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = optimizer([x])
    way = [x.detach().clone()]
    for _ in range(num_steps):
        (gradient,) = torch.autograd.grad(f(x), x)
        x.grad = gradient + noise * torch.randn_like(gradient)
        stepper.step()
        way.append(x.detach().clone())
    return torch.stack(way)


def newton(f: Function, start: Start, num_steps: int, lr: float = 1.0) -> Tensor:
    """x <- x - lr H^-1 g with the gradient g and the Hessian H: a jump to where the gradient of the parabola
    through this point is 0, be that its lowest point or its highest. lr < 1: damped.
    """
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    way = [x.detach()]
    for _ in range(num_steps):
        (gradient,) = torch.autograd.grad(f(x), x)
        step = torch.linalg.solve(hessian(f, x), gradient.reshape(-1))  # (inputs,)
        x = (x - lr * step.reshape(x.shape)).detach().requires_grad_()
        way.append(x.detach())
    return torch.stack(way)


def hessian(f: Function, x: Tensor) -> Tensor:
    """The second derivatives (inputs, inputs) of f at x."""
    second: Any = torch.autograd.functional.hessian(f, x.detach())
    return second.reshape(x.numel(), x.numel())


def tell(f: Function, ways: Ways, figure: Figure, more: Metrics | None = None) -> Iterator[Event]:
    """f at every step of every way, the ways themselves, the picture of them, and where each ends.

    Raises DongshouError when a way leaves the finite numbers.
    """
    for name, way in ways.items():
        for step, value in enumerate(f(way).tolist()):
            check_finite({f"f of {name}": [value]}, step, None)
            yield Stepped(step, 1, len(way) - 1, metrics={"f": value}, part=name)
    yield Snapshot("trajectories", ways)
    yield Drew("trajectories", figure)
    yield Finished(ends(ways) | (more or {}))


def ends(ways: Ways) -> Metrics:
    """`momentum_x` with one input, `momentum_x1` and `momentum_x2` with two."""
    metrics: Metrics = {}
    for name, way in ways.items():
        names = ("x",) if way.dim() == 1 else ("x1", "x2")
        key = name.lower().replace(" ", "_")
        metrics |= {f"{key}_{x}": value for x, value in zip(names, way[-1].reshape(-1).tolist(), strict=True)}
    return metrics


def require_not_negative(**settings: float) -> None:
    """Raises UsageError for a rate or a deviation below 0."""
    for name, value in settings.items():
        if value < 0:
            raise UsageError(f"{name} must not be negative; got {value}.")


def book(**ends: float) -> Published:
    """Where the book's ways end, to its six digits: nothing here is left to chance."""
    figures = {name: Reported(value, within=1e-6, two_sided=True) for name, value in ends.items()}
    return Published("d2l-zh 2.0", secondary=(), **figures)

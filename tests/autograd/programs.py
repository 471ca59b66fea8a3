"""Random programs, written once for two engines: each step applies an operator to results of earlier steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch

SHAPES = [(2, 3), (3,), (2, 1), (3, 3), (2, 2, 3), ()]
HALVES = [-2.0, -1.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 1.5, 2.0]  # so few that equals and zeros are common
MOST_NUMBERS = 36


@dataclass(frozen=True)
class Step:
    """An operator by name, and two of the results so far, counted back from the last."""

    operator: str
    first: int
    second: int


def run(steps: Sequence[Step], inputs: Sequence[Any], engine: Any) -> list[Any]:
    """All results, the inputs first. A step that would need more axes, or make too much, gives x unchanged."""
    results = list(inputs)
    for step in steps:
        recent = results[:-6:-1]  # the last five: programs are deep, and branch
        x, y = recent[step.first % len(recent)], recent[step.second % len(recent)]
        num_axes, operator = OPERATORS[step.operator]
        result = operator(engine, x, fitted(y, x)) if x.ndim >= num_axes else x
        results.append(result if prod(result.shape) <= MOST_NUMBERS else x)
    return results


def fitted(y: Any, x: Any) -> Any:
    """y, in a shape that can be computed with x."""
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return y.sum()
    return y


class Torch:
    """torch's functions under our names and arguments, where they differ."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)

    max = staticmethod(torch.amax)
    min = staticmethod(torch.amin)
    repeat = staticmethod(torch.repeat_interleave)
    outer = staticmethod(lambda x, y: torch.outer(x.reshape(-1), y.reshape(-1)))


# The fewest axes that x must have, and the operator: a function of the engine, x and y. Arguments are bent to where
# digits can be compared: exp(exp(x)), or the sine of a million, are a matter of rounding. "+ 0.0" makes 0 of -0,
# where the sign of a zero is up to the processor.
OPERATORS: dict[str, tuple[int, Callable[[Any, Any, Any], Any]]] = {
    "add": (0, lambda m, x, y: x + y),
    "subtract": (0, lambda m, x, y: x - y),
    "multiply": (0, lambda m, x, y: x * y),
    "divide": (0, lambda m, x, y: x / y),
    "negative": (0, lambda m, x, y: -x),
    "reciprocal": (0, lambda m, x, y: x**-1),
    "power 0": (0, lambda m, x, y: x**0 * y),
    "power 1": (0, lambda m, x, y: x**1),
    "square": (0, lambda m, x, y: x**2),
    "power y": (0, lambda m, x, y: (abs(x) + 0.5) ** y),
    "sqrt": (0, lambda m, x, y: m.sqrt(abs(x))),
    "exp": (0, lambda m, x, y: m.exp(m.minimum(x, 0 * y + 2))),
    "expm1": (0, lambda m, x, y: m.expm1(m.clip(x, max=2))),
    "log": (0, lambda m, x, y: m.log(abs(x))),
    "log1p": (0, lambda m, x, y: m.log1p(x * x)),
    "sigmoid": (0, lambda m, x, y: m.sigmoid(x)),
    "sinh": (0, lambda m, x, y: m.sinh(m.clip(x, -2, 2))),
    "cosh": (0, lambda m, x, y: m.cosh(m.clip(x, -2, 2))),
    "tanh": (0, lambda m, x, y: m.tanh(x)),
    "sin": (0, lambda m, x, y: m.sin(x)),
    "cos": (0, lambda m, x, y: m.cos(x)),
    "tan": (0, lambda m, x, y: m.tan(m.tanh(x))),
    "arcsin": (0, lambda m, x, y: m.arcsin(m.sin(x) / 2)),
    "arccos": (0, lambda m, x, y: m.arccos(m.cos(x) / 2)),
    "arctan": (0, lambda m, x, y: m.arctan(x)),
    "relu": (0, lambda m, x, y: m.relu(x)),
    "absolute": (0, lambda m, x, y: abs(x)),
    "sign": (0, lambda m, x, y: m.sign(x) * y),
    "maximum": (0, lambda m, x, y: m.maximum(x, y) + 0.0),
    "minimum": (0, lambda m, x, y: m.minimum(x, y) + 0.0),
    "clip": (0, lambda m, x, y: m.clip(x, -0.5, 1.0)),
    "clip by y": (0, lambda m, x, y: m.clip(x, y, 0 * y + 1)),
    "where": (0, lambda m, x, y: m.where(x > y, x, 2 * y)),
    "sum": (1, lambda m, x, y: x.sum(-1)),
    "mean": (0, lambda m, x, y: x.mean() * y),
    "var": (0, lambda m, x, y: m.var(m.tile(x, (2,)))),
    "var of rows": (1, lambda m, x, y: m.var(m.concatenate([x, x * x]), 0)),
    "std": (0, lambda m, x, y: m.std(m.tile(x, (2,)))),
    "prod": (1, lambda m, x, y: m.prod(m.tanh(x), 0)),
    "cumsum": (1, lambda m, x, y: m.cumsum(x, 0) + 0.0),
    "max": (1, lambda m, x, y: m.max(x, 0) + 0.0),
    "min": (1, lambda m, x, y: m.min(x, -1, True) + 0.0),
    "max of all": (0, lambda m, x, y: x.max() + 0.0 + y),
    "min of all": (0, lambda m, x, y: (x.min() + 0.0) * y),
    "logsumexp": (1, lambda m, x, y: m.logsumexp(x, 0)),
    "matmul": (2, lambda m, x, y: x @ m.tanh(x).mT),
    "outer": (0, lambda m, x, y: m.outer(x, y)),
    "einsum": (1, lambda m, x, y: m.einsum("...i,...i->i...", x, m.sin(x))),
    "mT": (2, lambda m, x, y: x.mT),
    "reshape": (0, lambda m, x, y: x.reshape(-1)),
    "index": (1, lambda m, x, y: x[..., [0, -1, 0]]),
    "slice": (1, lambda m, x, y: x[: max(1, len(x) - 1)]),
    "flip": (1, lambda m, x, y: m.flip(x, (0,))),
    "tile": (0, lambda m, x, y: m.tile(x, (2,))),
    "repeat": (1, lambda m, x, y: m.repeat(x, 2, 0)),
    "stack": (0, lambda m, x, y: m.max(m.stack([x, 2 * x]), 0) + 0.0 + y),
    "concatenate": (1, lambda m, x, y: m.concatenate([x, 2 * x])),
    "split": (1, lambda m, x, y: m.split(x, 2)[-1] * y.sum()),
    "squeeze": (0, lambda m, x, y: m.squeeze(x)),
}

"""A user's own file as the tests write it: a tiny network on twelve points, which trains in no time."""

from __future__ import annotations

from pathlib import Path

TEXT = '''"""Clouds of points."""

import itertools
from pathlib import Path
from typing import Annotated, Literal

import torch
from torch import nn
from torch.optim import SGD
from torch.utils.data import TensorDataset

from dongshou.data import Splits
from dongshou.tasks import Classification
from dongshou.training import Experiment, Goal, Reported

STOP = Path(__file__).with_name("stop")  # a file that ends a run as Ctrl-C does, in its third epoch


def points(width):
    inputs = torch.arange(12.0 * width).reshape(12, width) / 12
    return TensorDataset(inputs, (inputs[:, 0] > 0.5).long())


def stopped(model):
    if STOP.exists() and next(model.times) > 2:
        STOP.unlink()
        raise KeyboardInterrupt
    return {}


@Goal("mine", test_accuracy=Reported(0.0))
def experiment(
    lr: Annotated[float, "size of a step"] = 0.1, act: Literal["relu", "tanh"] = "tanh", epochs: int = 4
) -> Experiment:
    """A single layer."""
    model = nn.Sequential(nn.Linear(2, 2), {"relu": nn.ReLU, "tanh": nn.Tanh}[act]())
    model.times = itertools.count(1)
    return fit(model, lr, epochs, measure_model=stopped)


def deep(hidden: tuple[int, ...] = (4,), where: Path = Path("here")) -> Experiment:
    """Two layers."""
    assert isinstance(hidden, tuple) and isinstance(where, Path)
    return fit(nn.Sequential(nn.Linear(2, hidden[0]), nn.ReLU(), nn.Linear(hidden[0], 2)), 0.1, 2)


def fit(model, lr, epochs, **more):
    optimizer = SGD(model.parameters(), lr=lr)
    return Experiment(Splits(points(2), test=points(2)), model, Classification(), optimizer, epochs, draw=False, **more)
'''


def write(folder: Path, name: str = "clouds.py", text: str = TEXT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path

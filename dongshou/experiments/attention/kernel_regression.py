"""Attention to numbers: a curve through noisy points, where each query takes a weighted mean of what it looks at.

f(x) = sum_i softmax_i(-((x - x_i) w)^2 / 2) y_i. With w = 0 all points count alike: average pooling. With w = 1 it is
the Gaussian kernel regression of Nadaraya (1964) and Watson (1964). Learning w makes it a model with one parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.data.tables.features import numbers
from dongshou.drawing import GRAY, RED, color_bar, new_panels
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import Epochs, LearningRate, Noise
from dongshou.models import masked_softmax
from dongshou.tasks import Regression
from dongshou.tasks.pictures.shares import draw_shares
from dongshou.training import Drew, Event, Experiment, Finished, Procedure, Session, fit
from dongshou.training.events import Snapshot, learnt
from dongshou.training.work import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "10.2", "en": "11.2"}


WIDEST = 5.0  # x goes from 0 to this
TITLES = {"average": "average pooling, w = 0", "kernel": "Gaussian kernel, w = 1", "learnt": "kernel with learnt w"}


class KernelRegression(nn.Module):
    """f(x) of queries x (queries, 1) over keys x_i (keys, 1) and values y_i (keys, 1) -> (queries, 1).

    While it learns, no query sees its own key: its own value would be all it wants. `attention_weights` are the last
    ones, (queries, keys).
    """

    keys: Tensor
    values: Tensor

    def __init__(self, keys: Tensor, values: Tensor, w: float) -> None:
        super().__init__()
        self.register_buffer("keys", keys)
        self.register_buffer("values", values)
        self.w = nn.Parameter(torch.tensor(w))
        self.softmax = nn.Softmax(dim=-1)
        self.attention_weights = torch.empty(0)

    def forward(self, queries: Tensor) -> Tensor:
        distances = queries - self.keys.T  # (queries, keys)
        others = distances != 0 if self.training else None
        weights = masked_softmax(-((distances * self.w) ** 2) / 2, others, self.softmax)
        self.attention_weights = weights.detach()
        return weights @ self.values


def experiment(
    num_train: Annotated[int, "points to learn from"] = 50,
    num_test: Annotated[int, "points of the curve to predict"] = 50,
    noise: Noise = 0.5,
    lr: LearningRate = 1.0,
    epochs: Epochs = 20,
) -> Procedure:
    """Points y = 2 sin x + x^0.8 + e; the test asks for the curve without e, the noise, at even distances.

    `average`, `kernel` and `learnt` are the same model with w = 0, with w = 1, and with the w that gradient descent
    finds, which starts at 1: `learnt_w`. It weighs the points near by more, and follows them more closely, their
    noise too. Raises UsageError for fewer than 2 points.
    """
    if num_train < 2 or num_test < 2:
        raise UsageError(f"num_train and num_test must be at least 2; got {num_train} and {num_test}.")

    def steps(session: Session) -> Iterator[Event]:
        (x, y), (x_test, y_test) = points(num_train, num_test, noise)
        data = Splits(Batches(x, y, batch_size=num_train), test=Batches(x_test, y_test, batch_size=num_test))
        models = {name: KernelRegression(x, y, w) for name, w in (("average", 0.0), ("kernel", 1.0), ("learnt", 1.0))}
        learning = models["learnt"]
        yield from fit(Experiment(data, learning, Regression(), SGD(learning.parameters(), lr=lr), epochs), session)
        yield learnt(learning.state_dict())
        curves = {name: curve_of(model, x_test) for name, model in models.items()}
        weights = {name: model.attention_weights for name, model in models.items()}
        yield Snapshot("kernel", {"x": x, "y": y} | {f"{name}_attention": seen for name, seen in weights.items()})
        yield Drew("curves", draw_curves(x, y, x_test, y_test, curves))
        yield Drew("attention", draw_attention(weights))
        losses = {f"{name}_test_loss": (curve - y_test).square().mean().item() for name, curve in curves.items()}
        yield Finished(losses | {"learnt_w": learning.w.item()})

    def untrained() -> Trained:
        x, y = torch.zeros(2, num_train, 1).unbind()
        data = Splits(Batches(x, y, batch_size=num_train), features=numbers(["x"], "y"))
        return Trained(data, KernelRegression(x.clone(), y.clone(), 1.0), Regression())

    return Procedure(steps, asked=untrained)


def truth(x: Tensor) -> Tensor:
    return 2 * torch.sin(x) + x**0.8


def points(num_train: int, num_test: int, noise: float) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Noisy points at random places, in order, and points of the curve itself: x and y, (points, 1) each."""
    x = (WIDEST * torch.rand(num_train, 1)).sort(0).values
    x_test = torch.linspace(0, WIDEST, num_test)[:, None]
    return (x, truth(x) + noise * torch.randn(num_train, 1)), (x_test, truth(x_test))


@torch.no_grad()
def curve_of(model: KernelRegression, x: Tensor) -> Tensor:
    """What a model makes of x, on the CPU."""
    return model.cpu().eval()(x)


def draw_curves(x: Tensor, y: Tensor, x_test: Tensor, y_test: Tensor, curves: Mapping[str, Tensor]) -> Figure:
    """The points, the curve that they are scattered around, and the curve of each model."""
    figure, panels = new_panels(map(TITLES.__getitem__, curves), xlabel="x", ylabel="y", share=True)
    for axes, curve in zip(panels, curves.values(), strict=True):
        axes.plot(x, y, "o", alpha=0.4, label="points")
        axes.plot(x_test, y_test, "--", color=GRAY, label="truth")
        axes.plot(x_test, curve, color=RED, label="prediction")
    return figure


def draw_attention(weights: Mapping[str, Tensor]) -> Figure:
    """How much each query (row, by its x) looks at each point (column, by its x)."""
    figure, panels = new_panels(
        map(TITLES.__getitem__, weights), xlabel="point, in order of x", ylabel="query, in order of x"
    )
    largest = max(float(seen.max()) for seen in weights.values())
    images = [draw_shares(axes, seen, largest) for axes, seen in zip(panels, weights.values(), strict=True)]
    color_bar(images[0], panels, label="attention weight")
    return figure

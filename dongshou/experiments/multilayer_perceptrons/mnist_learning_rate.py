"""Which learning rate? Two perceptrons on MNIST over five rates, and a finder that asks in one short pass.

Too small a rate has not arrived when the time is up, too large a one jumps over the valley.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from torch.optim import SGD

from dongshou import models
from dongshou.data import load_images
from dongshou.data.sets import mnist
from dongshou.drawing import GRAY, new_axes, new_panels
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet
from dongshou.tasks import Classification
from dongshou.training import Drew, Event, Experiment, Finished, Procedure, Series, Session, Stepped, Wrote
from dongshou.training.events import Metrics
from dongshou.training.lr_finder import Tried, suggest, try_learning_rates
from dongshou.training.series import Histories, last_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NETWORKS = {"deep": (32, 16), "wide": (256,)}  # 784-32-16-10 and 784-256-10


def experiment(
    data: ImageSet = "mnist",
    rates: Annotated[tuple[float, ...], "learning rates to compare"] = (0.01, 0.02, 0.05, 0.1, 0.2),
    batch_size: BatchSize = 64,
    epochs: Epochs = 3,
) -> Series:
    """784-32-16-10 and 784-256-10, each from its own start and with its own optimiser at every rate."""
    parts = {
        f"{network} {lr:g}": partial(_perceptron, data, hidden, batch_size, lr, epochs)
        for network, hidden in NETWORKS.items()
        for lr in rates
    }
    return Series(parts, partial(conclude, rates), data=data)


def finder(
    data: ImageSet = "mnist",
    network: Annotated[Literal["deep", "wide"], "deep: 784-32-16-10, wide: 784-256-10"] = "wide",
    batch_size: BatchSize = 64,
    lowest: Annotated[float, "learning rate of the first step"] = 1e-6,
    highest: Annotated[float, "learning rate of the last step"] = 10.0,
    num_steps: Annotated[int, "rates to try, one a step"] = 200,
) -> Procedure:
    """The rate grows at every step until the loss explodes; where it fell fastest is a good rate (Smith, 2017)."""
    hidden = NETWORKS[network]

    def steps(session: Session) -> Iterator[Event]:
        fresh = _perceptron(data, hidden, batch_size, lowest, 1)
        tried: list[Tried] = []
        for rate in try_learning_rates(fresh, session, lowest, highest, num_steps):
            tried.append(rate)
            yield Stepped(len(tried), 1, num_steps, metrics={"train_loss": rate.loss, "lr": rate.lr})
        suggested = suggest(tried)
        yield Drew("learning_rate_finder", draw_finder(tried, suggested))
        yield Wrote("learning_rates.csv", as_csv(("lr", "train_loss"), tried))
        yield Finished({"suggested_lr": suggested})

    return Procedure(steps, data=data)


def _perceptron(data: str, hidden: tuple[int, ...], batch_size: int, lr: float, epochs: int) -> Experiment:
    images = load_images(data, batch_size, normalize=(mnist.MEAN, mnist.STD))  # (batch, 1, 28, 28), (batch,)
    model = models.mlp(math.prod(images.shape), hidden, len(images.classes))
    optimizer = SGD(model.parameters(), lr=lr)
    return Experiment(images, model, Classification(), optimizer, epochs)


def conclude(rates: Sequence[float], histories: Histories) -> Iterator[Event]:
    """One picture and one table over all rates; the best rate of each network by its test accuracy."""
    parts = last_of(histories)
    by_network = {name: {lr: parts[f"{name} {lr:g}"] for lr in rates} for name in NETWORKS}
    yield Drew("learning_rates", draw_rates(by_network))
    columns = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
    rows = [
        (name, lr, *(metrics[column] for column in columns))
        for name, by_rate in by_network.items()
        for lr, metrics in by_rate.items()
    ]
    yield Wrote("learning_rates.csv", as_csv(("network", "lr", *columns), rows))
    result: Metrics = {}
    for name, by_rate in by_network.items():
        best = max(by_rate, key=lambda lr: by_rate[lr]["test_accuracy"])
        result |= {f"{name}_best_lr": best, f"{name}_test_accuracy": by_rate[best]["test_accuracy"]}
    yield Finished(result)


def draw_rates(by_network: Mapping[str, Mapping[float, Metrics]]) -> Figure:
    """Test loss and test accuracy over the rate, a line for each network."""
    titles = ("Test loss by learning rate", "Test accuracy by learning rate")
    figure, panels = new_panels(titles, xlabel="learning rate")
    for axes, metric in zip(panels, ("test_loss", "test_accuracy"), strict=True):
        for name, by_rate in by_network.items():
            axes.semilogx(list(by_rate), [metrics[metric] for metrics in by_rate.values()], "o-", label=name)
        axes.set_ylabel(metric.replace("_", " "))
    return figure


def draw_finder(tried: Sequence[Tried], suggested: float) -> Figure:
    """The smoothed loss over the rate, the suggestion marked."""
    axes = new_axes(xlabel="learning rate", ylabel="train loss, smoothed", title="One pass with a growing rate")
    axes.semilogx([rate.lr for rate in tried], [rate.loss for rate in tried], label="loss")
    axes.axvline(suggested, linestyle="--", color=GRAY, label=f"suggested: {suggested:.2g}")
    return axes.figure  # pyright: ignore[reportReturnType]


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()

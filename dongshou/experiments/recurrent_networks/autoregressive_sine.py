"""A noisy sine, each value predicted from the last four: good for one step, and worse the further ahead.

Beyond the next step a model has to go on from its own predictions, whose errors add up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor, nn
from torch.optim import Adam

from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.data.sets import synthetic
from dongshou.data.sets.synthetic import lagged
from dongshou.data.tables.features import numbers
from dongshou.drawing import BLACK, GRAY, new_axes, strokes
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import BatchSize, Epochs, Hidden, LearningRate, Noise
from dongshou.tasks import Regression
from dongshou.training import Band, Drew, Event, Experiment, Finished, Procedure, Published, Session, fit
from dongshou.training.events import Snapshot, learnt

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "8.1", "en": "9.1"}


HORIZONS = (1, 4, 16, 64)  # steps ahead


@Published("d2l-zh 2.0, 2021-2023", train_loss=Band.between(0.0456, 0.0512, 0.0805))
def experiment(
    num_steps: Annotated[int, "length of the series"] = 1000,
    num_train: Annotated[int, "windows to train on, the first of the series"] = 600,
    num_lags: Annotated[int, "values that the next one is predicted from"] = 4,
    noise: Noise = 0.2,
    hidden: Hidden = (10,),
    batch_size: BatchSize = 16,
    lr: LearningRate = 0.01,
    epochs: Epochs = 5,
) -> Procedure:
    """x_t = sin(0.01 t) + e with e ~ N(0, 0.2^2); a perceptron 4-10-1 learns x_t from x_(t-4), ..., x_(t-1).

    train_loss is the mean square over the first 600 windows once all is learnt, as the book measures it;
    ahead_K_error the mean square K steps ahead of the values that follow. Raises UsageError where too few follow.
    """
    furthest = max(HORIZONS)
    if not 0 < num_train < num_steps - num_lags - furthest:
        raise UsageError(
            f"Predictions {furthest} steps ahead need num_train below num_steps - num_lags - {furthest}; "
            f"got {num_train} of {num_steps} steps, {num_lags} lags."
        )

    def steps(session: Session) -> Iterator[Event]:
        _, series = synthetic.noisy_sine(num_steps, noise)  # (steps,)
        learning = lag_fit(series, num_train, num_lags, hidden, batch_size, lr, epochs)
        yield from fit(learning, session)
        yield learnt(learning.model.state_dict())
        ahead = predicted_ahead(learning.model, series, num_lags)
        squares = {k: (values - series[-len(values) :]).square() for k, values in ahead.items()}
        yield Snapshot("series", {"series": series} | {f"ahead-{k}": values for k, values in ahead.items()})
        yield Drew("ahead", draw(series, ahead, num_train + num_lags))
        held_out = num_steps - num_train - num_lags
        errors = {f"ahead_{k}_error": float(each[-held_out:].mean()) for k, each in squares.items()}
        yield Finished({"train_loss": float(squares[1][:num_train].mean())} | errors)

    no_series = torch.zeros(num_train + num_lags)
    settings = (num_train, num_lags, hidden, batch_size, lr, epochs)
    return Procedure(steps, asked=lambda: lag_fit(no_series, *settings))


def lag_fit(
    series: Tensor, num_train: int, num_lags: int, hidden: tuple[int, ...], batch_size: int, lr: float, epochs: int
) -> Experiment:
    """The fit of each value to those before it."""
    features, targets = lagged(series[: num_train + num_lags], num_lags)  # (train, lags), (train, 1)
    model = models.initialize(models.mlp(num_lags, hidden, 1))
    before = numbers([f"x_(t-{lag})" for lag in range(num_lags, 0, -1)], "x_t")
    return Experiment(
        data=Splits(Batches(features, targets, batch_size=batch_size, shuffle=True), name="sine", features=before),
        model=model,
        task=Regression(),
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
    )


@torch.no_grad()
def predicted_ahead(model: nn.Module, series: Tensor, num_lags: int) -> dict[int, Tensor]:
    """By horizon k the values predicted k steps ahead, the last for the last time: (steps - lags - k + 1,)."""
    device = next(model.parameters()).device
    model.eval()
    windows = series.to(device).unfold(0, num_lags, 1)[:-1]  # (steps - lags, lags)
    ahead = {}
    for k in range(1, max(HORIZONS) + 1):
        predictions = model(windows)  # (windows, 1)
        if k in HORIZONS:
            ahead[k] = predictions[:, 0].cpu()
        # what was predicted is the newest value seen; the last window would look past the end of the series
        windows = torch.cat([windows[:, 1:], predictions], 1)[:-1]
    return ahead


def draw(series: Tensor, ahead: dict[int, Tensor], num_seen: int) -> Figure:
    """The series, its predictions by horizon, and where the training ends."""
    axes = new_axes(9.0, 4.4, xlabel="time", ylabel="x", title="A noisy sine, predicted some steps ahead")
    axes.plot(range(1, len(series) + 1), series, color=GRAY, alpha=0.4, label="series")
    for stroke, (k, values) in zip(strokes(len(ahead)), ahead.items(), strict=True):
        times = range(len(series) - len(values) + 1, len(series) + 1)
        axes.plot(times, values, linewidth=1, **stroke, label=f"{k} step{'s' if k > 1 else ''} ahead")
    axes.axvline(num_seen, color=BLACK, linestyle="--", linewidth=1, label="end of the training part")
    return axes.figure  # pyright: ignore[reportReturnType]

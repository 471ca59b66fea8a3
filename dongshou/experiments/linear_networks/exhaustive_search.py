"""Exhaustive search: try every weight on a grid and keep the one with the smallest cost.

The plainest way to learn y = w x: no derivative, and no hope with more than a few weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch

from dongshou.drawing import new_axes
from dongshou.errors import UsageError
from dongshou.experiments.linear_networks._one_input import PROPORTIONAL, X, Y, found
from dongshou.training import Drew, Event, Finished, Procedure, Published, Reported, Session, Stepped

LECTURE = 2


@Published(
    "study notes",
    w=Reported(2.0, within=1e-6, two_sided=True),
    prediction=Reported(8.0, within=1e-6, two_sided=True),
)
def experiment(
    lowest: Annotated[float, "smallest weight on the grid"] = 0.0,
    highest: Annotated[float, "largest weight on the grid"] = 4.0,
    spacing: Annotated[float, "distance between two weights on the grid"] = 0.1,
) -> Procedure:
    """y = w x on (1, 2), (2, 4), (3, 6): the mean squared error of every w from 0 to 4.

    Raises UsageError for a grid without weights.
    """
    if spacing <= 0 or highest < lowest:
        raise UsageError(f"A grid needs spacing > 0 and highest >= lowest; got {lowest} to {highest} by {spacing}.")

    def search(session: Session) -> Iterator[Event]:
        num_weights = round((highest - lowest) / spacing) + 1
        weights = torch.linspace(lowest, highest, num_weights, dtype=torch.float64)  # (weights,)
        predictions = weights[:, None] * X  # (weights, points)
        costs = ((predictions - Y) ** 2).mean(1)  # (weights,)
        for step, cost in enumerate(costs.tolist(), 1):
            yield Stepped(step, 1, num_weights, metrics={"train_loss": cost})
        best = int(costs.argmin())
        title = f"The cost of {num_weights} weights"
        axes = new_axes(xlabel="w", ylabel="mean squared error", title=title)
        axes.plot(weights, costs, label="y = w x")
        axes.plot(weights[best], costs[best], "o", label=f"lowest at w = {weights[best]:g}")
        yield Drew("cost", axes.figure)  # pyright: ignore[reportArgumentType]
        yield found(weights[best].reshape(1))
        w = weights[best].item()
        yield Finished({"train_loss": costs[best].item(), "w": w, "prediction": w * 4})  # at x = 4

    return Procedure(search, asked=PROPORTIONAL.asked)

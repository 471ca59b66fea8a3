"""Learning a kernel: an image and its edges are all that gradient descent needs to find [1, -1].

Cross-correlation lays the kernel on every place of the image, Y[i, j] = sum_ab K[a, b] X[i + a, j + b]. With
K = [1, -1] that is the difference of neighbours: 1 where white turns black, -1 where black turns white, 0 elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim import SGD

from dongshou.data import Batches, Splits
from dongshou.drawing import DIVERGING, ink_on, new_figure
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import LearningRate, OptimizerSteps
from dongshou.tasks import Regression
from dongshou.training import (
    Drew,
    Event,
    Experiment,
    Finished,
    Goal,
    Procedure,
    Reported,
    Session,
    Stepped,
    fit,
)
from dongshou.training.events import Snapshot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SECTIONS = {"zh": "6.2", "en": "7.2"}


KERNEL = {"left": 1.0, "right": -1.0}  # the weights that are to be found


TRUTH = {f"kernel_{side}": Reported(weight, within=0.1, two_sided=True) for side, weight in KERNEL.items()}


@Goal("the kernel that drew the edges", secondary=(), **TRUTH)
def experiment(lr: LearningRate = 1.0, num_steps: OptimizerSteps = 20) -> Procedure:
    """A white image of 6x8 with columns 2 to 5 black, its edges, and a kernel of 1x2 that starts at random.

    Each step takes the mean squared difference between the edges and what the kernel makes of the image downhill.
    The sum of both weights is found in a few steps, their difference, which the edges alone depend on, takes most
    of the time. Raises UsageError for less than 1 step.
    """
    if num_steps < 1:
        raise UsageError(f"num_steps must be at least 1; got {num_steps}.")

    def steps(session: Session) -> Iterator[Event]:
        image, edges = image_and_edges()
        learning = kernel_fit(image, edges, lr, num_steps)
        way = [kernel_of(learning.model)]
        for event in fit(learning, session):
            yield event
            if isinstance(event, Stepped):
                way.append(kernel_of(learning.model))
        kernels = torch.stack(way)  # (1 + steps, 2)
        yield Snapshot("kernels", {"kernels": kernels, "image": image, "edges": edges})
        yield Drew("kernel", picture(image, edges, kernels))
        left, right = way[-1].tolist()
        yield Finished({"kernel_left": left, "kernel_right": right})

    return Procedure(steps)


def image_and_edges() -> tuple[Tensor, Tensor]:
    """The image (1, 1, 6, 8), 1 white and 0 black, and its edges (1, 1, 6, 7)."""
    image = torch.ones(1, 1, 6, 8)
    image[..., 2:6] = 0
    kernel = torch.tensor(list(KERNEL.values())).reshape(1, 1, 1, 2)  # (out, in, height, width)
    return image, nn.functional.conv2d(image, kernel)


def kernel_fit(image: Tensor, edges: Tensor, lr: float, num_steps: int) -> Experiment:
    """One example, so that an epoch is a step."""
    model = nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)
    return Experiment(
        data=Splits(Batches(image, edges, batch_size=1)),
        model=model,
        task=Regression(),
        optimizer=SGD(model.parameters(), lr=lr),
        epochs=num_steps,
    )


def kernel_of(model: nn.Module) -> Tensor:
    """The two weights (2,)."""
    return next(model.parameters()).detach().cpu().flatten().clone()


def picture(image: Tensor, edges: Tensor, kernels: Tensor) -> Figure:
    """The image, its edges, and both weights of the kernel by step."""
    figure = new_figure(11.0, 3.2)
    of_image, of_edges, by_step = figure.subplots(1, 3, width_ratios=(8, 7, 9))
    draw_numbers(of_image, image[0, 0], "gray", lowest=0)
    of_image.set_title("Image")
    draw_numbers(of_edges, edges[0, 0], DIVERGING, lowest=-1)
    of_edges.set_title("Edges: what the kernel is to make of it")
    for weights, (side, truth) in zip(kernels.T, KERNEL.items(), strict=True):
        (line,) = by_step.plot(weights.numpy(), label=f"{side} weight")
        by_step.axhline(truth, linestyle=":", color=line.get_color(), label=f"{side} weight sought")
    by_step.set(xlabel="step", ylabel="weight", title="Kernel as it learns")
    return figure


def draw_numbers(axes: Axes, values: Tensor, colors: str, lowest: float) -> None:
    """A small matrix (rows, columns) as squares, coloured from `lowest` to 1, with their numbers."""
    image = axes.imshow(values.numpy(), cmap=colors, vmin=lowest, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    for row, numbers in enumerate(values.tolist()):
        for column, number in enumerate(numbers):
            ink = ink_on(image.to_rgba(number))
            axes.text(column, row, f"{number:g}", ha="center", va="center", fontsize=8, color=ink)

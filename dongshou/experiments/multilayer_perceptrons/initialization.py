"""Initialisation: what twenty layers do to a signal and to its gradient, by how their weights start.

Each layer multiplies the variance of what passes by about n Var(w), where n is its number of inputs. Below 1 the
signal and the gradient vanish with depth, above 1 they explode. Xavier (Glorot and Bengio, 2010) makes it 1 for
activations that are linear around 0, Kaiming (He et al., 2015) for ReLU, which lets only half of the signal pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor

from dongshou.drawing import new_panels, strokes
from dongshou.experiments._shared.settings import NumExamples
from dongshou.training import Drew, Event, Finished, Goal, Procedure, Reported, Session
from dongshou.training.events import Snapshot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "4.8", "en": "5.4"}


ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + torch.exp(-z)),
    "tanh": torch.tanh,
    "relu": lambda z: z.clamp(min=0),
}
STANDARD_DEVIATIONS = {  # of the weights, for n inputs and m outputs
    "zero": lambda n, m: 0.0,
    "small normal": lambda n, m: 0.01,
    "large normal": lambda n, m: 1.0,
    "Xavier": lambda n, m: math.sqrt(2 / (n + m)),
    "Kaiming": lambda n, m: math.sqrt(2 / n),
}

Case = tuple[str, str]  # activation, initialisation


@Goal("variance kept within a factor of 2", xavier_tanh_variance_ratio=Reported(1.0, within=1.0))
def experiment(
    depth: Annotated[int, "layers"] = 20,
    width: Annotated[int, "units of each layer"] = 256,
    num_examples: NumExamples = 128,
    input_std: Annotated[float, "standard deviation of the inputs"] = 0.1,
) -> Procedure:
    """Layers h_l = f(W_l h_(l-1)) without bias; the deviation of each h_l and of the gradient dJ/dh_l.

    `xavier_tanh_variance_ratio` is the largest variance of a layer's outputs over the smallest, from the first
    to the last tanh layer under Xavier. The inputs are small, N(0, input_std^2), so that tanh is nearly linear.
    The gradient ratios compare the first layer with the last: far below 1 vanishing, far above 1 exploding.
    """

    def steps(session: Session) -> Iterator[Event]:
        x = input_std * torch.randn(num_examples, width, dtype=torch.float64)  # (examples, width)
        signals: dict[Case, Tensor] = {}
        gradients: dict[Case, Tensor] = {}
        for activation in ACTIVATIONS:
            for start in STANDARD_DEVIATIONS:
                case = (activation, start)
                signals[case], gradients[case] = deviations(x, activation, start, depth)
        yield Drew("by_depth", draw(signals, gradients))
        yield Snapshot("activations", {"-".join(case): values for case, values in signals.items()})
        yield Snapshot("gradients", {"-".join(case): values for case, values in gradients.items()})
        yield Finished(
            {
                "xavier_tanh_variance_ratio": variance_ratio(signals["tanh", "Xavier"]),
                "kaiming_relu_variance_ratio": variance_ratio(signals["relu", "Kaiming"]),
                "small_normal_tanh_gradient_ratio": first_to_last(gradients["tanh", "small normal"]),
                "large_normal_relu_gradient_ratio": first_to_last(gradients["relu", "large normal"]),
            }
        )

    return Procedure(steps)


def deviations(x: Tensor, activation: str, start: str, depth: int) -> tuple[Tensor, Tensor]:
    """The standard deviation of every layer's outputs, and the root mean square of the gradient there: (depth,)."""
    f, width = ACTIVATIONS[activation], x.shape[1]
    std = STANDARD_DEVIATIONS[start](width, width)
    h, outputs = x.clone().requires_grad_(), []
    for _ in range(depth):
        W = std * torch.randn(width, width, dtype=x.dtype)  # (inputs, outputs)
        h = f(h @ W)  # (examples, width)
        outputs.append(h)
    J = (h * torch.randn_like(h)).sum()  # any number that depends on every output
    gradients = torch.autograd.grad(J, outputs)
    return (
        torch.stack([output.detach().std() for output in outputs]),
        torch.stack([gradient.square().mean().sqrt() for gradient in gradients]),
    )


def variance_ratio(deviations: Tensor) -> float:
    return ((deviations.max() / deviations.min()) ** 2).item()


def first_to_last(deviations: Tensor) -> float:
    return (deviations[0] / deviations[-1]).item()


def draw(signals: dict[Case, Tensor], gradients: dict[Case, Tensor]) -> Figure:
    """Activations above, gradients below, a column for each activation, a line for each initialisation."""
    heading = "What the layers do to a signal and to its gradient"
    titles, num_columns = [*ACTIVATIONS, *ACTIVATIONS], len(ACTIVATIONS)
    figure, panels = new_panels(titles, heading=heading, columns=num_columns, xlabel="layer")
    rows = (("standard deviation of the activations", signals), ("size of the gradient", gradients))
    for index, (axes, activation) in enumerate(zip(panels, titles, strict=True)):
        quantity, by_case = rows[index // num_columns]
        axes.set(ylabel=quantity, yscale="log")
        for start, stroke in zip(STANDARD_DEVIATIONS, strokes(len(STANDARD_DEVIATIONS)), strict=True):
            values = by_case[activation, start]
            values = values.where(values > 0, torch.nan)  # a logarithm has no 0: such layers have no point
            name = f"{start} (0 where it is not seen)" if start == "zero" else start
            axes.plot(range(1, len(values) + 1), values, label=name, **stroke)
    return figure

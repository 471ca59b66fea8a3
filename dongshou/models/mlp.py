"""The multilayer perceptron: linear layers with a non-linearity between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_choice, check_counts, check_dropout

Activation = Literal["relu", "sigmoid", "tanh"]
ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}


def mlp(
    num_inputs: int,
    hidden: Sequence[int],
    num_outputs: int,
    *,
    activation: Activation = "relu",
    dropout: Sequence[float] = (),
    std: float | None = None,
) -> nn.Sequential:
    """h = activation(W1 x + b1), ..., y = W h + b. (batch, ...) -> (batch, num_outputs)

    hidden   the width of each hidden layer
    dropout  the probability of dropping a hidden unit, by layer; one number serves all layers
    std      weights start at N(0, std^2) and biases at 0; None keeps torch's own (uniform, Kaiming)

    Raises UsageError for widths below 1, an unknown activation, or as many dropout rates as do not fit the layers.
    """
    check_counts(num_inputs=num_inputs, num_outputs=num_outputs)
    check_choice("activation", activation, ACTIVATIONS)
    if any(width < 1 for width in hidden):
        raise UsageError(f"Every hidden layer needs at least 1 unit; got hidden={tuple(hidden)}.")
    rates = tuple(dropout) * len(hidden) if len(dropout) == 1 else tuple(dropout)
    if rates and len(rates) != len(hidden):
        raise UsageError(f"{len(hidden)} hidden layers need 1 or {len(hidden)} dropout rates; got {len(rates)}.")
    for rate in rates:
        check_dropout(rate)
    layers: list[nn.Module] = [nn.Flatten()]
    widths = [num_inputs, *hidden]
    for index in range(len(hidden)):
        layers += [nn.Linear(widths[index], widths[index + 1]), ACTIVATIONS[activation]()]
        if rates:
            layers.append(nn.Dropout(rates[index]))
    layers.append(nn.Linear(widths[-1], num_outputs))
    network = nn.Sequential(*layers)
    if std is not None:
        start_normal(network, std)
    return network


def start_normal(model: nn.Module, std: float) -> None:
    """Weights of every linear layer from N(0, std^2), biases 0. Raises UsageError for a negative std."""
    if std < 0:
        raise UsageError(f"std must not be negative; got {std}.")
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=std)
            nn.init.zeros_(layer.bias)

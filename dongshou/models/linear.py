"""One layer: linear regression, and softmax regression where its outputs are read as classes."""

from __future__ import annotations

from torch import nn

from dongshou.models.checks import check_counts


def linear_regression(num_inputs: int, num_outputs: int = 1) -> nn.Linear:
    """y = W x + b. (batch, num_inputs) -> (batch, num_outputs). Raises UsageError for numbers below 1."""
    check_counts(num_inputs=num_inputs, num_outputs=num_outputs)
    return nn.Linear(num_inputs, num_outputs)


def softmax_regression(num_inputs: int, num_classes: int) -> nn.Sequential:
    """The logits o = W x + b, whose softmax are the class probabilities.

    (batch, ...) with num_inputs values an example -> (batch, num_classes). The softmax itself stands in the
    loss (`CrossEntropyLoss`), where it can be computed without overflow. Weights start at N(0, 0.01^2).
    Raises UsageError for numbers below 1.
    """
    check_counts(num_inputs=num_inputs, num_classes=num_classes)
    output = nn.Linear(num_inputs, num_classes)
    nn.init.normal_(output.weight, std=0.01)
    nn.init.zeros_(output.bias)
    return nn.Sequential(nn.Flatten(), output)

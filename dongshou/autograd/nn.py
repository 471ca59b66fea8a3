"""Just enough layers to train a multilayer perceptron and LeNet, with the names and the start of torch.nn.

Any function of a tensor is a layer too: `Sequential(Linear(64, 128, generator=generator), relu, ...)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator

from dongshou.autograd.operators.convolution import conv2d
from dongshou.autograd.operators.extremes import logsumexp
from dongshou.autograd.tensors import Tensor, Value
from dongshou.autograd.values import owned
from dongshou.errors import UsageError


class Linear:
    """y = x W^T + b. weight (out, in), bias (out); (..., in) -> (..., out)."""

    def __init__(self, in_features: int, out_features: int, *, generator: Generator) -> None:
        self.weight = uniform(out_features, in_features, num_inputs=in_features, generator=generator)
        self.bias = uniform(out_features, num_inputs=in_features, generator=generator)

    def __call__(self, x: Tensor) -> Tensor:
        return x @ self.weight.T + self.bias


class Conv2d:
    """Every window times every kernel. weight (out, in, size, size), bias (out); see `conv2d`."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        *,
        generator: Generator,
    ) -> None:
        self.stride, self.padding = stride, padding
        kernels = (out_channels, in_channels, kernel_size, kernel_size)
        self.weight = uniform(*kernels, num_inputs=math.prod(kernels[1:]), generator=generator)
        self.bias = uniform(out_channels, num_inputs=math.prod(kernels[1:]), generator=generator)

    def __call__(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight, self.bias, self.stride, self.padding)


class Sequential:
    """One layer after the other."""

    def __init__(self, *layers: Callable[[Tensor], Tensor]) -> None:
        self.layers = layers

    def __call__(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Tensor]:
        """The weight and bias of each layer that has them, in order."""
        return [value for layer in self.layers for value in parameters_of(layer)]


def parameters_of(layer: Any) -> list[Tensor]:
    if isinstance(layer, Sequential):
        return layer.parameters()
    return [layer.weight, layer.bias] if isinstance(layer, Linear | Conv2d) else []


def uniform(*shape: int, num_inputs: int, generator: Generator) -> Tensor:
    """A parameter, uniform between -1 / sqrt(num_inputs) and 1 / sqrt(num_inputs)."""
    bound = 1 / math.sqrt(num_inputs)
    return Tensor(generator.uniform(-bound, bound, shape), requires_grad=True, copy=False)


def flatten(x: Tensor) -> Tensor:
    """(batch, ...) -> (batch, features)."""
    return x.reshape(len(x), math.prod(x.shape[1:]))


def cross_entropy(logits: Tensor, labels: Value) -> Tensor:
    """The mean of -log softmax(logits)[label] = logsumexp(logits) - logits[label]; (batch, classes), (batch,).

    Raises UsageError when there is not one label in [0, classes) for each row.
    """
    labels = np.asarray(owned(labels))
    fits = logits.ndim == 2 and labels.shape == logits.shape[:1]
    if not fits or np.any(labels < 0) or np.any(labels >= logits.shape[1]):  # NumPy would count -1 from the end
        raise UsageError(
            "cross_entropy needs logits (batch, classes) and a label in [0, classes) for each row; "
            f"got logits {logits.shape} and labels {labels.shape}."
        )
    return (logsumexp(logits, 1) - logits[np.arange(len(labels)), labels]).mean()

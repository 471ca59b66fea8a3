"""What the second writings of the models share: their weights, taken in order, and layers as plain formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Weights:
    """The weights of a model in the order of its layers; each call takes the next layer and checks its sizes.

    Everything else, such as stride, padding, the place of an activation, is the business of whoever calls.
    """

    def __init__(self, model: nn.Module) -> None:
        self.layers = [layer for layer in model.modules() if next(layer.parameters(recurse=False), None) is not None]
        self.training = model.training

    def take(self, *shape: int, bias: bool = True) -> Any:
        layer = self.layers.pop(0)
        assert layer.get_parameter("weight").shape == shape, f"{layer} has not the shape {shape}"
        assert (getattr(layer, "bias", None) is not None) == bias, f"{layer} has not bias={bias}"
        return layer

    def linear(self, x: Tensor, num_outputs: int, *, bias: bool = True) -> Tensor:
        """x W^T + b"""
        layer = self.take(num_outputs, x.size(-1), bias=bias)
        y = torch.einsum("...i,oi->...o", x, layer.weight)
        return y + layer.bias if bias else y

    def conv(self, x: Tensor, channels: int, kernel: Any, *, bias: bool = True, **place: Any) -> Tensor:
        """kernel: one number, or height and width; place: stride and padding"""
        height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        layer = self.take(channels, x.size(1), height, width, bias=bias)
        return F.conv2d(x, layer.weight, layer.bias, **place)

    def enlarged(self, x: Tensor, channels: int, kernel: int, *, bias: bool = True, **place: Any) -> Tensor:
        """A transposed convolution; place: stride and padding"""
        layer = self.take(x.size(1), channels, kernel, kernel, bias=bias)
        return F.conv_transpose2d(x, layer.weight, layer.bias, **place)

    def norm(self, x: Tensor, eps: float = 1e-5) -> Tensor:
        """gamma (x - mean) / sqrt(variance + eps) + beta by channel: of the batch in training, else as kept."""
        layer = self.take(x.size(1))
        of_channel = (1, -1) + (1,) * (x.dim() - 2)
        axes = [axis for axis in range(x.dim()) if axis != 1]
        mean, variance = layer.running_mean, layer.running_var
        if self.training:
            mean, variance = x.mean(axes), x.var(axes, correction=0)
        scaled = (x - mean.view(of_channel)) / (variance.view(of_channel) + eps).sqrt()
        return layer.weight.view(of_channel) * scaled + layer.bias.view(of_channel)

    def layer_norm(self, x: Tensor, eps: float = 1e-5) -> Tensor:
        """gamma (x - mean) / sqrt(variance + eps) + beta, of the features of each step"""
        layer = self.take(x.size(-1))
        scaled = (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, correction=0) + eps).sqrt()
        return layer.weight * scaled + layer.bias

    def embedding(self, tokens: Tensor, num_tokens: int, size: int) -> Tensor:
        return self.take(num_tokens, size, bias=False).weight[tokens]

    def dropout(self, x: Tensor, p: float) -> Tensor:
        """The same places as a layer's under the same seed."""
        return F.dropout(x, p, self.training)


def anywhere(model: nn.Module) -> nn.Module:
    """In float64, every tensor away from its start, so that no two layers and no two orders are the same function."""
    model = model.double()
    for name, tensor in model.state_dict().items():
        if name.endswith("running_var"):
            nn.init.uniform_(tensor, 0.5, 1.5)
        elif tensor.dim() == 1 and tensor.is_floating_point():
            nn.init.uniform_(tensor, 0.5 if name.endswith("weight") else -0.5, 1.5 if name.endswith("weight") else 0.5)
        elif tensor.dim() > 1:
            bound = (6 / tensor[0].numel()) ** 0.5  # keeps the variance behind a ReLU (He et al., 2015)
            nn.init.uniform_(tensor, -bound, bound)
    return model


def assert_same_function(
    model: nn.Module,
    inputs: tuple[Tensor, ...],
    formula: Callable[..., Tensor],
    call: Callable[..., Tensor] = lambda model, *inputs: model(*inputs),
) -> None:
    """The model is the formula: evaluating, and in training, where both drop the same units.

    formula  of the weights and the inputs
    call     how the model is asked, where that is more than a call with the inputs
    """
    for is_training in (False, True):
        model.train(is_training)
        weights = Weights(model)
        torch.manual_seed(1)
        expected = formula(weights, *inputs)
        assert not weights.layers, "layers that the formula does not have"
        torch.manual_seed(1)
        found = call(model, *inputs)
        torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-10)
        spread = expected.flatten(0, -2).std(0)
        assert spread.max() > 1e-3, "outputs that do not depend on the inputs hide every fault"

"""Activations: what bends the straight lines between two linear layers."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0), with derivative 0 at 0. Nair and Hinton, 2010."""
    output: Tensor = _ReLU.apply(input)  # pyright: ignore[reportAssignmentType]
    return input.copy_(output) if inplace else output


class _ReLU(torch.autograd.Function):
    """y = max(x, 0), dy/dx = 1 where y is not 0; clamp's own derivative at 0 would be 1."""

    @staticmethod
    def forward(ctx: Any, input: Tensor) -> Tensor:
        output = input.clamp(min=0)
        ctx.save_for_backward(output)
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (output,) = ctx.saved_tensors
        return indicator(torch.ne, output, 0).mul_(gradients[0])


def indicator(compare: Callable[..., Tensor], input: Tensor, bound: float) -> Tensor:
    """1 where compare(x, bound) holds, 0 elsewhere, as numbers at once: times booleans would be far slower."""
    return compare(input.detach(), bound, out=torch.empty_like(input))


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, negative_slope * x elsewhere: no unit ever stops learning. Maas et al., 2013."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = bend(x, x.new_tensor(negative_slope))
    return input.copy_(output) if inplace else output


def bend(input: Tensor, slope: Tensor) -> Tensor:
    """max(x, 0) + slope * min(x, 0), where slope broadcasts against x."""
    return _Bend.apply(input, slope)  # pyright: ignore[reportReturnType]


class _Bend(torch.autograd.Function):
    """y = max(x, 0) + a min(x, 0), dy/dx = 1 where x > 0 and a elsewhere, dy/da = min(x, 0)."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, slope: Tensor) -> Tensor:
        ctx.save_for_backward(input, slope)
        return input.clamp(max=0).mul_(slope).add_(input.clamp(min=0))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None]:
        input, slope = ctx.saved_tensors
        to_input = indicator(torch.gt, input, 0).mul_(1 - slope).add_(slope).mul_(gradients[0])
        if not ctx.needs_input_grad[1]:
            return to_input, None
        return to_input, (gradients[0] * input.clamp(max=0)).sum_to_size(slope.shape)


def tanh(input: Tensor) -> Tensor:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), from -1 to 1."""
    return torch.tanh(input)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), from 0 to 1."""
    return _Sigmoid.apply(input)  # pyright: ignore[reportReturnType]


class _Sigmoid(torch.autograd.Function):
    """y = 1 / (1 + exp(-x)), dy/dx = y (1 - y), a number where exp(-x) is too large to be one."""

    @staticmethod
    def forward(ctx: Any, input: Tensor) -> Tensor:
        output = torch.neg(input).exp_().add_(1).reciprocal_()  # in place: memory costs more than the arithmetic
        ctx.save_for_backward(output)
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (output,) = ctx.saved_tensors
        return torch.addcmul(output, output, output, value=-1).mul_(gradients[0])


def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(x)) = min(x, 0) - log(1 + exp(-|x|)), exact where sigmoid(x) is rounded to 0 or 1."""
    return _LogSigmoid.apply(input.contiguous())  # pyright: ignore[reportReturnType]


class _LogSigmoid(torch.autograd.Function):
    """y = log(sigmoid(x)), dy/dx = 1 - sigmoid(x) = sigmoid(-x)."""

    @staticmethod
    def forward(ctx: Any, input: Tensor) -> Tensor:
        ctx.save_for_backward(input)
        return input.clamp(max=0) - torch.log1p(torch.exp(-input.abs()))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (input,) = ctx.saved_tensors
        return gradients[0] * sigmoid(-input)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """x Phi(x), where Phi is the distribution function of the standard normal.

    Phi(x) = (1 + erf(x / sqrt(2))) / 2, or with approximate="tanh"
    Phi(x) = (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. Hendrycks and Gimpel, 2016.
    Raises RuntimeError for another approximation.
    """
    if approximate == "none":
        return _GELU.apply(input)  # pyright: ignore[reportReturnType]
    if approximate == "tanh":
        return input * 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (input + 0.044715 * input**3)))
    raise RuntimeError(f"approximate argument must be either none or tanh, but got {approximate}")


class _GELU(torch.autograd.Function):
    """y = x Phi(x), dy/dx = Phi(x) + x phi(x) with the density phi(x) = exp(-x^2 / 2) / sqrt(2 pi)."""

    @staticmethod
    def forward(ctx: Any, input: Tensor) -> Tensor:
        distribution = _normal_distribution(input)
        ctx.save_for_backward(input, distribution)
        return input * distribution

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        input, distribution = ctx.saved_tensors
        if torch.is_grad_enabled():  # a second derivative is wanted: Phi(x) depends on the input as well
            distribution = _normal_distribution(input)
        log_scale = input.new_tensor(-0.5 * math.log(2 * math.pi))
        density = torch.addcmul(log_scale, input, input, value=-0.5).exp_()
        return torch.addcmul(distribution, input, density).mul_(gradients[0])


def _normal_distribution(input: Tensor) -> Tensor:
    """Phi(x) = (1 + erf(x / sqrt(2))) / 2."""
    return (input * math.sqrt(0.5)).erf_().add_(1).mul_(0.5)


def softmax(input: Tensor, dim: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """exp(x_i) / sum_j exp(x_j) along dim: positive numbers that sum to 1. The shape stays."""
    dim = _implicit_dim("softmax", input) if dim is None else dim
    exponentials = torch.exp(_minus_max(input.to(dtype or input.dtype).contiguous(), dim))
    return exponentials / exponentials.sum(dim, keepdim=True)


def log_softmax(input: Tensor, dim: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """log(softmax(x)_i) = x_i - log(sum_j exp(x_j)) along dim, never the logarithm of a rounded 0."""
    dim = _implicit_dim("log_softmax", input) if dim is None else dim
    shifted = _minus_max(input.to(dtype or input.dtype).contiguous(), dim)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def softmin(input: Tensor, dim: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """softmax(-x): the smallest gets the most."""
    return softmax(-input, _implicit_dim("softmin", input) if dim is None else dim, dtype)


def _minus_max(input: Tensor, dim: int) -> Tensor:
    """x - max(x) along dim: softmax is the same for it, and exp(x) <= 1 cannot overflow."""
    # detached: the maximum cancels out of the result, and so out of its derivative
    return input - input.detach().amax(dim, keepdim=True)


def _implicit_dim(name: str, input: Tensor) -> int:
    """The axis torch takes when none is named: 0 for 0, 1 and 3 axes, otherwise 1."""
    message = f"Implicit dimension choice for {name} has been deprecated. Name it: {name}(x, dim=...)."
    warnings.warn(message, stacklevel=3)
    return 0 if input.dim() in (0, 1, 3) else 1

"""Activations: what bends the straight lines between two linear layers."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from dongshou.scratch.functional.elementwise import indicator, reuse, times, with_derivative
from dongshou.scratch.functional.precision import precise


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """ReLU: max(x, 0), with derivative 0 at 0. Nair and Hinton, 2010."""
    output = _relu(input)
    return input.copy_(output) if inplace else output


def _relu_derivative(output: Tensor) -> Tensor:
    """1 where y is not 0; clamp's own derivative at 0 would be 1."""
    return indicator(torch.ne, output, 0)


@with_derivative(_relu_derivative, of_output=True)
def _relu(input: Tensor) -> Tensor:
    return input.clamp(min=0)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, negative_slope * x elsewhere: no unit ever stops learning. Maas et al., 2013."""
    x = input.clone() if inplace else input  # the derivative needs x
    output = _leaky_relu(x, negative_slope)
    return input.copy_(output) if inplace else output


def _leaky_relu_derivative(input: Tensor, negative_slope: float) -> Tensor:
    """1 where x > 0, negative_slope elsewhere."""
    return indicator(torch.gt, input, 0).mul_(1 - negative_slope).add_(negative_slope)


@with_derivative(_leaky_relu_derivative)
def _leaky_relu(input: Tensor, negative_slope: float) -> Tensor:
    return input.clamp(max=0).mul_(negative_slope).add_(input.clamp(min=0))


def bend(input: Tensor, slope: Tensor) -> Tensor:
    """max(x, 0) + slope * min(x, 0), where slope broadcasts against x."""
    function = _Bend if torch.compiler.is_compiling() else _BendInBothModes
    return function.apply(input, slope)  # pyright: ignore[reportReturnType]


class _Bend(torch.autograd.Function):
    """y = max(x, 0) + a min(x, 0), dy/dx = 1 where x > 0 and a elsewhere, dy/da = min(x, 0)."""

    generate_vmap_rule = True

    @staticmethod
    def forward(input: Tensor, slope: Tensor) -> Tensor:
        negative, positive = precise(input).clamp(max=0), precise(input).clamp(min=0)
        return torch.addcmul(positive, negative, slope, out=reuse(negative)).to(input.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None]:
        input, slope = ctx.saved_tensors
        to_input = times(_bend_derivative(input, slope), gradients[0]).to(input.dtype)
        if not ctx.needs_input_grad[1]:
            return to_input, None
        return to_input, (gradients[0] * precise(input).clamp(max=0)).sum_to_size(slope.shape).to(slope.dtype)


class _BendInBothModes(_Bend):
    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Tensor:
        input, slope = ctx.saved_tensors
        tangent = torch.zeros_like(precise(input))
        if tangents[0] is not None:
            tangent = tangent + _bend_derivative(input, slope) * tangents[0]
        if tangents[1] is not None:
            tangent = tangent + precise(input).clamp(max=0) * tangents[1]
        return tangent.to(input.dtype)


def _bend_derivative(input: Tensor, slope: Tensor) -> Tensor:
    slope, is_positive = precise(slope), indicator(torch.gt, precise(input), 0)
    return torch.addcmul(slope, is_positive, 1 - slope, out=reuse(is_positive))


def tanh(input: Tensor) -> Tensor:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), from -1 to 1."""
    return torch.tanh(input)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), from 0 to 1."""
    is_number = input.is_floating_point() or input.is_complex()
    return _sigmoid(input if is_number else input.to(torch.get_default_dtype()))


def _sigmoid_derivative(output: Tensor) -> Tensor:
    """y (1 - y), a number where exp(-x) is too large to be one."""
    return torch.addcmul(output, output, output, value=-1)


@with_derivative(_sigmoid_derivative, of_output=True)
def _sigmoid(input: Tensor) -> Tensor:
    return torch.neg(input).exp_().add_(1).reciprocal_()  # in place: memory costs more than the arithmetic


def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(x)) = min(x, 0) - log(1 + exp(-|x|)), exact where sigmoid(x) is rounded to 0 or 1."""
    return _logsigmoid(input.contiguous())


def _logsigmoid_derivative(input: Tensor) -> Tensor:
    """1 - sigmoid(x) = sigmoid(-x)."""
    return sigmoid(-input)


@with_derivative(_logsigmoid_derivative)
def _logsigmoid(input: Tensor) -> Tensor:
    return input.clamp(max=0) - torch.log1p(torch.exp(-input.abs()))


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """GELU: x Phi(x), where Phi is the distribution function of the standard normal.

    Phi(x) = (1 + erf(x / sqrt(2))) / 2, or with approximate="tanh"
    Phi(x) = (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. Hendrycks and Gimpel, 2016.
    Raises RuntimeError for another approximation.
    """
    if approximate == "none":
        return _gelu(input)
    if approximate == "tanh":
        return _gelu_by_tanh(input)
    raise RuntimeError(f"approximate argument must be either none or tanh, but got {approximate}")


def _gelu_derivative(input: Tensor, distribution: Tensor) -> Tensor:
    """Phi(x) + x phi(x), with the density phi(x) = exp(-x^2 / 2) / sqrt(2 pi)."""
    log_scale = input.new_tensor(-0.5 * math.log(2 * math.pi))
    density = torch.addcmul(log_scale, input, input, value=-0.5).exp_()
    return torch.addcmul(distribution, input, density, out=reuse(density))


@with_derivative(_gelu_derivative)
def _gelu(input: Tensor) -> tuple[Tensor, Tensor]:
    """x Phi(x), and Phi(x)."""
    error = (input * math.sqrt(0.5)).erf_()
    distribution = torch.add(error.new_tensor(0.5), error, alpha=0.5, out=reuse(error))
    return input * distribution, distribution


def _gelu_by_tanh_derivative(input: Tensor) -> Tensor:
    """(1 + t) / 2 + x (1 - t^2) u' / 2, where t = tanh(u) and u = sqrt(2 / pi) (x + 0.044715 x^3)."""
    bent = torch.tanh(_cubic(input))
    steepness = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * input**2)
    return 0.5 * (1 + bent) + 0.5 * input * (1 - bent**2) * steepness


@with_derivative(_gelu_by_tanh_derivative)
def _gelu_by_tanh(input: Tensor) -> Tensor:
    return 0.5 * input * (1 + torch.tanh(_cubic(input)))


def _cubic(input: Tensor) -> Tensor:
    return math.sqrt(2 / math.pi) * (input + 0.044715 * input**3)

"""Normalisation: numbers with mean 0 and variance 1, whatever the layers below are doing.

All of these compute (x - mean) / sqrt(variance + eps) * weight + bias. They differ in the elements that
share one mean and one variance: a channel of the whole batch, an example, a group of channels, ...
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from dongshou.scratch.functional.derivative import differentiable
from dongshou.scratch.functional.layout import in_order
from dongshou.scratch.functional.padding import pad
from dongshou.scratch.functional.pooling import quotient
from dongshou.scratch.functional.precision import precise
from dongshou.scratch.functional.windows import windows

Statistics = tuple[Tensor, Tensor, Tensor]


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Batch normalization.

    (x - mean) / sqrt(variance + eps) * weight + bias, for every channel. Ioffe and Szegedy, 2015.

    In training, mean and variance are those of the batch, and the running ones move towards them; otherwise
    they are the running ones. input (batch, channels, ...), all others (channels).
    Raises ValueError for a batch of one value a channel, whose variance is 0, and for eps too small.
    """
    if eps < 0 or (training and eps == 0):
        raise ValueError(f"batch_norm eps must be positive in training and never negative, but got {eps}")
    if input.shape == (0,):
        return input.clone()
    _require_channels(weight, 1, input)
    input = in_order(input)
    if not training:
        return _with_statistics(input, running_mean, running_var, weight, bias, eps)
    require_several(input, "channel", input.numel() // max(input.size(1), 1))
    axes = [0, *range(2, input.dim())]  # all but the channels
    output, mean, variance = normalize(input, axes, _on_channels(weight, input), _on_channels(bias, input), eps)
    _move(running_mean, running_var, mean.flatten(), variance.flatten(), input.numel(), momentum)
    return output


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Layer normalization: (x - mean) / sqrt(variance + eps) * weight + bias, over the last axes of each example.

    normalized_shape: the sizes of those axes, and the shape of weight and bias. Ba et al., 2016.
    Raises RuntimeError when the input does not end in it.
    """
    _require_ending(input, normalized_shape)
    return normalize(input.contiguous(), _last_axes(normalized_shape), weight, bias, eps)[0]


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Group normalization.

    (x - mean) / sqrt(variance + eps) * weight + bias, over each group of channels of each example.

    input (batch, channels, ...), weight and bias (channels). Wu and He, 2018.
    Raises RuntimeError when the groups do not divide the channels, ValueError for a group of one value.
    """
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    batch, channels = input.shape[:2]
    if channels % num_groups != 0:
        raise RuntimeError(f"num_channels must be divisible by num_groups; got {channels} and {num_groups}")
    require_several(input, "group", input.numel() // max(num_groups, 1))
    grouped = in_order(input).reshape(batch, num_groups, channels // num_groups, math.prod(input.shape[2:]))
    weight, bias = (
        None if values is None else values.reshape(1, num_groups, channels // num_groups, 1)
        for values in (weight, bias)
    )
    return normalize(grouped, [2, 3], weight, bias, eps)[0].reshape(input.shape)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(variance + eps) * weight + bias, for every channel of each example.

    Running statistics, where given, are means over the batch. input (batch, channels, ...).
    Ulyanov et al., 2016. Raises ValueError for a channel of one value.
    """
    _require_channels(weight, input.size(0), input)
    input = input.contiguous()
    if not use_input_stats:
        return _with_statistics(input, running_mean, running_var, weight, bias, eps)
    require_several(input, "spatial position", math.prod(input.shape[2:]))
    axes = range(2, input.dim())
    output, mean, variance = normalize(input, axes, _on_channels(weight, input), _on_channels(bias, input), eps)
    mean, variance = (statistic.flatten(1).mean(0) for statistic in (mean, variance))  # (channels)
    _move(running_mean, running_var, mean, variance, input.numel() // max(input.size(0), 1), momentum)
    return output


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """RMSNorm: x / sqrt(mean(x^2) + eps) * weight over the last axes: layer_norm without the mean.

    eps is by default the distance from 1 to the next number of the type. Zhang and Sennrich, 2019.
    Raises RuntimeError when the input does not end in normalized_shape.
    """
    _require_ending(input, normalized_shape)
    values = precise(in_order(input))
    eps = torch.finfo(values.dtype).eps if eps is None else eps
    mean_square = values.square().mean(_last_axes(normalized_shape), keepdim=True)
    output = values * (mean_square + eps).rsqrt()
    return (output if weight is None else output * weight).to(input.dtype)


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Local response normalization.

    x / (k + alpha / size * sum x'^2)^beta, the sum over the `size` channels around x's own.

    input (batch, channels, ...). Krizhevsky et al., 2012. Raises ValueError without a spatial axis.
    """
    if input.dim() < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {input.dim()} dimensions)")
    if input.numel() == 0:
        return input
    around = [0, 0] * (input.dim() - 2) + [size // 2, (size - 1) // 2]  # pad counts from the last axis
    values = precise(input)
    squares = windows(pad(values.square(), around), 1 - input.dim(), size)  # (batch, size, channels, ...)
    neighbors = quotient(squares.sum(1), size)  # (batch, channels, ...)
    output = values / (k + alpha * neighbors) ** beta
    return output.to(input.dtype) if input.is_floating_point() else output


def normalize(input: Tensor, axes: Sequence[int], weight: Tensor | None, bias: Tensor | None, eps: float) -> Statistics:
    """(x - mean) / sqrt(variance + eps) * weight + bias, and mean and variance over the axes.

    Weight and bias broadcast against the input. Short types are computed in float32.
    """
    values = precise(input)
    weight = values.new_ones(()) if weight is None else weight.to(values.dtype)
    bias = values.new_zeros(()) if bias is None else bias.to(values.dtype)
    output, _, mean, variance = differentiable(_Normalize, values, weight, bias, eps, *axes)
    return output.to(input.dtype), mean, variance


class _Normalize(torch.autograd.Function):
    """The formula, s = (x - mean) / sqrt(variance + eps), mean and variance, derived in few passes over memory.

    When x moves by dx, s moves by (dx - mean(dx) - s mean(dx s)) / sqrt(variance + eps): what would move mean
    or variance is taken out of dx. This linear map is its own transpose, so a gradient by s takes the same way.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(input: Tensor, weight: Tensor, bias: Tensor, eps: float, *axes: int) -> tuple[Tensor, ...]:
        mean = input.mean(axes, keepdim=True)
        s = input - mean
        variance = s.square().mean(axes, keepdim=True)
        inverse_std = (variance + eps).rsqrt()
        if torch.is_grad_enabled():  # in forward mode, which has to see every step
            s = s * inverse_std
            return s * weight + bias, s, mean, variance
        s.mul_(inverse_std)  # in place: memory costs more than the arithmetic
        # with the zeros the product is a batch under vmap where the bias alone is one
        return (s * (weight + torch.zeros_like(bias))).add_(bias), s, mean, variance

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        _, weight, bias, ctx.eps, *ctx.axes = inputs  # the axes one by one: vmap takes no sequence apart
        ctx.bias_shape = bias.shape
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(weight, *output[1:])

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor | None, ...]:
        by_output, by_s, by_mean, by_variance = gradients  # the first alone, unless a second derivative is taken
        weight, s, _, variance = ctx.saved_tensors
        n, inverse_std = s.numel() / max(variance.numel(), 1), (variance + ctx.eps).rsqrt()
        to_bias, to_weight, slope = None, None, torch.zeros_like(variance)
        change = s.new_zeros(()).expand_as(s)
        if by_output is not None:
            product = by_output * s
            to_bias, to_weight = by_output.sum_to_size(ctx.bias_shape), product.sum_to_size(weight.shape)
            slope, change = _weighted_mean(product, weight, ctx.axes), by_output * weight
            del product  # its memory is used for what follows
        if by_s is not None:
            slope, change = slope + (by_s * s).mean(ctx.axes, keepdim=True), change + by_s
        shift = change.mean(ctx.axes, keepdim=True)
        if by_mean is not None:
            shift = shift - by_mean / (n * inverse_std)
        if by_variance is not None:
            slope = slope - 2 * by_variance / (n * inverse_std.square())
        # in place, for memory costs more than the arithmetic; under vmap slope is a batch wherever something is
        to_input = (s * -slope).add_(change).sub_(shift).mul_(inverse_std)
        return to_input, to_weight, to_bias, *[None] * (1 + len(ctx.axes))


def _weighted_mean(values: Tensor, weight: Tensor, axes: Sequence[int]) -> Tensor:
    """mean(values * weight) over the axes, first over those along which the weight is the same."""
    from_the_end = [axis - values.dim() if axis >= 0 else axis for axis in axes]
    same = [axis for axis in from_the_end if -axis > weight.dim() or weight.size(axis) == 1]
    n = math.prod([values.size(axis) for axis in axes])  # a list: torch.compile follows no generator here
    if same:
        return (values.sum(same, keepdim=True) * weight).sum(from_the_end, keepdim=True) / n
    return (values * weight).mean(from_the_end, keepdim=True)


def _with_statistics(
    input: Tensor,
    mean: Tensor | None,
    variance: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    eps: float,
) -> Tensor:
    """The same formula with a mean and a variance from before, as one product and one sum."""
    if mean is None or variance is None:
        raise RuntimeError("Expected running_mean and running_var to be defined when training=False")
    values = precise(input)
    center, spread = (_on_channels(statistic, input).to(values.dtype) for statistic in (mean, variance))
    scale = (spread + eps).rsqrt()
    scale = scale if weight is None else scale * _on_channels(weight, input)
    shift = -center * scale if bias is None else _on_channels(bias, input) - center * scale
    return torch.addcmul(shift, values, scale).to(input.dtype)


@torch.no_grad()
def _move(
    running_mean: Tensor | None, running_var: Tensor | None, mean: Tensor, variance: Tensor, size: int, momentum: float
) -> None:
    """running <- (1 - momentum) running + momentum batch, with the unbiased variance n / (n - 1) variance."""
    if size == 0:  # nothing was seen
        return
    n = size / mean.numel()  # elements a channel
    if running_mean is not None:
        running_mean.mul_(1 - momentum).add_(mean, alpha=momentum)
    if running_var is not None:
        running_var.mul_(1 - momentum).add_(variance, alpha=momentum * n / (n - 1))


def require_several(input: Tensor, what: str, count: int) -> None:
    """Raises ValueError where one value would be normalised by itself."""
    if count == 1:
        raise ValueError(f"Expected more than 1 value per {what} when training, got input size {input.size()}")


def _require_channels(weight: Tensor | None, copies: int, input: Tensor) -> None:
    if weight is not None and copies * weight.numel() == 0:
        raise RuntimeError(f"a weight for each channel, but the input has no channels: {list(input.shape)}")


def _require_ending(input: Tensor, shape: Sequence[int]) -> None:
    if len(shape) == 0:
        raise RuntimeError("Expected normalized_shape to be at least 1-dimensional, got none")
    if input.shape[-len(shape) :] != tuple(shape):
        raise RuntimeError(f"normalized_shape={list(shape)}: the input must end in it, but is {list(input.shape)}")


def _last_axes(shape: Sequence[int]) -> list[int]:
    return list(range(-len(shape), 0))


def _on_channels(values: Any, input: Tensor) -> Any:
    """values (channels) as (1, channels, 1, ...), to broadcast against the input; None stays."""
    return None if values is None else values.reshape(1, -1, *[1] * (input.dim() - 2))

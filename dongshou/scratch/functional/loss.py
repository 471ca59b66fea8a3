"""Losses that compare every number with its own target: regression and yes-or-no questions."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor

from dongshou.scratch.functional.activation import logsigmoid
from dongshou.scratch.functional.checks import can_be_read
from dongshou.scratch.functional.elementwise import with_derivative
from dongshou.scratch.functional.precision import float32_under_autocast, precise
from dongshou.scratch.functional.reduction import legacy_reduction, reduced


@float32_under_autocast
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Mean squared error: (x - y)^2. Its minimum is the mean of the targets."""
    reduction = legacy_reduction(size_average, reduce, reduction)
    _warn_of_broadcasting(input, target)
    return _weighted((input - target) ** 2, input, weight, reduction)


@float32_under_autocast
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Absolute error |x - y|. Its minimum is the median of the targets: outliers pull like any other."""
    reduction = legacy_reduction(size_average, reduce, reduction)
    _warn_of_broadcasting(input, target)
    return _weighted((input - target).abs(), input, weight, reduction)


@float32_under_autocast
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """(x - y)^2 / (2 beta) where |x - y| < beta, |x - y| - beta / 2 elsewhere. Girshick, 2015.

    Raises RuntimeError for a negative beta.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _warn_of_broadcasting(input, target)
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta, got {beta}")
    if beta == 0:
        return reduced((input - target).abs(), reduction)
    return reduced(_parabola_between_lines(input - target, beta) / beta, reduction)


@float32_under_autocast
def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Huber loss: (x - y)^2 / 2 where |x - y| < delta, delta (|x - y| - delta / 2) elsewhere. Huber, 1964.

    Raises RuntimeError unless delta > 0, ValueError for a weight of another size.
    """
    _warn_of_broadcasting(input, target)
    if delta <= 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta, got {delta}")
    losses = _parabola_between_lines(input - target, delta)
    if weight is not None and weight.size() != input.size():
        raise ValueError(f"Weights and input must have the same size; got {weight.size()} and {input.size()}.")
    # the mean is one over elements, not over weights
    return reduced(losses if weight is None else losses * weight, reduction)


@float32_under_autocast
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-(y log p + (1 - y) log(1 - p)) for a probability p and a target y, both in [0, 1].

    Raises ValueError when the sizes differ, RuntimeError when p or y leaves [0, 1] or they differ in type.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _require_same_size(input, target)
    _require_same_dtype(input, target)
    _require_probabilities("input", input)
    _require_probabilities("target", target)
    function = _BinaryCrossEntropy if torch.compiler.is_compiling() else _BinaryCrossEntropyInBothModes
    losses: Tensor = function.apply(input, target)  # pyright: ignore[reportAssignmentType]
    return reduced(losses if weight is None else losses * weight, reduction)


class _BinaryCrossEntropy(torch.autograd.Function):
    """The loss of every element with its derivative (p - y) / (p (1 - p)), bounded at 0 and 1."""

    generate_vmap_rule = True

    @staticmethod
    def forward(input: Tensor, target: Tensor) -> Tensor:
        log_yes = precise(input).log().clamp(min=-100)
        log_no = torch.log1p(-precise(input)).clamp(min=-100)
        return -(target * log_yes + (1 - target) * log_no).to(input.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None]:
        input, target = ctx.saved_tensors
        to_input = (gradients[0] * _slope_by_probability(input, target)).to(input.dtype)
        if not ctx.needs_input_grad[1]:
            return to_input, None
        return to_input, (gradients[0] * _slope_by_target(input)).to(target.dtype)


class _BinaryCrossEntropyInBothModes(_BinaryCrossEntropy):
    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Tensor:
        input, target = ctx.saved_tensors
        tangent = torch.zeros_like(precise(input))
        if tangents[0] is not None:
            tangent = tangent + tangents[0] * _slope_by_probability(input, target)
        if tangents[1] is not None:
            tangent = tangent + tangents[1] * _slope_by_target(input)
        return tangent.to(input.dtype)


def _slope_by_probability(input: Tensor, target: Tensor) -> Tensor:
    input = precise(input)
    return (input - target) / (input * (1 - input)).clamp(min=1e-12)


def _slope_by_target(input: Tensor) -> Tensor:
    return torch.log1p(-precise(input)) - precise(input).log()


@float32_under_autocast
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """The binary cross-entropy of p = sigmoid(x), from the logit x: (1 - y) x - log(sigmoid(x)).

    With pos_weight w: (1 - y) x - (1 + (w - 1) y) log(sigmoid(x)), where a positive counts w times.
    No p is rounded to 0 or 1 on the way. Raises ValueError when the sizes differ.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _require_same_size(input, target)
    logits = precise(input)
    importance = 1 if pos_weight is None else 1 + (pos_weight - 1) * target
    losses = ((1 - target) * logits - importance * logsigmoid(logits)).to(input.dtype)
    return reduced(losses if weight is None else losses * weight, reduction)


def _parabola_derivative(error: Tensor, width: float) -> Tensor:
    """e, but never beyond the width."""
    return error.clamp(-width, width)


@with_derivative(_parabola_derivative)
def _parabola_between_lines(error: Tensor, width: float) -> Tensor:
    """e^2 / 2 where |e| < width, and width (|e| - width / 2) where it is larger: the lines that go on from there."""
    size = error.abs()
    bounded = size.clamp(max=width)
    return bounded * (size - bounded / 2)


def _weighted(losses: Tensor, input: Tensor, weight: Tensor | None, reduction: str) -> Tensor:
    """The reduction of losses, each multiplied by its weight."""
    if weight is None:
        return reduced(losses, reduction)
    if weight.size() != input.size():
        raise ValueError(f"Weights and input must have the same size; got {weight.size()} and {input.size()}.")
    return reduced(losses * weight, reduction, weight)


def _warn_of_broadcasting(input: Tensor, target: Tensor) -> None:
    if input.size() != target.size():
        sizes = f"input {tuple(input.shape)} and target {tuple(target.shape)}"
        # (n, 1) against (n) becomes (n, n): the commonest silent mistake in regression
        warnings.warn(f"{sizes} have different sizes and will be broadcast: reshape one of them.", stacklevel=3)


def _require_same_size(input: Tensor, target: Tensor) -> None:
    if input.size() != target.size():
        message = f"Target size ({target.size()}) must be the same as input size ({input.size()})"
        raise ValueError(message)


def _require_same_dtype(input: Tensor, target: Tensor) -> None:
    if input.dtype != target.dtype:
        raise RuntimeError(f"The target is {target.dtype} and the input {input.dtype}: give both the same type")


def _require_probabilities(name: str, values: Tensor) -> None:
    if can_be_read(values) and not ((values >= 0) & (values <= 1)).all():
        raise RuntimeError(f"all elements of {name} should be between 0 and 1")

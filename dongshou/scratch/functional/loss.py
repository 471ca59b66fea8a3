"""Losses that compare every number with its own target: regression and yes-or-no questions."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor

from dongshou.scratch.functional.activation import logsigmoid
from dongshou.scratch.functional.reduction import legacy_reduction, reduced


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Squared error (x - y)^2. Its minimum is the mean of the targets."""
    reduction = legacy_reduction(size_average, reduce, reduction)
    _warn_of_broadcasting(input, target)
    return _weighted((input - target) ** 2, input, weight, reduction)


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


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """(x - y)^2 / 2 where |x - y| < delta, delta (|x - y| - delta / 2) elsewhere. Huber, 1964.

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


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-(y log p + (1 - y) log(1 - p)) for a probability p and a target y, both in [0, 1].

    Raises ValueError when the sizes differ, RuntimeError when p or y leaves [0, 1].
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _require_same_size(input, target)
    _require_probabilities("input", input)
    _require_probabilities("target", target)
    losses: Tensor = _BinaryCrossEntropy.apply(input, target)  # pyright: ignore[reportAssignmentType]
    return reduced(losses if weight is None else losses * weight, reduction)


class _BinaryCrossEntropy(torch.autograd.Function):
    """The loss of every element with its derivative (p - y) / (p (1 - p)), bounded at 0 and 1."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, target: Tensor) -> Tensor:
        log_yes = input.log().clamp(min=-100)
        log_no = torch.log1p(-input).clamp(min=-100)
        ctx.save_for_backward(input, target)
        return -(target * log_yes + (1 - target) * log_no)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None]:
        (gradient,) = gradients
        input, target = ctx.saved_tensors
        to_input = gradient * (input - target) / (input * (1 - input)).clamp(min=1e-12)
        to_target = gradient * (torch.log1p(-input) - input.log()) if ctx.needs_input_grad[1] else None
        return to_input, to_target


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
    importance = 1 if pos_weight is None else 1 + (pos_weight - 1) * target
    losses = (1 - target) * input - importance * logsigmoid(input)
    return reduced(losses if weight is None else losses * weight, reduction)


def _parabola_between_lines(error: Tensor, width: float) -> Tensor:
    """e^2 / 2 where |e| < width, and width (|e| - width / 2) where it is larger: the lines that go on from there."""
    return _ParabolaBetweenLines.apply(error, width)  # pyright: ignore[reportReturnType]


class _ParabolaBetweenLines(torch.autograd.Function):
    """With b = min(|e|, width) the loss is b (|e| - b / 2), and its derivative e, but never beyond the width."""

    @staticmethod
    def forward(ctx: Any, error: Tensor, width: float) -> Tensor:
        ctx.save_for_backward(error)
        ctx.width = width
        size = error.abs()
        bounded = size.clamp(max=width)
        return bounded * (size - bounded / 2)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (error,) = ctx.saved_tensors
        return gradients[0] * error.clamp(-ctx.width, ctx.width), None


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


def _require_probabilities(name: str, values: Tensor) -> None:
    # only on the CPU: on an accelerator the answer would be waited for at every step
    if values.device.type == "cpu" and not ((values >= 0) & (values <= 1)).all():
        raise RuntimeError(f"all elements of {name} should be between 0 and 1")

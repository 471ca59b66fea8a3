"""The losses of classification: the surprise at the right class."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.scratch.functional.checks import can_be_read
from dongshou.scratch.functional.linear import linear
from dongshou.scratch.functional.precision import float32_under_autocast, precise
from dongshou.scratch.functional.reduction import legacy_reduction, reduced
from dongshou.scratch.functional.softmax import log_softmax


@float32_under_autocast
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Negative log-likelihood -w_y log p_y of the class y; a target of ignore_index costs nothing.

    The mean divides by the sum of the weights w_y of the targets that count.
    input: log p (batch, classes, ...) or (classes), target (batch, ...) or (). Raises ValueError or
    RuntimeError when shapes or types do not match, IndexError for a target that is no class.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _require_targets(input, target, weight, ignore_index)
    losses, weights = _negative_log_likelihood(input, target, weight, ignore_index)
    return reduced(losses, reduction, weights)


@float32_under_autocast
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Cross-entropy: -sum_c w_c q_c log softmax(x)_c, for logits x and a target distribution q.

    A target is a class index (batch, ...), where q is 1 at the class, or q itself (batch, classes, ...).
    Label smoothing e puts (1 - e) q + e / classes in place of q (Szegedy et al., 2016).
    input (batch, classes, ...) or (classes). Raises as nll_loss does, and RuntimeError for e outside [0, 1].
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if target.shape == input.shape:
        return _from_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)
    _require_targets(input, target, weight, ignore_index)
    log_probabilities = log_softmax(input, _class_dim(input))
    losses, weights = _negative_log_likelihood(log_probabilities, target, weight, ignore_index)
    if label_smoothing > 0:
        everywhere = -_class_mean(log_probabilities, weight)  # (batch, ...)
        everywhere = torch.where(target == ignore_index, 0, everywhere)
        losses = (1 - label_smoothing) * losses + label_smoothing * everywhere
    return reduced(losses, reduction, weights)


@float32_under_autocast
def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: object = None,
) -> Tensor:
    """cross_entropy of the logits W x + b: the last layer of a classifier and its loss in one.

    input (batch, in_features) or (in_features), linear_weight (classes, ..., in_features), target as for
    logits (batch, classes, ...). options tell torch how to save memory, and have no effect here.
    Raises RuntimeError when the shapes do not fit.
    """
    _require_logits(input, linear_weight, linear_bias)
    bias = None if linear_bias is None else precise(linear_bias.flatten())
    logits = linear(precise(input), precise(linear_weight.flatten(0, -2)), bias)  # in short types, too, exact sums
    logits = logits.reshape(*input.shape[:-1], *linear_weight.shape[:-1])  # (batch, classes, ...)
    if ignore_index is not None and target.shape == logits.shape:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignore_index = -100 if ignore_index is None else ignore_index
    loss = cross_entropy(
        logits,
        target,
        None if weight is None else precise(weight),
        ignore_index=ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )
    return loss.to(input.dtype)


def _require_logits(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """A weight for every feature of the input, and a bias for every logit."""
    if input.dim() not in (1, 2) or weight.dim() < 2:
        raise RuntimeError(f"expected input of 1 or 2 axes and weight of 2 or more, got {input.dim()}, {weight.dim()}")
    if input.size(-1) != weight.size(-1):
        raise RuntimeError(f"expected equal in_features, got {input.size(-1)} and {weight.size(-1)}")
    if bias is not None and bias.shape != weight.shape[:-1]:
        raise RuntimeError(f"expected linear_bias shape {tuple(weight.shape[:-1])}, got {tuple(bias.shape)}")
    if input.dim() == 1 and weight.dim() > 2:
        raise RuntimeError(f"a weight of shape {tuple(weight.shape)} requires batched input, got {tuple(input.shape)}")


def _from_probabilities(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> Tensor:
    """Cross-entropy against a distribution for every position; the mean counts positions, not weights."""
    if not target.is_floating_point():
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {target.dtype}")
    if ignore_index >= 0:
        raise RuntimeError(f"ignore_index is not supported for floating point target; got {ignore_index}")
    dim = _class_dim(input)
    if label_smoothing > 0:
        target = (1 - label_smoothing) * target + label_smoothing / input.size(dim)
    losses = -(_along_classes(log_softmax(input, dim), weight) * target).sum(dim)  # (batch, ...)
    return reduced(losses, reduction)


def _negative_log_likelihood(
    log_probabilities: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int
) -> tuple[Tensor, Tensor]:
    """The loss of every position, weighted, and the weights (batch, ...); 0 where the target is ignored."""
    dim = _class_dim(log_probabilities)
    if log_probabilities.size(dim) == 0:  # of no classes every target is ignored
        nothing = log_probabilities.sum(dim)
        return nothing, nothing
    counts = target != ignore_index
    index = torch.where(counts, target, 0).long()
    weights = counts.to(log_probabilities.dtype) if weight is None else weight[index] * counts
    likelihoods = log_probabilities.gather(dim, index.unsqueeze(dim)).squeeze(dim)  # (batch, ...)
    # not likelihoods * counts: an ignored log 0 would make it 0 * inf
    return torch.where(counts, -weights * likelihoods, 0), weights


def _class_mean(log_probabilities: Tensor, weight: Tensor | None) -> Tensor:
    """The mean over classes of w_c log p_c: (batch, ...)."""
    return _along_classes(log_probabilities, weight).mean(_class_dim(log_probabilities))


def _along_classes(values: Tensor, weight: Tensor | None) -> Tensor:
    """values (batch, classes, ...) times weight (classes)."""
    if weight is None:
        return values
    return values * weight.reshape(-1, *[1] * max(values.dim() - 2, 0))


def _class_dim(input: Tensor) -> int:
    """Classes lie on axis 1, or on axis 0 of a single example."""
    return min(input.dim() - 1, 1)


def _require_targets(input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int) -> None:
    """One class index for every position of the input, and one weight for every class."""
    dim = _class_dim(input)
    classes = input.size(dim)
    expected = input.shape[:dim] + input.shape[dim + 1 :]
    if target.shape != expected:
        # torch raises the one for another batch, the other for another shape
        error = ValueError if input.shape[:dim] != target.shape[:dim] else RuntimeError
        raise error(f"Expected target size {list(expected)}, one class an example, got {list(target.shape)}")
    if target.dtype not in (torch.int64, torch.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {target.dtype}")
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(f"weight needs one number for each of {classes} classes, got shape {list(weight.shape)}")
    if weight is not None and weight.dtype != input.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype} but found {weight.dtype}: the weight needs the input's")
    if can_be_read(target):
        wrong = (target != ignore_index) & ((target < 0) | (target >= classes))
        if wrong.any():
            raise IndexError(f"Target {target[wrong][0].item()} is out of bounds for {classes} classes.")

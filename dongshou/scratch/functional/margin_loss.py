"""Losses with a margin: right is not enough, it must be right by a distance; what is further costs nothing."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.scratch.functional.activation import logsigmoid
from dongshou.scratch.functional.precision import float32_under_autocast
from dongshou.scratch.functional.reduction import legacy_reduction, reduced


@float32_under_autocast
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The distance x of a pair where it belongs together, y = 1; max(0, margin - x) where not, y = -1."""
    reduction = legacy_reduction(size_average, reduce, reduction)
    together = torch.where(target == -1, 0, input)
    apart = torch.where(target == 1, 0, (margin - input).clamp(min=0))
    return reduced(together + apart, reduction)


@float32_under_autocast
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin - y (a - b)): a is to be the larger where y = 1, b where y = -1.

    Raises RuntimeError when the three have different numbers of axes.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if not input1.dim() == input2.dim() == target.dim():
        sizes = f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()}"
        raise RuntimeError(f"margin_ranking_loss: all should have the same number of axes, but got {sizes}")
    return reduced((-target * (input1 - input2) + margin).clamp(min=0), reduction)


@float32_under_autocast
def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """log(1 + exp(-y x)), for y = 1 or -1."""
    return reduced(-logsigmoid(target * input), legacy_reduction(size_average, reduce, reduction))


@float32_under_autocast
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 - cos(a, b) where y = 1, max(0, cos(a, b) - margin) where y = -1.

    input1 and input2 (batch, features) and target (batch), or one example. Raises RuntimeError otherwise.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if target.dim() not in (0, 1) or not target.dim() + 1 == input1.dim() == input2.dim():
        sizes = f"{tuple(input1.shape)}, {tuple(input2.shape)} and {tuple(target.shape)}"
        raise RuntimeError(f"cosine_embedding_loss: expected (batch, features) twice and (batch), but got {sizes}")
    squares = (input1.square().sum(-1) + 1e-12) * (input2.square().sum(-1) + 1e-12)
    cosine = (input1 * input2).sum(-1) / squares.sqrt()
    alike = torch.where(target == 1, 1 - cosine, 0)
    unlike = torch.where(target == -1, (cosine - margin).clamp(min=0), 0)
    return reduced(alike + unlike, reduction)


@float32_under_autocast
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over classes c of w_y max(0, margin - x_y + x_c)^p, where c = y costs nothing.

    input (batch, classes) or (classes), target (batch) or (). Crammer and Singer, 2001.
    Raises ValueError for p or weight, RuntimeError for shapes that do not fit, IndexError for no class.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported, got {p}")
    if weight is not None and weight.dim() != 1:
        raise ValueError(f"weight must be one-dimensional, got {weight.dim()} axes")
    _require_classes(input, target)
    classes = input.size(-1) if input.dim() > 0 else 1
    if target.shape not in (input.shape[:-1], (1,) * (2 - input.dim())):
        raise RuntimeError(f"inconsistent sizes: input {list(input.shape)} and target {list(target.shape)}")
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    scores, own = input.reshape(-1, classes), target.reshape(-1, 1)  # (batch, classes), (batch, 1)
    short = (margin - scores.gather(1, own) + scores).clamp(min=0) ** p
    is_other = torch.arange(scores.size(1), device=input.device) != own
    losses = torch.where(is_other, short, 0) if weight is None else torch.where(is_other, short, 0) * weight[own]
    return reduced(losses.mean(1).reshape(target.shape), reduction)


@float32_under_autocast
def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The sum of max(0, 1 - (x_i - x_j)) / classes over the labels i and the classes j that are no label.

    input and target (batch, classes) or (classes); the labels stand at the front of target, and -1 ends them.
    Raises RuntimeError for other shapes.
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _require_classes(input, target)
    if input.shape != target.shape:
        raise RuntimeError(f"inconsistent sizes: input {list(input.shape)} and target {list(target.shape)}")
    scores, labels = (values.reshape(-1, values.size(-1) if values.dim() else 1) for values in (input, target))
    counts = (labels < 0).cumsum(1) == 0  # (batch, classes): before the first -1
    labels = torch.where(counts, labels, 0)
    is_label = torch.zeros_like(scores).scatter_add(1, labels, counts.to(scores.dtype)) > 0
    wanted = scores.gather(1, labels).unsqueeze(2)  # (batch, labels, 1)
    short = (1 - wanted + scores.unsqueeze(1)).clamp(min=0)  # (batch, labels, classes)
    matters = counts.unsqueeze(2) & ~is_label.unsqueeze(1)
    losses = torch.where(matters, short, 0).sum((1, 2)) / scores.size(1)
    return reduced(losses.reshape(input.shape[:-1]), reduction)


def _require_classes(input: Tensor, target: Tensor) -> None:
    """input ((batch,) classes), or a number, and a target of labels."""
    if input.dim() > 2 or 0 in input.shape[-1:]:
        raise RuntimeError(f"Expected non-empty vector or matrix with optional 0-dim batch, got {list(input.shape)}")
    if target.dtype != torch.int64:
        raise RuntimeError(f"expected scalar type Long but found {target.dtype}: the target holds labels")


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over classes of the binary cross-entropy of sigmoid(x). input and target (..., classes)."""
    reduction = legacy_reduction(size_average, reduce, reduction)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    return reduced((losses if weight is None else losses * weight).mean(-1), reduction)

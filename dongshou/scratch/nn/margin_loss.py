"""Losses with a margin as layers; the formulas stand in `functional/margin_loss.py`.

`size_average` and `reduce` are torch's retired spelling of `reduction`, kept for their place by position.
"""

from __future__ import annotations

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.functional.reduction import legacy_reduction
from dongshou.scratch.nn.container import Layer, torch_nn


class HingeEmbeddingLoss(Layer, torch_nn.HingeEmbeddingLoss):
    """The distance x of a pair where y = 1; max(0, margin - x) where y = -1. Both of one shape."""

    def __init__(
        self, margin: float = 1.0, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(Layer, torch_nn.MarginRankingLoss):
    """max(0, margin - y (a - b)): a is to be the larger where y = 1, b where y = -1."""

    def __init__(
        self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(Layer, torch_nn.SoftMarginLoss):
    """log(1 + exp(-y x)), for y = 1 or -1. input and target of one shape."""

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class CosineEmbeddingLoss(Layer, torch_nn.CosineEmbeddingLoss):
    """1 - cos(a, b) where y = 1, max(0, cos(a, b) - margin) where y = -1.

    a and b (batch, features) and y (batch), or one example.
    """

    def __init__(
        self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MultiMarginLoss(Layer, torch_nn.MultiMarginLoss):
    """The mean over classes c of w_y max(0, margin - x_y + x_c)^p, c other than y. Crammer and Singer, 2001.

    input (batch, classes) and target (batch), or one example. Raises ValueError for another p or weight.
    """

    weight: Tensor | None

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        if p not in (1, 2):
            raise ValueError(f"only p == 1 and p == 2 supported, got {p}")
        if weight is not None and weight.dim() != 1:
            raise ValueError(f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.dim()}D instead")
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


class MultiLabelMarginLoss(Layer, torch_nn.MultiLabelMarginLoss):
    """The sum of max(0, 1 - (x_i - x_j)) / classes over labels i and other classes j.

    input and target (batch, classes) or one example; labels in front, ended by -1.
    """

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(Layer, torch_nn.MultiLabelSoftMarginLoss):
    """The mean over classes of the binary cross-entropy of sigmoid(x). input and target (..., classes)."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
        self.register_buffer("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)

"""The triplet loss as a layer; the formulas stand in `functional/triplet_loss.py`.

`size_average` and `reduce` are torch's retired spelling of `reduction`, kept for their place by position.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.functional.reduction import legacy_reduction
from dongshou.scratch.nn.container import Layer, torch_nn
from dongshou.scratch.nn.distance import PairwiseDistance


class TripletMarginLoss(Layer, torch_nn.TripletMarginLoss):
    """max(0, margin + d(a, positive) - d(a, negative)), d the p-norm. Balntas et al., 2016.

    All three (batch, features) or (features). Raises ValueError unless margin > 0.
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(Layer, torch_nn.TripletMarginWithDistanceLoss):
    """max(0, margin + d(a, positive) - d(a, negative)) for a distance d of your own.

    Raises ValueError unless margin > 0.
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        super().__init__()
        self.reduction = reduction
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )

"""Likelihood losses as layers; the formulas stand in `functional/likelihood_loss.py`.

`size_average` and `reduce` are torch's retired spelling of `reduction`, kept for their place by position.
"""

from __future__ import annotations

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.functional.reduction import legacy_reduction
from dongshou.scratch.nn.container import Layer, torch_nn


class KLDivLoss(Layer, torch_nn.KLDivLoss):
    """q (log q - log p). input: log p; target: q, or log q with log_target.

    Divide by the batch with reduction="batchmean" to have the divergence of Kullback and Leibler.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, log_target=self.log_target, reduction=self.reduction)


class GaussianNLLLoss(Layer, torch_nn.GaussianNLLLoss):
    """(log v + (m - y)^2 / v) / 2, for the mean m and the variance v of a normal distribution.

    input: m, target: y, of one shape; var: v, of that shape or one for all of the last axis, at least eps.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class PoissonNLLLoss(Layer, torch_nn.PoissonNLLLoss):
    """r - y log r, for the rate r of a Poisson distribution and a count y. input: log r, or r without log_input."""

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
        )

"""From the loss of every element to the loss of the batch."""

from __future__ import annotations

import warnings

from torch import Tensor


def reduced(losses: Tensor, reduction: str, weights: Tensor | None = None) -> Tensor:
    """The losses themselves ("none"), their "sum", or their "mean".

    When the losses were multiplied by weights, the mean divides by the sum of the weights.
    Raises ValueError for another reduction.
    """
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean":
        return losses.mean() if weights is None else losses.sum() / weights.sum()
    raise ValueError(_unknown(reduction))


def _unknown(reduction: str) -> str:
    return f"{reduction} is not a valid value for reduction; use 'none', 'mean' or 'sum'"


def legacy_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction that torch's two retired flags ask for, or `reduction` when neither is given.

    Raises ValueError for a reduction that no loss has.
    """
    if size_average is None and reduce is None:
        if reduction not in ("none", "mean", "sum", "batchmean"):
            raise ValueError(_unknown(reduction))
        return reduction
    if reduce is False:
        reduction = "none"
    else:
        reduction = "sum" if size_average is False else "mean"
    warnings.warn(f"size_average and reduce are deprecated, use reduction={reduction!r}.", stacklevel=3)
    return reduction

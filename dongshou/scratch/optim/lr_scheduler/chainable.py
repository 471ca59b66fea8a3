"""What a schedule needs before it can say its formula."""

from __future__ import annotations

import warnings
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler


class ChainableLR(LRScheduler):
    """lr_t = ratio() lr_{t-1}, which is share() lr_0 where nothing else changes the rate.

    A subclass states both for t = self.last_epoch: the ratio is taken step by step, the share by step(epoch) and
    where one schedule follows on another.
    """

    def ratio(self) -> float:
        raise NotImplementedError

    def share(self) -> float:
        raise NotImplementedError

    def get_lr(self) -> list[float | Tensor]:
        """The rates that the step under way is about to set; those in force are in `get_last_lr`."""
        warn_outside_step(self)
        ratio = self.ratio()
        return [lr * ratio for lr in current_rates(self.optimizer)]

    def _get_closed_form_lr(self) -> list[float | Tensor]:  # the name by which torch's step(epoch) knows it
        share = self.share()
        return [base_lr * share for base_lr in self.base_lrs]


def warn_outside_step(schedule: LRScheduler) -> None:
    """Asked at another time, `get_lr` would take the step that has been taken once more."""
    if not schedule._get_lr_called_within_step:
        warnings.warn("get_lr is for step alone; the rates in force are in get_last_lr()", stacklevel=3)


def current_rates(optimizer: Optimizer) -> list[float | Tensor]:
    """The learning rate of each group; a tensor as a copy, for the optimiser's own is changed in place."""
    return [copied(group["lr"]) for group in optimizer.param_groups]


def set_rate(group: dict[str, Any], lr: float | Tensor) -> None:
    """A rate that is a tensor stays the same tensor: a compiled step may hold it."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(float(lr))
    else:
        group["lr"] = lr


def copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def for_each_group(optimizer: Optimizer, value: Any, name: str) -> list[Any]:
    """One value for all parameter groups, or a list with one for each. Raises ValueError for another length."""
    num_groups = len(optimizer.param_groups)
    values = list(value) if isinstance(value, (list, tuple)) else [value] * num_groups
    if len(values) != num_groups:
        raise ValueError(f"{name} needs one value for each of {num_groups} parameter groups; got {len(values)}")
    return [copied(each) for each in values]


def require_optimizer(optimizer: object) -> None:
    """Raises TypeError for what is not an optimiser."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")

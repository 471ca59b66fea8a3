"""Down when a metric has stopped getting better."""

from __future__ import annotations

import math
from typing import Any, Literal, SupportsFloat

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau as TorchReduceLROnPlateau

from dongshou.scratch.optim.lr_scheduler.chainable import current_rates, require_optimizer, set_rate


class ReduceLROnPlateau(TorchReduceLROnPlateau):
    """lr <- max(lr factor, min_lr) after more than `patience` epochs without a better metric: step(metric).

    Better than the best so far: by its threshold-th part (rel) or by threshold (abs), downwards (min) or upwards (max).
    After each reduction come `cooldown` epochs in which bad ones do not count. A change below eps is left.
    A kind of torch's, for whoever asks by isinstance whether a schedule wants a metric; nothing of torch's is used.
    Raises ValueError for a factor of 1 or more, unknown modes, and as many min_lr as there are no groups.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        require_optimizer(optimizer)
        if factor >= 1:
            raise ValueError(f"factor must be below 1; got {factor}")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError(f"mode must be min or max, threshold_mode rel or abs; got {mode} and {threshold_mode}")
        num_groups = len(optimizer.param_groups)
        self.factor = factor
        self.optimizer = optimizer
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else min_lr
        self.min_lrs: list[float] = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * num_groups
        if len(self.min_lrs) != num_groups:
            raise ValueError(f"min_lr needs one value for each of {num_groups} groups; got {len(self.min_lrs)}")
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.last_epoch = 0
        self._last_lr = current_rates(optimizer)
        self._reset()

    def _reset(self) -> None:
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # pyright: ignore
        """An epoch has ended with this metric."""
        current = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = current_rates(self.optimizer)

    @property
    def in_cooldown(self) -> bool:
        return self.cooldown_counter > 0

    def _is_better(self, a: float, best: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "abs":
            return sign * a > sign * best + self.threshold
        return sign * a > sign * best * (1 + sign * self.threshold)

    def _reduce(self) -> None:
        for group, least in zip(self.optimizer.param_groups, self._floors(), strict=True):
            lr = max(float(group["lr"]) * self.factor, least)
            if float(group["lr"]) - lr > self.eps:
                set_rate(group, lr)

    def _floors(self) -> list[float]:
        """min_lr for each group; also for groups that joined later, unless it was a list."""
        num_groups = len(self.optimizer.param_groups)
        if len(self.min_lrs) != num_groups:
            if self.default_min_lr is None:
                have = f"{len(self.min_lrs)} min_lrs for {num_groups} parameter groups"
                raise RuntimeError(f"ReduceLROnPlateau has {have}: append to its min_lrs for each group that was added")
            self.min_lrs = [self.default_min_lr] * num_groups
        return self.min_lrs

    def state_dict(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        vars(self).update(state_dict)

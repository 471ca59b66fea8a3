"""The rate up and down between two bounds, so that it need not be chosen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou.scratch.optim.lr_scheduler.by_function import attributes_of, give_attributes
from dongshou.scratch.optim.lr_scheduler.chainable import for_each_group, require_optimizer, set_rate
from dongshou.scratch.optim.lr_scheduler.momentum import begin_high, has_beta1, momentum_ends, set_momentum


class CyclicLR(LRScheduler):
    """lr_t = base_lr + (max_lr - base_lr) h s, and momentum_t = max_momentum - (max_momentum - base_momentum) h s.

    h goes in straight lines from 0 to 1 in step_size_up steps and back in step_size_down, again and again; c is the
    number of the cycle, from 1.
    s = 1 (triangular), 2^(1 - c) (triangular2), gamma^t (exp_range), or scale_fn of c or t by scale_mode
    To be stepped after each batch. Smith, 2017. Raises ValueError for an unknown mode, for a list of another length
    than the groups, and for an optimiser without momentum unless cycle_momentum=False.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError(
                f"mode must be triangular, triangular2 or exp_range where there is no scale_fn; got {mode}"
            )
        base_lrs = for_each_group(optimizer, base_lr, "base_lr")
        self.max_lrs = for_each_group(optimizer, max_lr, "max_lr")
        self.total_size = float(step_size_up + (step_size_up if step_size_down is None else step_size_down))
        self.step_ratio = step_size_up / self.total_size
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn else "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = has_beta1(optimizer)
            self.base_momentums, self.max_momentums = momentum_ends(optimizer, base_momentum, max_momentum)
        if last_epoch == -1:
            self._begin(optimizer, base_lrs)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def _begin(self, optimizer: Optimizer, base_lrs: list[float]) -> None:
        for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
            set_rate(group, lr)
        if self.cycle_momentum:
            begin_high(optimizer, self.base_momentums, self.max_momentums, self.use_beta1)

    def get_lr(self) -> list[float | Tensor]:
        """The rates; the momentum is set on the way."""
        height = self._height()
        if self.cycle_momentum:
            ends = zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True)
            for group, base, top in ends:
                set_momentum(group, top - (top - base) * height, self.use_beta1)
        return [base + (top - base) * height for base, top in zip(self.base_lrs, self.max_lrs, strict=True)]

    def _height(self) -> float:
        """h s."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1 + self.last_epoch / self.total_size - cycle  # the place in the cycle, [0, 1)
        height = x / self.step_ratio if x <= self.step_ratio else (1 - x) / (1 - self.step_ratio)
        return height * self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)

    def scale_fn(self, x: float) -> float:
        """s, of the cycle or of the step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return {"triangular": 1.0, "triangular2": 2.0 ** (1 - x), "exp_range": self.gamma**x}[self.mode]

    def state_dict(self) -> dict[str, Any]:
        """A function cannot be saved, only the attributes of an object that is called like one."""
        return {**super().state_dict(), "_scale_fn_custom": attributes_of(self._scale_fn_custom)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_scale_fn_custom"})
        give_attributes(self._scale_fn_custom, state_dict["_scale_fn_custom"])

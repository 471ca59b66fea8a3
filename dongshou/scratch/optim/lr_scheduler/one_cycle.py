"""One large wave over the whole training: up to a rate that alone would be too high, and down to almost nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou.scratch.optim.lr_scheduler.chainable import for_each_group, require_optimizer
from dongshou.scratch.optim.lr_scheduler.cosine import half_wave
from dongshou.scratch.optim.lr_scheduler.momentum import begin_high, has_beta1, momentum_ends, set_momentum


class OneCycleLR(LRScheduler):
    """From max_lr / div_factor up to max_lr, then down to initial_lr / final_div_factor; momentum the other way.

    pct_start of the steps go up, the rest down; three_phase: as many down to initial_lr, the rest further down.
    anneal_strategy: half waves of a cosine, or straight lines. total_steps, or epochs times steps_per_epoch.
    To be stepped after each batch. Smith and Topin, 2018. Raises ValueError for settings out of range, for an
    optimiser without momentum unless cycle_momentum=False, and for a step behind the last.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        self.total_steps = whole_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"pct_start must be a float between 0 and 1; got {pct_start}")
        if anneal_strategy not in STRATEGIES:
            raise ValueError(f"anneal_strategy must be cos or linear; got {anneal_strategy}")
        self._schedule_phases = phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        self.cycle_momentum = cycle_momentum
        max_lrs = for_each_group(optimizer, max_lr, "max_lr")
        if last_epoch == -1:
            for group, top in zip(optimizer.param_groups, max_lrs, strict=True):
                group["initial_lr"], group["max_lr"] = top / div_factor, top
                group["min_lr"] = group["initial_lr"] / final_div_factor
        if cycle_momentum:
            self.use_beta1 = has_beta1(optimizer)
            ends = momentum_ends(optimizer, base_momentum, max_momentum)
            if last_epoch == -1:
                begin_high(optimizer, *ends, self.use_beta1)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        """The rates; the momentum is set on the way."""
        if self.last_epoch > self.total_steps:
            raise ValueError(f"OneCycleLR was made for {self.total_steps} steps; this is step {self.last_epoch}")
        phase, done = self._place()
        anneal = STRATEGIES[self._anneal_func_type]
        if self.cycle_momentum:
            for group in self.optimizer.param_groups:
                momentum = anneal(group[phase["start_momentum"]], group[phase["end_momentum"]], done)
                set_momentum(group, momentum, self.use_beta1)
        groups = self.optimizer.param_groups
        return [anneal(group[phase["start_lr"]], group[phase["end_lr"]], done) for group in groups]

    def _place(self) -> tuple[dict[str, Any], float]:
        """The phase of this step, and how much of it is done: from 0 to 1, and a little more in the very last step."""
        start = 0.0
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if self.last_epoch <= end or phase is self._schedule_phases[-1]:
                return phase, (self.last_epoch - start) / (end - start) if end != start else 1.0
            start = end
        raise AssertionError("there is always a last phase")


def whole_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    """Raises ValueError unless one way of saying it is given in positive whole numbers."""
    if total_steps is None and (epochs is None or steps_per_epoch is None):
        raise ValueError("OneCycleLR needs total_steps, or both epochs and steps_per_epoch")
    given = (
        {"epochs": epochs, "steps_per_epoch": steps_per_epoch} if total_steps is None else {"total_steps": total_steps}
    )
    product = 1
    for name, value in given.items():
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"{name} must be a positive whole number; got {value}")
        product *= value
    return product


def phases(total_steps: int, pct_start: float, three_phase: bool) -> list[dict[str, Any]]:
    """Where each phase ends, and between which entries of a parameter group the rate and the momentum go."""
    up, last = float(pct_start * total_steps) - 1, total_steps - 1
    if not three_phase:
        ends = [(up, "initial_lr", "max_lr"), (last, "max_lr", "min_lr")]
    else:
        down = float(2 * pct_start * total_steps) - 2
        ends = [(up, "initial_lr", "max_lr"), (down, "max_lr", "initial_lr"), (last, "initial_lr", "min_lr")]
    momentum = {"initial_lr": "max_momentum", "max_lr": "base_momentum", "min_lr": "max_momentum"}
    return [
        {
            "end_step": end_step,
            "start_lr": start,
            "end_lr": end,
            "start_momentum": momentum[start],
            "end_momentum": momentum[end],
        }
        for end_step, start, end in ends
    ]


def along_cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) * half_wave(done)


def along_line(start: float, end: float, done: float) -> float:
    return start + (end - start) * done


STRATEGIES: dict[str, Callable[[float, float, float], float]] = {"cos": along_cosine, "linear": along_line}

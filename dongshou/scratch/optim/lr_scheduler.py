"""Learning rates that change with time, under the names of `torch.optim.lr_scheduler`.

torch's LRScheduler counts the epochs and sets the rates; what they are is written here. Every schedule is a
function of the epoch t alone, lr_t = lr_0 f(t), so it may begin anywhere; two of them on one optimiser do
not multiply, as torch's do: join them with LambdaLR or SequentialLR.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

Factor = Callable[[int], float]


class LambdaLR(LRScheduler):
    """lr_t = lr_0 f(t), with f = lr_lambda, or one of a list for every parameter group.

    Raises ValueError for a list of another length than the groups.
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1) -> None:
        num_groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, Sequence) else [lr_lambda] * num_groups
        if len(self.lr_lambdas) != num_groups:
            raise ValueError(f"Expected {num_groups} lr_lambdas, but got {len(self.lr_lambdas)}")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        factors = [factor(self.last_epoch) for factor in self.lr_lambdas]
        return [base_lr * factor for base_lr, factor in zip(self.base_lrs, factors, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """A function cannot be saved, only the attributes of an object that is called like one."""
        states = [None if isinstance(each, FunctionType) else dict(vars(each)) for each in self.lr_lambdas]
        return {**super().state_dict(), "lr_lambdas": states}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "lr_lambdas"})
        for factor, state in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            vars(factor).update(state or {})


class StepLR(LRScheduler):
    """lr_t = lr_0 gamma^floor(t / step_size): down by gamma every step_size epochs."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        return [base_lr * self.gamma ** (self.last_epoch // self.step_size) for base_lr in self.base_lrs]


class MultiStepLR(LRScheduler):
    """lr_t = lr_0 gamma^n, n the number of milestones that lie behind: down by gamma at each."""

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        milestones = Counter(self.milestones)  # which a checkpoint gives back as a plain dict
        passed = bisect_right(sorted(milestones.elements()), self.last_epoch)
        return [base_lr * self.gamma**passed for base_lr in self.base_lrs]


class ExponentialLR(LRScheduler):
    """lr_t = lr_0 gamma^t: down by gamma every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        return [base_lr * self.gamma**self.last_epoch for base_lr in self.base_lrs]


class LinearLR(LRScheduler):
    """lr_t = lr_0 f, f from start_factor at t = 0 in a straight line to end_factor at total_iters: a warm-up.

    Raises ValueError for factors out of range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise ValueError(f"start_factor must be greater than 0 and at most 1; got {start_factor}")
        if not 0 <= end_factor <= 1:
            raise ValueError(f"end_factor must be between 0 and 1; got {end_factor}")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        done = min(self.last_epoch, self.total_iters) / self.total_iters
        factor = self.start_factor + (self.end_factor - self.start_factor) * done
        return [base_lr * factor for base_lr in self.base_lrs]


class CosineAnnealingLR(LRScheduler):
    """lr_t = eta_min + (lr_0 - eta_min) (1 + cos(pi t / T_max)) / 2: down in a half wave of T_max epochs.

    Behind T_max the wave goes up again. Loshchilov and Hutter, 2017.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        height = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return [self.eta_min + (base_lr - self.eta_min) * height for base_lr in self.base_lrs]


class SequentialLR(LRScheduler):
    """One schedule after the other; each milestone is the epoch at which the next begins, from its t = 0.

    Raises ValueError unless there is one milestone fewer than schedules, all on this optimiser.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        if not schedulers or len(milestones) != len(schedulers) - 1:
            counts = f"{len(schedulers)} schedulers and {len(milestones)} milestones"
            raise ValueError(f"SequentialLR needs one scheduler more than milestones; got {counts}")
        if any(scheduler.optimizer is not optimizer for scheduler in schedulers):
            raise ValueError("SequentialLR expects all schedulers to belong to the same optimizer")
        self._schedulers = schedulers
        self._milestones = milestones
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        index = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[index]
        scheduler.last_epoch = self.last_epoch - (self._milestones[index - 1] if index > 0 else 0)
        return scheduler.get_lr()

    def state_dict(self) -> dict[str, Any]:
        """The states of its schedules in place of the schedules."""
        return {**super().state_dict(), "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)


def square_root(epoch: int) -> float:
    """f(t) = 1 / sqrt(t + 1), for LambdaLR: slowly down, as the theory of convex problems asks."""
    return 1 / math.sqrt(epoch + 1)


def cosine_with_warmup(warmup_epochs: int, epochs: int, start: float = 0.0, end: float = 0.0) -> Factor:
    """f for LambdaLR: from start in a straight line to 1, then in a half wave to end, and there it stays.

    The parameters of a deep network are random at first, and long steps lead nowhere; Goyal et al., 2017.
    Raises ValueError unless 0 <= warmup_epochs < epochs.
    """
    if not 0 <= warmup_epochs < epochs:
        raise ValueError(f"0 <= warmup_epochs < epochs must hold; got {warmup_epochs} and {epochs}")

    def factor(epoch: int) -> float:
        if epoch < warmup_epochs:
            return start + (1 - start) * epoch / warmup_epochs
        done = min(1.0, (epoch - warmup_epochs) / (epochs - warmup_epochs))
        return end + (1 - end) * (1 + math.cos(math.pi * done)) / 2

    return factor

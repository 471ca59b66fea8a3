"""Rates that a function of the epoch says, and two such functions of the course."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou.scratch.optim.lr_scheduler.chainable import current_rates, for_each_group, warn_outside_step

Factor = Callable[[int], float]


class FunctionLR(LRScheduler):
    """A function of the epoch, or one of a list for every parameter group.

    Raises ValueError for a list of another length than the groups.
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1) -> None:
        self.lr_lambdas: list[Factor] = for_each_group(optimizer, lr_lambda, "lr_lambda")
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """A function cannot be saved, only the attributes of an object that is called like one."""
        return {**super().state_dict(), "lr_lambdas": [attributes_of(each) for each in self.lr_lambdas]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "lr_lambdas"})
        for function, attributes in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            give_attributes(function, attributes)


class LambdaLR(FunctionLR):
    """lr_t = lr_0 f(t), f = lr_lambda."""

    def get_lr(self) -> list[float | Tensor]:
        factors = [factor(self.last_epoch) for factor in self.lr_lambdas]
        return [base_lr * factor for base_lr, factor in zip(self.base_lrs, factors, strict=True)]


class MultiplicativeLR(FunctionLR):
    """lr_t = lr_{t-1} f(t), f = lr_lambda: the ratio of one epoch's rate to that of the epoch before.

    Raises TypeError for what is not a function.
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1) -> None:
        for function in for_each_group(optimizer, lr_lambda, "lr_lambda"):
            if not callable(function):
                raise TypeError(f"lr_lambda must be a function; got {type(function).__name__}")
        super().__init__(optimizer, lr_lambda, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        warn_outside_step(self)
        rates = current_rates(self.optimizer)
        if self._is_initial:
            return rates
        return [lr * factor(self.last_epoch) for lr, factor in zip(rates, self.lr_lambdas, strict=True)]


def attributes_of(function: Callable[..., float] | None) -> dict[str, Any] | None:
    """What a state_dict can hold of a function: the attributes of an object, nothing of a plain function."""
    return None if function is None or isinstance(function, FunctionType) else dict(vars(function))


def give_attributes(function: Callable[..., float] | None, attributes: dict[str, Any] | None) -> None:
    if attributes:
        vars(function).update(attributes)


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

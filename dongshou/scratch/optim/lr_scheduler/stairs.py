"""Down by a factor gamma: every so many epochs, at milestones, every epoch."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from torch.optim import Optimizer

from dongshou.scratch.optim.lr_scheduler.chainable import ChainableLR


class StepLR(ChainableLR):
    """lr_t = lr_0 gamma^floor(t / step_size): down by gamma every step_size epochs."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self) -> float:
        return self.gamma if self.last_epoch > 0 and self.last_epoch % self.step_size == 0 else 1

    def share(self) -> float:
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(ChainableLR):
    """lr_t = lr_0 gamma^n, n the number of milestones up to t: down by gamma at each, twice where it stands twice."""

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self) -> float:
        return self.gamma ** self.milestones.get(self.last_epoch, 0)

    def share(self) -> float:
        milestones = Counter(self.milestones)  # which a checkpoint gives back as a plain dict
        return self.gamma ** bisect_right(sorted(milestones.elements()), self.last_epoch)


class ExponentialLR(ChainableLR):
    """lr_t = lr_0 gamma^t: down by gamma every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self) -> float:
        return 1 if self._is_initial else self.gamma

    def share(self) -> float:
        return self.gamma**self.last_epoch

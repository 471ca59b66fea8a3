"""From one level to another within total_iters epochs: at once, in a straight line, by a power."""

from __future__ import annotations

from torch.optim import Optimizer

from dongshou.scratch.optim.lr_scheduler.chainable import ChainableLR


class ConstantLR(ChainableLR):
    """lr_t = lr_0 factor until total_iters, and lr_0 from then on: a warm-up of one stair.

    Raises ValueError unless 0 <= factor <= 1.
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        if factor > 1 or factor < 0:
            raise ValueError(f"factor must be between 0 and 1; got {factor}")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def ratio(self) -> float:
        if self.last_epoch == 0:
            return self.factor
        return 1 / self.factor if self.last_epoch == self.total_iters else 1

    def share(self) -> float:
        return self.factor if self.last_epoch < self.total_iters else 1


class LinearLR(ChainableLR):
    """lr_t = lr_0 f_t, f from start_factor at t = 0 in a straight line to end_factor at total_iters: a warm-up.

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
        if start_factor > 1 or start_factor <= 0:
            raise ValueError(f"start_factor must be greater than 0 and at most 1; got {start_factor}")
        if end_factor > 1 or end_factor < 0:
            raise ValueError(f"end_factor must be between 0 and 1; got {end_factor}")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def ratio(self) -> float:
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        # f_t / f_{t-1}, both times total_iters
        rise = self.end_factor - self.start_factor
        return 1 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def share(self) -> float:
        rise = self.end_factor - self.start_factor
        return self.start_factor + rise * min(self.last_epoch, self.total_iters) / self.total_iters


class PolynomialLR(ChainableLR):
    """lr_t = lr_0 (1 - t / total_iters)^power: down to 0 at total_iters, straight for power 1."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def ratio(self) -> float:
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        return (self._left(self.last_epoch) / self._left(self.last_epoch - 1)) ** self.power

    def share(self) -> float:
        return self._left(min(self.last_epoch, self.total_iters)) ** self.power

    def _left(self, epoch: int) -> float:
        return 1 - epoch / self.total_iters

"""Half waves of a cosine, down once or again and again."""

from __future__ import annotations

import math

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou.scratch.optim.lr_scheduler.chainable import current_rates, set_rate, warn_outside_step


class CosineAnnealingLR(LRScheduler):
    """Cosine annealing.

    lr_t = eta_min + (lr_0 - eta_min) h(t / T_max), h(x) = (1 + cos(pi x)) / 2: down in a half wave of T_max epochs.

    Behind T_max the wave goes up again. Loshchilov and Hutter, 2017, without the restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        """lr_t = eta_min + (lr_{t-1} - eta_min) h(t / T_max) / h((t - 1) / T_max)."""
        warn_outside_step(self)
        rates = current_rates(self.optimizer)
        if self._is_initial:
            return rates
        t, period, eta_min = self.last_epoch, self.T_max, self.eta_min
        if (t - 1 - period) % (2 * period) == 0:  # up from the bottom, where the ratio would be h / 0
            rise = half_wave((period - 1) / period)
            return [lr + (base_lr - eta_min) * rise for lr, base_lr in zip(rates, self.base_lrs, strict=True)]
        ratio = half_wave(t / period) / half_wave((t - 1) / period)
        return [eta_min + (lr - eta_min) * ratio for lr in rates]

    def _get_closed_form_lr(self) -> list[float | Tensor]:
        height = half_wave(self.last_epoch / self.T_max)
        return [self.eta_min + (base_lr - self.eta_min) * height for base_lr in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """lr_t = eta_min + (lr_0 - eta_min) h(T_cur / T_i): down in a half wave of T_i epochs, and from the top again.

    T_cur counts the epochs since the last restart; T_i begins with T_0 and is multiplied by T_mult at each.
    Unlike the others' its `step` takes an epoch that need not be whole, such as epoch + batch / batches.
    Loshchilov and Hutter, 2017. Raises ValueError unless T_0 > 0 and T_mult >= 1 are whole numbers.
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        for name, value, least in (("T_0", T_0, 1), ("T_mult", T_mult, 1)):
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number of {least} or more; got {value}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"eta_min must be a number; got {eta_min!r} of type {type(eta_min).__name__}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        height = half_wave(self.T_cur / self.T_i)
        return [self.eta_min + (base_lr - self.eta_min) * height for base_lr in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The next epoch, or the one given. Raises ValueError for a negative one."""
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = epoch or 0
            self._go_to(epoch)
        self.last_epoch = math.floor(epoch)
        for group, lr in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            set_rate(group, lr)
        self._last_lr = current_rates(self.optimizer)

    def _go_to(self, epoch: float) -> None:
        if epoch < 0:
            raise ValueError(f"epoch must not be negative; got {epoch}")
        self.T_cur, self.T_i = epoch, self.T_0
        while self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult


def half_wave(x: float) -> float:
    """(1 + cos(pi x)) / 2: from 1 at x = 0 down to 0 at x = 1."""
    return (1 + math.cos(math.pi * x)) / 2

"""Several schedules of one optimiser: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.lr_scheduler import ReduceLROnPlateau as TorchReduceLROnPlateau

from dongshou.scratch.optim.lr_scheduler.chainable import copied, current_rates, set_rate


class JoinedLR(LRScheduler):
    """Schedules, torch's or ours, behind one `step`; a state_dict holds their states in place of them."""

    _schedulers: Sequence[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)


class SequentialLR(JoinedLR):
    """One schedule after the other; each milestone is the epoch at which the next begins, from its t = 0.

    Raises ValueError unless there is one milestone fewer than schedules, all on this optimiser, none that waits
    for a metric; TypeError for what is not a schedule.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        require_joinable("SequentialLR", schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            counts = f"{len(schedulers)} schedulers and {len(milestones)} milestones"
            raise ValueError(f"SequentialLR needs one scheduler more than milestones; got {counts}")
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        # each schedule has set its first rate when it was built: take all that back, and let the first begin
        for group in optimizer.param_groups:
            set_rate(group, copied(group["initial_lr"]))
        take_back(self)
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One epoch of the schedule whose turn it is."""
        self.last_epoch += 1
        index = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[index]
        if index > 0 and self._milestones[index - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(JoinedLR):
    """All schedules at once, one after the other in every step: each changes the rate that the one before has left.

    Raises ValueError for no schedules, for those of several optimisers, and for one that waits for a metric; TypeError
    for what is not a schedule.
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        if optimizer is None and schedulers:
            optimizer = getattr(schedulers[0], "optimizer", None)
        require_joinable("ChainedScheduler", schedulers, optimizer)
        self._schedulers = schedulers
        self.optimizer = schedulers[0].optimizer
        self._last_lr = current_rates(self.optimizer)

    def step(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One epoch of each."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = current_rates(self.optimizer)


def require_joinable(name: str, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> None:
    if not schedulers:
        raise ValueError(f"{name} needs at least one scheduler")
    for index, scheduler in enumerate(schedulers):
        if not hasattr(scheduler, "optimizer"):
            raise TypeError(f"{name} joins schedulers, each of an optimizer; got {scheduler!r} at index {index}")
        if isinstance(scheduler, TorchReduceLROnPlateau):
            raise ValueError(f"{name} steps without a metric, which ReduceLROnPlateau at index {index} waits for")
        if scheduler.optimizer is not optimizer:
            raise ValueError(f"{name} expects all schedulers to belong to the same optimizer; see index {index}")


def take_back(scheduler: LRScheduler) -> None:
    """The epoch that a schedule counted when it was built, and those within it."""
    if hasattr(scheduler, "_schedulers"):
        for inner in scheduler._schedulers:  # pyright: ignore[reportAttributeAccessIssue]
            take_back(inner)
    else:
        scheduler.last_epoch -= 1

"""Going on with a fit for more epochs than it was meant for: the schedules that count on their number."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou.notes import note
from dongshou.training.pace import Pace, is_plateau, plain_values

if TYPE_CHECKING:
    from dongshou.training.progress import Progress

SCHEDULED = ("lr", "initial_lr", "momentum", "betas", "max_momentum", "base_momentum", "max_lr", "min_lr")
Rates = Sequence[Any]  # the learning rate of each epoch; of several optimisers by their names


class Course:
    """Where schedules would stand now had the fit been meant for all its epochs from the start.

    rates   of each epoch so far
    groups  the settings of each optimiser, by its name
    states  of each schedule
    """

    def __init__(self, pace: Pace, progress: Progress, num_batches: int) -> None:
        self.rates: list[Any] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's, that no step of the optimiser came between
            for _ in range(len(progress.history)):
                advance(pace, "step", num_batches)
                self.rates.append(pace.rates())
                advance(pace, "epoch", 1)
            advance(pace, "step", progress.taken)
        self.groups = {name: groups_of(optimizer) for name, optimizer in pace.optimizers.items()}
        self.states = copy.deepcopy({name: plain_values(one.state_dict()) for name, one in pace.schedules.items()})


def advance(pace: Pace, every: str, times: int) -> None:
    """Step the schedules that are stepped then, but for those that wait for a metric, whatever the epochs."""
    for schedule in pace.schedules.values() if pace.every == every else ():
        for _ in range(times if not is_plateau(schedule) else 0):
            schedule.step()


def groups_of(optimizer: Optimizer) -> list[dict[str, Any]]:
    """The settings of each group of parameters."""
    return [
        {key: copy.copy(value) for key, value in group.items() if key != "params"} for group in optimizer.param_groups
    ]


def take_course(pace: Pace, course: Course, recorded: Rates) -> None:
    """Once optimisers and schedules are as they were: give them the course for all epochs, which is another where it
    counts on their number, and say so where the epochs so far were trained on that other one.

    recorded  the rates with which they were
    """
    has_differed = False
    for name, optimizer in pace.optimizers.items():
        former, whole = [*of_optimizer(recorded, name)], [*of_optimizer(course.rates, name)]
        if not is_foreseen(pace.schedules.get(name), former, whole):
            continue
        before = fixed(groups_of(optimizer))
        for group, settings in zip(optimizer.param_groups, course.groups[name], strict=True):
            group.update(settings)
        if name in pace.schedules:
            pace.schedules[name].load_state_dict(course.states[name])
        has_differed |= former != whole or before != fixed(course.groups[name])
    if has_differed:
        note(
            "The learning rate depends on the number of epochs: from here on it is that of all of them, and the result"
            " is not that of a run that was started with so many."
        )


def is_foreseen(schedule: Any, former: Sequence[float], whole: Sequence[float]) -> bool:
    """Whether the rates follow from the number of steps alone: not from a metric, or from what the task does itself."""
    if schedule is not None:
        return isinstance(schedule, LRScheduler) and not is_plateau(schedule)
    return len({*former}) == 1 or former[-1:] == whole[-1:]


def fixed(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The settings that no schedule changes."""
    return [{key: value for key, value in group.items() if key not in SCHEDULED} for group in groups]


def of_optimizer(rates: Rates, name: str) -> Iterator[float]:
    return (rate[name] if isinstance(rate, Mapping) else rate for rate in rates)

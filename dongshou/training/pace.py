"""What goes along with the optimisers of a fit: schedules of their learning rates, clipping of their gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from dongshou.errors import UsageError, kind_of
from dongshou.training.clip import Clipping, clip_gradients
from dongshou.training.events import Metrics
from dongshou.training.parts import by_name
from dongshou.training.reading import SPLITS, Reading

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment

Schedule = Callable[[Optimizer], LRScheduler]


class Pace:
    """The schedule and the clipping of each optimiser that has one, by the name of the optimiser."""

    def __init__(self, experiment: Experiment) -> None:
        self.optimizers = by_name(experiment.optimizer)
        self.every = experiment.schedule_every
        clip = experiment.clip
        self.clippings: dict[str, Clipping] = {}
        if clip is not None:
            self.clippings = {name: clip_gradients(one, clip) for name, one in self.optimizers.items()}
        makers = makers_of(experiment.schedule, self.optimizers)
        self.schedules = {name: make(self.optimizers[name]) for name, make in makers.items()}

    def check(self, epochs: int, num_batches: int) -> None:
        """Raise UsageError for schedules that could not be stepped to the end."""
        times = epochs * num_batches if self.every == "step" else epochs
        for name, schedule in self.schedules.items():
            check_schedule(schedule, self.optimizers[name], self.every, times)

    def after_step(self) -> None:
        if self.every == "step":
            for schedule in self.schedules.values():
                schedule.step()

    def after_epoch(self, metrics: Metrics, reading: Reading) -> None:
        if self.every == "epoch":
            for schedule in self.schedules.values():
                if is_plateau(schedule):
                    schedule.step(metrics[watched(schedule, metrics, reading)])  # pyright: ignore[reportArgumentType]
                else:
                    schedule.step()

    def rates(self) -> float | dict[str, float]:
        """The learning rate of the first group of parameters, of several optimisers by their names."""
        rates = {name: float(one.param_groups[0]["lr"]) for name, one in self.optimizers.items()}
        return rates[""] if "" in rates else rates

    def norms(self) -> Iterator[tuple[str, list[float], float]]:
        """Of each optimiser that clips: its name, the norm of every gradient since the last call, the largest norm."""
        for name, clipping in self.clippings.items():
            if norms := clipping.read():
                yield name, norms, clipping.max_norm

    def state_dict(self) -> dict[str, Any]:
        """What the schedules count; of the only optimiser by itself."""
        states = {name: plain_values(schedule.state_dict()) for name, schedule in self.schedules.items()}
        return states.get("", states)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name, schedule in self.schedules.items():
            schedule.load_state_dict(state if name == "" else state[name])


def makers_of(schedule: Any, optimizers: Mapping[str, Optimizer]) -> dict[str, Schedule]:
    """What makes the schedule of each optimiser: one function for all, or one for each of those that have one."""
    if isinstance(schedule, Mapping):
        return dict(schedule)
    return {} if schedule is None else {name: schedule for name in optimizers}


def check_schedule(schedule: Any, optimizer: Optimizer, every: str, times: int) -> None:
    """Raise UsageError for a schedule that cannot be stepped so many times, or drives something else."""
    if not hasattr(schedule, "step") or getattr(schedule, "optimizer", optimizer) is not optimizer:
        raise UsageError(
            "The schedule of an experiment is made of the optimiser that its function is given, as in"
            f" lambda optimizer: StepLR(optimizer, 10); got {kind_of(schedule)}"
            f"{' of another optimiser' if hasattr(schedule, 'step') else ''}."
        )
    if is_plateau(schedule) and every == "step":
        raise UsageError('ReduceLROnPlateau waits for a metric of each epoch: use schedule_every="epoch".')
    total = getattr(schedule, "total_steps", None)
    if isinstance(total, int) and times > total:
        raise UsageError(
            f"{kind_of(schedule)} ends after {total} steps, but is stepped {times} times, after each {every}:"
            f" give it total_steps={times}."
        )


def is_plateau(schedule: Any) -> bool:
    """Whether a schedule waits for a metric to stand still."""
    return isinstance(schedule, ReduceLROnPlateau) or type(schedule).__name__ == "ReduceLROnPlateau"


def watched(schedule: Any, metrics: Metrics, reading: Reading) -> str:
    """The metric that a schedule of plateaus watches: the headline where its mode is the direction of that, else the
    loss, on the split that the best epoch is chosen on. Raises UsageError when there is none."""
    wants_more = schedule.mode == "max"
    for quantity in (reading.headline, "loss"):
        for name in (f"{split}_{quantity}" for split in SPLITS):
            if name in metrics and reading.prefers_more(name) == wants_more:
                return name
    raise UsageError(
        f'ReduceLROnPlateau with mode="{schedule.mode}" finds no metric that is better that way among'
        f" {', '.join(metrics)}: give it the other mode."
    )


def plain_values(state: dict[str, Any]) -> dict[str, Any]:
    """What a schedule counts and stores; functions that it was made with are made again with it."""
    kept = (bool, int, float, str, list, tuple, dict, type(None), Tensor)
    return {key: value for key, value in state.items() if isinstance(value, kept) and not key.startswith("_get")}

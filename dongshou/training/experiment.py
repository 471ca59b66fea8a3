"""An experiment: data, model, task and optimiser wired together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from dongshou.data import Splits
from dongshou.tasks import Task
from dongshou.training.checks import check_data, check_epochs, check_model, check_optimizer, check_task
from dongshou.training.early_stopping import EarlyStopping
from dongshou.training.events import Drew, Event, Finished, Metrics
from dongshou.training.loop import best_of, fit
from dongshou.training.published import Published
from dongshou.training.work import Asked, Work

if TYPE_CHECKING:
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.session import Session


@dataclass
class Experiment(Work):
    """One model trained on one data set, and the published results it stands beside.

    schedule        makes a torch learning-rate scheduler of the optimiser
    schedule_every  when it is stepped: after each epoch, or after each step of the optimiser
    clip            largest norm of the gradient, all parameters as one vector
    early_stopping  when to stop before the last epoch
    measure_model   metrics of the model itself after each epoch, such as the norm of its weights
    sample          a text that the model writes, recorded after the epochs 1, 2, ..., 9, 10, 20, ..., 90, 100, 200, ...
    draw            whether the task draws its pictures at the end

    Raises UsageError for a part that is not what it has to be.
    """

    data: Splits
    model: nn.Module
    task: Task
    optimizer: Optimizer
    epochs: int
    schedule: Callable[[Optimizer], LRScheduler] | None = None
    schedule_every: Literal["epoch", "step"] = "epoch"
    clip: float | None = None
    early_stopping: EarlyStopping | None = None
    measure_model: Callable[[nn.Module], Metrics] | None = None
    sample: Callable[[nn.Module], str] | None = None
    published: Sequence[Published] = ()
    draw: bool = True

    def __post_init__(self) -> None:
        check_data(self.data)
        check_model(self.model)
        check_task(self.task)
        check_optimizer(self.optimizer, self.model)
        check_epochs(self.epochs)

    def events(self, session: Session, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
        history: list[Metrics] = []
        yield from fit(self, session, checkpoints, history)
        if self.draw:
            for name, figure in self.task.figures(self.model, self.data):
                yield Drew(name, figure)
        yield Finished(history[-1] if history else {}, best_of(history, self.task.headline))

    def typical_fit(self) -> Experiment:
        return self

    def asked(self) -> Asked:
        return Asked("", 0, lambda: self, getattr(self.task, "asked_with", None))

    def fingerprints(self) -> dict[str, str]:
        return self.data.fingerprints()

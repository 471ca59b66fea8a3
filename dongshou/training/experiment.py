"""An experiment: data, model, task and optimiser wired together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from torch import nn

from dongshou.data import Splits
from dongshou.tasks import Task
from dongshou.tasks.said import asked_with_of, figures_of
from dongshou.training.afresh import Start, afresh, as_given
from dongshou.training.checks import (
    as_splits,
    check_clip,
    check_early_stopping,
    check_epochs,
    check_function,
    check_model,
    check_number,
    check_optimizers,
    check_schedule,
    check_task,
)
from dongshou.training.early_stopping import EarlyStopping
from dongshou.training.events import Drew, Event, Finished, Metrics
from dongshou.training.loop import fit
from dongshou.training.naming import check_name, check_settings
from dongshou.training.pace import Schedule
from dongshou.training.parts import by_name
from dongshou.training.progress import Progress
from dongshou.training.published import Stated
from dongshou.training.work import Asked, Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.session import Session


@dataclass(repr=False)
class Experiment(Work):
    """One model trained on one data set, and the published results it stands beside.

    data              Splits; or what to train on alone: a tuple (inputs, targets) of tensors, a DataLoader, a Dataset
    optimizer         one, or several by name, which the task is given as they are: {"generator": ..., ...}
    schedule          makes a torch learning-rate scheduler of each optimiser, or a function for each of those by name
    schedule_every    when it is stepped: after each epoch, or after each step of the optimiser
    clip              largest norm of the gradient, all parameters of an optimiser as one vector
    early_stopping    when to stop before the last epoch
    look_every        steps after which the model is measured and saved, as it is after each epoch
    measure_model     metrics of the model itself after each epoch, such as the norm of its weights
    sample            what the model writes or draws, recorded every `look_every` steps and after the epochs 1, 2, ...,
                      9, 10, 20, ..., 90, 100, 200, ...
    conclude          what to write, draw and measure once it is trained, given this and what it finished with; ends
                      with `Finished`
    higher_is_better  names of metrics of which more is better, among those of measure_model and conclude; the task
                      says it of its own
    draw              whether the task draws its pictures at the end
    name, settings    what its runs are called, and values by name that they record: {"lr": 0.1}

    Raises UsageError for a part that is not what it has to be.
    """

    data: Splits
    model: nn.Module
    task: Task
    optimizer: Any  # an Optimizer, or a dict of named ones
    epochs: int
    schedule: Schedule | Mapping[str, Schedule] | None = None
    schedule_every: Literal["epoch", "step"] = "epoch"
    clip: float | None = None
    early_stopping: EarlyStopping | None = None
    look_every: int | None = None
    measure_model: Callable[[nn.Module], Metrics] | None = None
    sample: Callable[[nn.Module], str | Figure] | None = None
    conclude: Conclude | None = None
    higher_is_better: Collection[str] = ()
    stated: Sequence[Stated] = ()
    draw: bool = True
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    start: Start = field(default_factory=Start, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.data = as_splits(self.data)
        check_model(self.model)
        check_task(self.task)
        check_optimizers(self.optimizer, self.model, self.task)
        check_schedule(self.schedule, self.schedule_every, self.optimizer)
        check_epochs(self.epochs)
        check_clip(self.clip)
        check_early_stopping(self.early_stopping)
        check_function("measure_model", self.measure_model, "of the model that gives metrics by name")
        check_function("sample", self.sample, "of the model that gives a text or a figure")
        check_function("conclude", self.conclude, "of the experiment and what it finished with, that yields events", 2)
        if self.look_every is not None:
            check_number("look_every", self.look_every)
        check_name(self.name)
        check_settings(self.settings)

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Afresh: with new weights where it was declared, else with those that it was given."""
        with ExitStack() as stack:
            if self.declared is None:
                stack.enter_context(afresh(self))
            else:
                self.renew()
            stack.callback(self.remember)  # after the parts are in their form again
            stack.enter_context(as_given(self))
            yield

    def __repr__(self) -> str:
        name = self.name or (self.declared.name if self.declared else "")
        optimizers = ", ".join(type(one).__name__ for one in by_name(self.optimizer).values())
        parts = f"{type(self.model).__name__}, {type(self.task).__name__}, {optimizers}, epochs={self.epochs}"
        return f"Experiment({f'{name}: ' if name else ''}{parts})\n{self.data!r}"

    def events(self, session: Session, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
        progress = Progress()
        yield from fit(self, session, checkpoints, progress)
        if self.draw:
            for name, figure in figures_of(self.task, self.model, self.data):
                yield Drew(name, figure)
        last = progress.history[-1] if progress.history else {}
        finished = Finished(last, progress.best, progress.reading)
        yield from [finished] if self.conclude is None else self.conclude(self, finished)

    def typical_fit(self) -> Experiment:
        return self

    def asked(self) -> Asked:
        return Asked("", 0, lambda: self, asked_with_of(self.task, self.data))

    def fingerprints(self) -> dict[str, str]:
        return self.data.fingerprints()


Conclude = Callable[[Experiment, Finished], Iterator[Event]]

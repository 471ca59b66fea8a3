"""What an experiment function may return: anything that can run itself and yield events."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from dongshou.errors import UsageError, did_you_mean
from dongshou.training.events import Event
from dongshou.training.naming import recorded
from dongshou.training.published import Stated

if TYPE_CHECKING:
    from torch import nn

    from dongshou.data import Splits
    from dongshou.runs import Run
    from dongshou.tasks import AskedWith, Task
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.experiment import Experiment
    from dongshou.training.session import Session


Origin = Literal["course", "file", "python"]
KEPT = ("declared", "stated", "made")  # what is said of a piece of work, not what it is made of


@dataclass(frozen=True)
class Declared:
    """Where a piece of work was declared, so that it can be made again under another seed.

    name      as on the command line, `mlp` or `mlp:deep`
    settings  the arguments of the experiment function, defaults filled in
    defaults  what they are when nobody says otherwise
    make      builds the work again
    origin    where it was declared: in the course, in a user's own file, or in Python, such as in a notebook
    file      the user's own file, where it was declared in one
    text      what stood in it
    """

    name: str
    settings: dict[str, Any]
    defaults: dict[str, Any]
    make: Callable[[], Work]
    origin: Origin = "course"
    file: Path | None = None
    text: bytes = b""


class Respondent(Protocol):
    """Who answers questions: an experiment, or a model that was made in another way, with its task and data."""

    @property
    def data(self) -> Splits: ...

    @property
    def model(self) -> nn.Module: ...

    @property
    def task(self) -> Task: ...


class Trained(NamedTuple):
    """A respondent that is no experiment: its model was found without one."""

    data: Splits
    model: nn.Module
    task: Task


class Asked(NamedTuple):
    """The fit of a piece of work whose network answers questions once all is done.

    part        the label of its events, empty where there is one fit
    number      which fit it is, counted from 0
    make        builds it, not yet trained
    asked_with  what its task is asked with; None where it answers nothing
    """

    part: str
    number: int
    make: Callable[[], Respondent]
    asked_with: AskedWith | None = "image"


class Work(ABC):
    """An interface: a fit, a series of fits, or a procedure that is no fit at all.

    name      what its runs are called, where no function declares it
    settings  by name: what its runs record, so that they can be told apart
    """

    name: str = ""
    settings: Mapping[str, Any] = MappingProxyType({})
    stated: Sequence[Stated] = ()
    declared: Declared | None = None
    made: Mapping[str, Any] = MappingProxyType({})  # the attributes that it was declared with, or that a run left

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.declared.name if self.declared else ''})"

    @abstractmethod
    def events(self, session: Session, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
        """Do the work, telling what happens. With checkpoints, go on from where the last one stands."""

    @abstractmethod
    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of every data file that is read, by file name."""

    def recorded_settings(self) -> dict[str, Any]:
        """The settings as they read back from JSON, so that they compare equal: tuples are lists there."""
        return recorded(self.settings)

    def typical_fit(self) -> Experiment | None:
        """An experiment whose steps are those of this work, for `--fast` to measure; none where it does not fit."""
        return None

    def asked(self) -> Asked | None:
        """Whom `predict` asks; none where nothing is fitted."""
        return None

    @contextmanager
    def begun(self) -> Iterator[None]:
        """What a run of it begins with, and what it leaves behind."""
        self.renew()
        try:
            yield
        finally:
            self.remember()

    def remember(self) -> None:
        """What is set on it from now on was set by hand."""
        self.made = {name: value for name, value in vars(self).items() if name not in KEPT}

    def check_as_made(self) -> None:
        """Raise UsageError for what was set on it by hand, where a run makes it again and would lose that."""
        if self.declared is None or not self.made:
            return
        now = {name: value for name, value in vars(self).items() if name not in KEPT and not is_cached(self, name)}
        changed = [name for name, value in now.items() if name not in self.made or value is not self.made[name]]
        if not changed:
            return
        settings = [f"{name}={now[name]!r}" for name in changed if name in self.declared.settings]
        cure = (
            f"Give the setting where it is made: {', '.join(settings)}."
            if len(settings) == len(changed)
            else "Wire an Experiment(...) of your own, which runs as it stands."
        )
        raise UsageError(
            f"A run makes {self.declared.name} again from its settings, and would lose what was set on it since:"
            f" {', '.join(changed)}. {cure}"
        )

    def renew(self) -> None:
        """Make it again as it was declared, under the random numbers of this moment; one made in Python stays as it
        is."""
        if self.declared is not None:
            made = vars(self.declared.make())
            vars(self).update({name: value for name, value in made.items() if name not in KEPT})

    def run(self, **options: Any) -> Run:
        """Run and record this; the options of `dongshou.runs.execute`: seed, engine, device, progress, ...

        Each call starts afresh: with new weights from its seed when the work comes from `dongshou.experiments`, an
        `Experiment` of one's own with the weights that it had before its first run, or was given since. Afterwards
        the model of an `Experiment` holds the weights that it ended with; `run.model` has the best ones.
        Raises UsageError for an option that does not exist.
        """
        from dongshou.runs import execute

        _, *known = inspect.signature(execute).parameters  # the first is the work itself
        for name in options:
            if name not in known:
                near, there = did_you_mean(name, known), ", ".join(known)
                raise UsageError(f"run() has no option {name}.{near} Its options: {there}.")
        return execute(self, **options)


def is_cached(work: Work, name: str) -> bool:
    """Whether an attribute is a property that was computed once, not one that was set."""
    return isinstance(getattr(type(work), name, None), cached_property)

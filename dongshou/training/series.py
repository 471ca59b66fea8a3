"""Several fits, one after another: the folds of a cross-validation, the points of a grid."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dongshou.training.events import Event, Finished, Metrics
from dongshou.training.loop import fit
from dongshou.training.naming import check_name, check_settings
from dongshou.training.progress import Progress
from dongshou.training.randomness import seed_all
from dongshou.training.reading import Reading
from dongshou.training.work import Asked, Work

if TYPE_CHECKING:
    from dongshou.tasks import AskedWith
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.experiment import Experiment
    from dongshou.training.session import Session

Histories = Mapping[str, list[Metrics]]  # by part: the metrics of each of its epochs
Conclude = Callable[[Histories], Iterator[Event]]


def last_of(histories: Histories) -> dict[str, Metrics]:
    """The metrics that each part ended with."""
    return {label: history[-1] for label, history in histories.items()}


def averaged(parts: Mapping[str, Metrics]) -> Metrics:
    """The mean over all parts of each metric that every part has."""
    first, *others = parts.values()
    shared = [name for name in first if all(name in metrics for metrics in others)]
    return {name: statistics.fmean(metrics[name] for metrics in parts.values()) for name in shared}


class Series(Work):
    """Fits that belong together. Each is made when its turn comes, under a seed of its own.

    parts     makes the experiment of each part, by the label that its events carry
    conclude  what to draw, write and yield once all are done, given the metrics of each part by epoch; it ends
              with `Finished`. Without it the result is the mean over the parts.
    data      name of the registered data set that is read; else a function that gives the hashes of its files
    answers   the part whose network is asked afterwards, and whose best checkpoint is kept: without it the last one
    asked_with  what the task of that part is asked with
    name, settings  see `Experiment`
    """

    def __init__(
        self,
        parts: Mapping[str, Callable[[], Experiment]],
        conclude: Conclude | None = None,
        data: str | Callable[[], dict[str, str]] | None = None,
        answers: str | None = None,
        asked_with: AskedWith = "image",
        name: str = "",
        settings: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.parts = dict(parts)
        self.conclude = conclude
        self.data = data
        self.answers = [*parts][-1] if answers is None else answers
        self.asked_with: AskedWith = asked_with
        self.name, self.settings = name, settings
        check_name(name)
        check_settings(settings)

    def events(self, session: Session, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
        histories, reading = finished_parts(checkpoints)
        for index, (label, make) in enumerate(self.parts.items()):
            if label in histories:
                continue
            seed_all(session.seed + index)
            progress = Progress()
            if checkpoints is not None:
                checkpoints.part, checkpoints.context = index, {"done": dict(histories)}
            yield from labeled(fit(make(), session, checkpoints, progress), label)
            histories[label], reading = progress.history, progress.reading.joined(reading)
        yield from concluded(self.conclude or mean_of_parts, histories, reading)

    def typical_fit(self) -> Experiment:
        return next(iter(self.parts.values()))()

    def asked(self) -> Asked:
        return Asked(self.answers, [*self.parts].index(self.answers), self.parts[self.answers], self.asked_with)

    def fingerprints(self) -> dict[str, str]:
        from dongshou.data.sources.files import fingerprints

        if callable(self.data):
            return self.data()
        return fingerprints(self.data) if self.data else {}


def labeled(events: Iterator[Event], part: str) -> Iterator[Event]:
    """The events of a fit that is one of several."""
    for event in events:
        yield replace(event, part=part)  # pyright: ignore[reportCallIssue]


def concluded(conclude: Conclude, histories: Histories, reading: Reading) -> Iterator[Event]:
    """What a series ends with, its metrics read as those of its parts."""
    for event in conclude(histories):
        is_end = isinstance(event, Finished)
        yield replace(event, reading=event.reading.joined(reading)) if is_end else event


def mean_of_parts(histories: Histories) -> Iterator[Event]:
    """The mean over the parts of what each ended with."""
    yield Finished(averaged(last_of(histories)))


def finished_parts(checkpoints: Checkpoints | None) -> tuple[dict[str, list[Metrics]], Reading]:
    """The parts that a resumed run had finished, and how to read their metrics; the next goes on from its state."""
    if checkpoints is None or checkpoints.to_resume is None:
        return {}, Reading()
    state = checkpoints.to_resume
    return dict(state["context"]["done"]), Reading(*state["training"].get("reading", ()))

"""Work that is not a fit: a closed form, a search, a picture."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dongshou.training.events import Event, Kept, Saved
from dongshou.training.naming import check_name, check_settings
from dongshou.training.randomness import random_state, set_random_state
from dongshou.training.work import Asked, Respondent, Work

if TYPE_CHECKING:
    from dongshou.tasks import AskedWith
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.session import Session


class Procedure(Work):
    """A function that yields events, the last of them `Finished`. Interrupted, it starts over, or goes on from the last
    state that it kept.

    steps       the function, of the session; one that yields `Kept` also takes the state to go on from, or None
    data        name of the registered data set that is read; else a function that gives the hashes of its files
    asked       makes the model that `predict` asks, with its task and data. What it has learnt is among the events,
                as `learnt` makes one; a model without tensors is what its data make it
    asked_with  what its task is asked with
    name, settings  see `Experiment`
    """

    def __init__(
        self,
        steps: Callable[..., Iterator[Event | Kept]],
        data: str | Callable[[], dict[str, str]] | None = None,
        asked: Callable[[], Respondent] | None = None,
        asked_with: AskedWith = "row",
        name: str = "",
        settings: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.steps = steps
        self.data = data
        self.respondent = asked
        self.asked_with: AskedWith = asked_with
        self.name, self.settings = name, settings
        check_name(name)
        check_settings(settings)

    def events(self, session: Session, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
        if len(inspect.signature(self.steps).parameters) == 1:
            yield from self.steps(session)  # pyright: ignore[reportReturnType]
        else:
            yield from kept(self.steps(session, state_to_resume(checkpoints)), checkpoints)

    def asked(self) -> Asked | None:
        return None if self.respondent is None else Asked("", 0, self.respondent, self.asked_with)

    def fingerprints(self) -> dict[str, str]:
        from dongshou.data.sources.files import fingerprints

        if callable(self.data):
            return self.data()
        return fingerprints(self.data) if self.data else {}


def kept(events: Iterator[Event | Kept], checkpoints: Checkpoints | None) -> Iterator[Event]:
    """The events, with each state in a checkpoint, where there are any."""
    for event in events:
        if not isinstance(event, Kept):
            yield event
        elif checkpoints is not None:
            state = {"state": event.state, "random": random_state()}
            path, sha256 = checkpoints.save(event.step, {}, state, is_best=True)
            yield Saved(event.step, event.epoch, path, sha256, best=True)
            checkpoints.prune()


def state_to_resume(checkpoints: Checkpoints | None) -> dict[str, Any] | None:
    """What was kept last, the random numbers put back to where they stood then; None at the start."""
    resumed = None if checkpoints is None else checkpoints.take()
    if resumed is None:
        return None
    set_random_state(resumed["training"]["random"])
    return resumed["training"]["state"]

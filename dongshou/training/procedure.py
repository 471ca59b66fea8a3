"""Work that is not a fit: a closed form, a search, a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dongshou.training.events import Event
from dongshou.training.work import Asked, Respondent, Work

if TYPE_CHECKING:
    from dongshou.tasks import AskedWith
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.session import Session


class Procedure(Work):
    """A function that yields events, the last of them `Finished`. Short enough to start over when interrupted.

    asked       makes the model that `predict` asks, with its task and data. What it has learnt is among the events,
                as `learnt` makes one; a model without tensors is what its data make it
    asked_with  what its task is asked with
    """

    def __init__(
        self,
        steps: Callable[[Session], Iterator[Event]],
        data: str | None = None,
        asked: Callable[[], Respondent] | None = None,
        asked_with: AskedWith = "row",
    ) -> None:
        self.steps = steps
        self.data = data
        self.respondent = asked
        self.asked_with: AskedWith = asked_with

    def events(self, session: Session, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
        yield from self.steps(session)

    def asked(self) -> Asked | None:
        return None if self.respondent is None else Asked("", 0, self.respondent, self.asked_with)

    def fingerprints(self) -> dict[str, str]:
        from dongshou.data.sources.files import fingerprints

        return fingerprints(self.data) if self.data else {}

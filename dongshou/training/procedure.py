"""Work that is not a fit: a closed form, a search, a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from dongshou.training.events import Event
from dongshou.training.published import Published
from dongshou.training.work import Work

if TYPE_CHECKING:
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.session import Session


class Procedure(Work):
    """A function that yields events, the last of them `Finished`. Short enough to start over when interrupted."""

    def __init__(
        self,
        steps: Callable[[Session], Iterator[Event]],
        published: Sequence[Published] = (),
        data: str | None = None,
    ) -> None:
        self.steps = steps
        self.published = published
        self.data = data

    def events(self, session: Session, checkpoints: Checkpoints | None = None) -> Iterator[Event]:
        yield from self.steps(session)

    def fingerprints(self) -> dict[str, str]:
        from dongshou.data.sources.files import fingerprints

        return fingerprints(self.data) if self.data else {}

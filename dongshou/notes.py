"""What a reader did to a user's own data beyond copying it: said once, with counts, and kept in the record of a run.

Whoever reads your own file calls `note`. In Python it is a warning, of a class of its own so that
`warnings.filterwarnings("ignore", category=DataNote)` silences these and nothing else; the command line prints
it as one line; a run keeps it in its `result.json`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from dongshou.languages import translate

Show = Callable[[str], None]


class DataNote(UserWarning):
    """Cells taken as missing, numbers converted, pictures left out: nothing is wrong, but a person should know."""


def note(text: str) -> None:
    """Say it once to whoever listens, and keep it for the run that is going on."""
    for kept in _kept.get():
        if text not in kept:
            kept.append(text)
    _show.get()(text)


@contextmanager
def notes_kept() -> Iterator[list[str]]:
    """The notes that come up within it, each once; they are shown all the same."""
    kept: list[str] = []
    token = _kept.set((*_kept.get(), kept))
    try:
        yield kept
    finally:
        _kept.reset(token)


@contextmanager
def notes_shown(show: Show) -> Iterator[None]:
    """Within it notes are shown in this way instead of as warnings, each once."""
    said: set[str] = set()

    def once(text: str) -> None:
        if text not in said:
            said.add(text)
            show(text)

    token = _show.set(once)
    try:
        yield
    finally:
        _show.reset(token)


def as_warning(text: str) -> None:
    warnings.warn(translate(text), DataNote, stacklevel=4)  # at the line that called the reader


_kept: ContextVar[tuple[list[str], ...]] = ContextVar("kept", default=())
_show: ContextVar[Show] = ContextVar("show", default=as_warning)

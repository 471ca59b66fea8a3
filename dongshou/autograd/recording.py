"""Whether operators leave records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

recording = ContextVar("recording", default=True)  # in this thread


@contextmanager
def recorded(enabled: bool) -> Iterator[None]:
    """Within this, operators leave records, or leave none."""
    token = recording.set(enabled)
    try:
        yield
    finally:
        recording.reset(token)


def no_grad():
    """Within this, operators leave no records: for measuring, and for changing parameters."""
    return recorded(False)

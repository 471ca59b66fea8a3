"""Output on any console: what its encoding lacks is replaced, by something similar where there is one."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REPLACE = "dongshou"  # the name of the error handler

SIMILAR = {
    "✓": "+",
    "✗": "x",
    "→": "->",
    "←": "<-",
    "±": "+-",
    "≤": "<=",
    "≥": ">=",
    "×": "x",
    "•": "*",
    "·": ".",
    "…": "...",
    "–": "-",
    "—": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "␣": "_",
    "↵": "|",
    "⇥": "|",
}
ROUNDED = {  # names of line drawings begin with BOX DRAWINGS; a dash, a bar, or a corner
    **dict.fromkeys("─━┄┅┈┉╌╍═╴╶╸╺", "-"),
    **dict.fromkeys("│┃┆┇┊┋╎╏║╵╷╹╻", "|"),
}
BOXES, BLOCKS, BRAILLE = range(0x2500, 0x2580), range(0x2580, 0x25A0), range(0x2800, 0x2900)


def similar(character: str) -> str:
    """ASCII that looks like the character: bars of #, boxes of - | +, a ? where nothing does.

    >>> "".join(map(similar, "┌─┐│█✓±中"))
    '+-+|#++-?'
    """
    if character in SIMILAR:
        return SIMILAR[character]
    point = ord(character)
    if point in BOXES:
        return ROUNDED.get(character, "+")
    if point in BLOCKS:
        return "#"
    return "*" if point in BRAILLE else "?"


def replaced(error: UnicodeError) -> tuple[str, int]:
    """What an encoder writes instead of the characters that it cannot."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(similar, error.object[error.start : error.end])), error.end


codecs.register_error(REPLACE, replaced)


@contextmanager
def any_console() -> Iterator[None]:
    """Within it, printing never fails for a character: not on a console of cp1252 or gbk, nor for a file name that
    is not text."""
    streams = [stream for stream in (sys.stdout, sys.stderr) if hasattr(stream, "reconfigure")]
    former = [stream.errors for stream in streams]
    set_errors(streams, [REPLACE] * len(streams))
    try:
        yield
    finally:
        set_errors(streams, former)


def set_errors(streams: list[Any], errors: list[str | None]) -> None:
    for stream, handler in zip(streams, errors, strict=True):
        if not stream.closed:
            stream.reconfigure(errors=handler)


def writes_everything(stream: Any) -> bool:
    """Whether the encoding of the stream has every character; text that a program reads is escaped where it has not."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf")

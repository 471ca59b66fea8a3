"""The two errors a user can cause; everything else that is raised is a fault of ours."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DongshouError(Exception):
    """The work cannot go on. One line: what is wrong, where, what to do. The command line exits with 1."""

    exit_code = 1


class UsageError(DongshouError):
    """A name, flag or value that does not exist or does not fit. The command line exits with 2."""

    exit_code = 2


def did_you_mean(wrong: str, right: Iterable[str]) -> str:
    """The nearest right names, as the end of an error message.

    >>> did_you_mean("softmax-regresion", ["mlp", "softmax-regression"])
    ' Did you mean softmax-regression?'
    """
    by_lower = {name.lower(): name for name in right}
    nearest = [by_lower[name] for name in difflib.get_close_matches(wrong.lower(), by_lower, n=3, cutoff=0.5)]
    return f" Did you mean {' or '.join(nearest)}?" if nearest else ""


def kind_of(value: object) -> str:
    """What a value of the wrong kind is, in an error message.

    >>> kind_of(3), kind_of(dict)
    ('int', 'the class dict')
    """
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__

"""The two errors a user can cause; everything else that is raised is a fault of ours."""

from __future__ import annotations

from collections.abc import Iterable

from dongshou.languages import translate
from dongshou.nearby import nearest


class DongshouError(Exception):
    """The work cannot go on. One line: what is wrong, where, what to do. The command line exits with 1.

    It is written in English, and shown in the language of whoever reads it: `str(error)` is for a person;
    `error.english`, and the error in an f-string, for a record and for the message of another error.
    """

    exit_code = 1

    @property
    def english(self) -> str:
        return super().__str__()

    def __str__(self) -> str:
        return translate(self.english)

    def __format__(self, spec: str) -> str:
        return format(self.english, spec)


class UsageError(DongshouError):
    """A name, flag or value that does not exist or does not fit. The command line exits with 2."""

    exit_code = 2


def did_you_mean(wrong: str, right: Iterable[str]) -> str:
    """The nearest right names, as the end of an error message.

    >>> did_you_mean("softmax-regresion", ["mlp", "softmax-regression"])
    ' Did you mean softmax-regression?'
    """
    near = nearest(wrong, right)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def kind_of(value: object) -> str:
    """What a value of the wrong kind is, in an error message.

    >>> kind_of(3), kind_of(dict)
    ('int', 'the class dict')
    """
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__

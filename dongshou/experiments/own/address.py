"""The address of an experiment in a user's own file, as it is typed: `my_experiment.py:deep`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

# a path that ends in .py or has a folder in it; behind a colon the name of a function
ADDRESS = re.compile(r"(?P<file>.+?\.py|.*[/\\].*?)(?::(?P<function>[^:/\\]*))?")


class Address(NamedTuple):
    """A file as it was typed, and the function in it; "" where none is named."""

    file: str
    function: str = ""

    @property
    def path(self) -> Path:
        return Path(self.file).expanduser()

    def __str__(self) -> str:
        return f"{self.file}:{self.function}" if self.function else self.file


def address_in(name: str) -> Address | None:
    """None for what can only be a name of the course.

    >>> address_in("folder/my_experiment.py:deep")
    Address(file='folder/my_experiment.py', function='deep')
    >>> address_in("mlp:deep") is None
    True
    """
    found = ADDRESS.fullmatch(name)
    return Address(found["file"], (found["function"] or "").replace("-", "_")) if found else None

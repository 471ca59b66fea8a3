"""`@dongshou.experiment`: a function of a user's own becomes an experiment with a name, settings and runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dongshou.experiments.catalog import Entry, first_line
from dongshou.experiments.own import MAIN, OWN, Address, read_source
from dongshou.experiments.registry import Declaration


def experiment(function: Callable[..., Any]) -> Declaration:
    """Make an experiment of a function: `deep(lr=0.1).run()` is `dongshou run my_experiment.py:deep --lr 0.1`.

    Its parameters are the settings, each with a type and a default; the first line of its docstring is the title. It
    returns an `Experiment`, a `Series` or a `Procedure`, and is called again for every run, under the run's seed.

    >>> @experiment
    ... def deep(lr: float = 0.1):
    ...     '''Two hidden layers.'''
    >>> deep
    deep(lr=0.1)

    Raises UsageError for a parameter without a type or a default.
    """
    path = file_of(function)
    if path is None:
        return Declaration(Entry(function.__name__, OWN, first_line(function.__doc__), {}), "", function)
    entry = read_source(Address(str(path))).entry
    return Declaration(entry, "" if function.__name__ == MAIN else function.__name__, function)


def file_of(function: Callable[..., Any]) -> Path | None:
    """The file in which a function can be found by its name; None in a notebook, and within another function."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    path = None if code is None else Path(code.co_filename).resolve()
    is_found = path is not None and path.suffix == ".py" and path.is_file() and "." not in function.__qualname__
    return path if is_found else None

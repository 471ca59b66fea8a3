"""A setting given from Python has the type that the command line reads it as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dongshou import experiments
from dongshou.errors import UsageError
from dongshou.experiments.fitting import fitting

Rates = tuple[float, ...]


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        (float, 1, 1),
        (float, np.float32(0.5), 0.5),
        (int, np.int64(3), 3),
        (tuple[int, ...], [2, 3], (2, 3)),
        (Rates, (), ()),
        (Path, "a.csv", Path("a.csv")),
        (Path | None, "a.csv", Path("a.csv")),
        (Path | None, None, None),
        (tuple[int, str], [1, "a"], (1, "a")),
        (float | None, None, None),
        (float | None, 2, 2),
        (str, "a", "a"),
        (bool, False, False),
    ],
)
def test_what_fits(kind: Any, given: Any, taken: Any):
    value = fitting("x", kind, given)
    assert value == taken and type(value) is type(taken)


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (float, "fast", "x is a number; got 'fast'."),
        (float, True, "x is a number; got True."),
        (float, None, "x is a number; got None."),
        (int, 2.5, "x is a whole number; got 2.5."),
        (int, True, "x is a whole number; got True."),
        (str, 3, "x is a text; got 3."),
        (Path, 1, "x is a path; got 1."),
        (bool, 1, "x is True or False; got 1."),
        (tuple[int, ...], 64, "x is several whole numbers, such as (1, 2); got 64."),
        (tuple[int, ...], (1, "b"), "x is several whole numbers, such as (1, 2); got (1, 'b')."),
        (tuple[int, str], (1, "a", 2), "x is (a whole number, a text); got (1, 'a', 2)."),
        (tuple[Path, ...], Path("a"), "x is several values, in parentheses; got PosixPath('a')."),
        (float | None, "no", "x is a number or None; got 'no'."),
    ],
)
def test_what_does_not(kind: Any, given: Any, words: str):
    with pytest.raises(UsageError) as error:
        fitting("x", kind, given)
    assert str(error.value) == words


def test_an_experiment_is_called_with_settings_of_its_types():
    with pytest.raises(UsageError, match="^lr is a number; got 'fast'"):
        experiments.mlp(lr="fast")
    with pytest.raises(UsageError, match="^hidden is several whole numbers"):
        experiments.mlp(data="digits", hidden="64")
    work = experiments.mlp(data="digits", hidden=[np.int64(16)], batch_size=np.int64(32))
    assert (work.declared.settings["hidden"], work.data.batch_size, work.data.train().batch_size) == ([16], 64, 32)


@pytest.mark.parametrize("option", [{"seed": "one"}, {"seed": None}, {"limit": 2.5}, {"limit": "all"}])
def test_so_is_a_run(option: dict[str, Any]):
    with pytest.raises(UsageError, match="^(seed|limit) is a whole number; got"):
        experiments.mlp.digits().run(**option)

"""From the words after a command to typed values, and the one line that says what is wrong with them."""

from __future__ import annotations

from typing import Literal

import pytest

from dongshou.cli.flags import call, condense
from dongshou.errors import UsageError

BOXED = """\
╭─ Value error ─────────────────────╮
│ Error parsing --lr: could not     │
│ convert string to float: 'x'      │
│ ───────────────────────────────── │
│ Argument helptext:                │
╰───────────────────────────────────╯
"""
PLAIN = """\
 Required options
 --------------------
  Missing from dongshou show:
      RUN
          its path (required)
  -------------------
  For full helptext, run:
"""


def train(
    name: str, /, *, lr: float = 0.1, widths: tuple[int, ...] = (8,), how: Literal["sgd", "adam"] = "sgd"
) -> tuple[object, ...]:
    """Train.

    Args:
        lr: the learning rate
    """
    return name, lr, widths, how


@pytest.mark.parametrize("arguments", [["a", "--lr", "3", "--widths", "4", "2"], ["--lr=3", "a", "--widths", "4", "2"]])
def test_values_come_with_their_types(arguments: list[str]) -> None:
    assert call(train, arguments, "dongshou train") == ("a", 3.0, (4, 2), "sgd")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a", "--lrr", "1"], "unrecognised option --lrr for train; did you mean --lr? See dongshou train --help"),
        (["a", "--zzz=1"], "unrecognised option --zzz for train. See dongshou train --help"),
        (["a", "b"], "train does not take b. See dongshou train --help"),
        (["a", "--lr", "x"], "Error parsing --lr: could not convert string to float: 'x'. See dongshou train --help"),
        (["a", "--lr"], "Missing value for argument '--lr'. Expected 1 values. See dongshou train --help"),
        (["a", "--how", "rms"], "invalid choice 'rms' for argument '--how'. Expected one of ('sgd', 'adam')."),
        ([], "STR is missing. See dongshou train --help"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: list[str], says: str) -> None:
    with pytest.raises(UsageError) as error:
        call(train, arguments, "dongshou train")
    assert str(error.value).startswith(says)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (BOXED, "Error parsing --lr: could not convert string to float: 'x'."),
        (PLAIN, "RUN is missing."),
    ],
)
def test_the_message_comes_out_of_its_frame(told: str, message: str) -> None:
    assert condense(told) == message

"""Which of the names that exist may be meant by one that does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MOST = 3  # suggestions
LETTERS_TO_AN_ERROR = 3  # a name of six letters may have two slips in it
SHORT = 3  # letters: a shorter beginning says nothing

SYNONYMS = {  # what others call it: what it goes by here, both without separators
    "learningrate": "lr",
    "stepsize": "lr",
    "eta": "lr",
    "l2": "weightdecay",
    "gpu": "device",
    "cuda": "device",
    "cpu": "device",
    "amp": "precision",
    "bf16": "precision",
    "output": "runs",
    "outputdir": "runs",
}


def nearest(wrong: str, right: Iterable[str]) -> list[str]:
    """The names near by, the nearest first; none where nothing is.

    Near are, in this order: the same letters (`mlp_digits`, `mlp:digits`), a synonym, a name with a slip or two of
    the hand, an abbreviation of all its words (`linreg`), a beginning or one of its words (`airfoil`).

    >>> nearest("mlp_digits", ["mlp", "mnist-mlp", "mlp:digits"])
    ['mlp:digits']
    >>> nearest("nonexisting", ["convexity", "mnist-cnn"])
    []
    """
    names = list(dict.fromkeys(right))
    ranks = {name: rank for name in names if (rank := rank_of(wrong, name)) is not None}
    if not ranks:
        return []
    kind = min(ranks.values())[0]
    chosen = [name for name in names if name in ranks and ranks[name][0] == kind]
    return sorted(chosen, key=lambda name: ranks[name])[:MOST]


def rank_of(wrong: str, name: str) -> tuple[int, int] | None:
    """How near a name is: of which kind, and how many letters away; None where it is not."""
    one, other = words_of(wrong), words_of(name)
    typed, meant = "".join(one), "".join(other)
    if not typed or not meant:
        return None
    if typed == meant or sorted(one) == sorted(other):
        return 0, 0
    if SYNONYMS.get(typed) == meant:
        return 1, 0
    if len(typed) <= SHORT and abbreviates(typed, other):
        return 2, 0  # `sgd` is no slip for `ssd`
    if is_slip(typed, meant):
        return 2, distance(typed, meant)
    if abbreviates(typed, other):
        return 3, 0
    if is_part(typed, meant, one, other):
        return 4, abs(len(meant) - len(typed))
    return None


def words_of(name: str) -> list[str]:
    """`softmax-regression` -> `softmax`, `regression`: in small letters, whatever stands between them."""
    return re.findall(r"[^\W_]+", name.lower())


def is_slip(typed: str, meant: str) -> bool:
    """Whether one became the other by a slip of the hand: one letter in three at most, one in a short name."""
    slips = distance(typed, meant)
    return slips * LETTERS_TO_AN_ERROR <= min(len(typed), len(meant)) or (
        slips == 1 and max(len(typed), len(meant)) >= LETTERS_TO_AN_ERROR
    )


def is_part(typed: str, meant: str, one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether it is a beginning of the name, or one of its words; or begins with the name (`vgg16`, `mlp-big`)."""
    begins = len(typed) >= SHORT and meant.startswith(typed)
    is_word = len(one) == 1 and len(typed) >= SHORT and any(is_slip(typed, word) for word in other)
    rest = typed.removeprefix(meant)
    goes_on = len(meant) >= SHORT and rest != typed and (len(rest) <= SHORT or one[: len(other)] == other)
    return begins or is_word or goes_on


def abbreviates(typed: str, words: Sequence[str]) -> bool:
    """Whether it is made of a beginning of each of several words: `linreg`, `sgd`, `wd`."""
    if len(words) < 2:
        return False
    pattern = "".join("(?:" + "|".join(re.escape(word[:n]) for n in range(len(word), 0, -1)) + ")" for word in words)
    return re.fullmatch(pattern, typed) is not None


def distance(one: str, other: str) -> int:
    """Letters to insert, delete, replace or exchange with their neighbor (Damerau 1964, Levenshtein 1966)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        former, before, row = before, row, [i]
        for j, its in enumerate(other, 1):
            costs = [before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its)]
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                costs.append(former[j - 2] + 1)
            row.append(min(costs))
    return row[-1]

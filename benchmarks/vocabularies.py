"""Building a vocabulary and encoding a text with it, beside a Counter and loops over its tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from benchmarks.language.work import Clock
from benchmarks.results import Sheet, ratios, spread, summary
from dongshou.data import Vocabulary
from dongshou.data.sets.corpora import read_corpus
from dongshou.data.text.tokens import UNKNOWN, Level, Tokenizer
from dongshou.errors import DongshouError

TEXT = "python-manual"  # always here
COLUMNS = ("work", "loop tokens/s", "ours tokens/s", "ours/loop", "min-max")


class LoopedVocabulary:
    """<unk> is 0, then the most frequent token first."""

    def __init__(self, tokens: Sequence[str]) -> None:
        counter: Counter[str] = Counter()
        for token in tokens:
            counter[token] += 1
        self.tokens = [UNKNOWN]
        self.ids = {UNKNOWN: 0}
        for token, _ in sorted(counter.items(), key=lambda item: item[1], reverse=True):
            self.ids[token] = len(self.tokens)
            self.tokens.append(token)

    def encode(self, tokens: Sequence[str]) -> Tensor:
        return torch.tensor([self.ids.get(token, 0) for token in tokens])


@dataclass(frozen=True)
class Case:
    """One row: the same done by both."""

    name: str
    num_tokens: int
    loop: Callable[[], object]
    ours: Callable[[], object]


def cases(level: Level) -> list[Case]:
    """Raises DongshouError when the two do not give the same numbers."""
    tokenizer = Tokenizer(level)
    tokens = tokenizer(read_corpus(TEXT).train)
    ours, loop = Vocabulary(tokens), LoopedVocabulary(tokens)
    if not torch.equal(ours.encode(tokens), loop.encode(tokens)):
        raise DongshouError(f"Of the {level}s of {TEXT} the two vocabularies make other numbers, not the same work.")
    number = len(tokens)
    return [
        Case(f"{level}s: build", number, lambda: LoopedVocabulary(tokens), lambda: Vocabulary(tokens)),
        Case(f"{level}s: encode", number, lambda: loop.encode(tokens), lambda: ours.encode(tokens)),
    ]


def compare(rounds: int, clock: Clock) -> list[dict[str, Any]]:
    """A row for each case, plain data."""
    return [measure(case, rounds, clock) for level in ("character", "word") for case in cases(level)]


def measure(case: Case, rounds: int, clock: Clock) -> dict[str, Any]:
    """Let the two take turns."""
    rates: dict[str, list[float]] = {"loop": [], "ours": []}
    for _ in range(rounds):
        for name, do in (("loop", case.loop), ("ours", case.ours)):
            start = clock()
            do()
            rates[name].append(case.num_tokens / (clock() - start))
    return {
        "work": case.name,
        "tokens": case.num_tokens,
        "tokens_a_second": {name: summary(values) for name, values in rates.items()},
        "ratio": summary(ratios(rates["ours"], rates["loop"])),
    }


def sheet(rows: Sequence[dict[str, Any]]) -> Sheet:
    return Sheet(f"Vocabulary of {TEXT}", COLUMNS, [in_words(row) for row in rows], COLUMNS[1:])


def in_words(row: dict[str, Any]) -> list[str]:
    rates = [f"{row['tokens_a_second'][name]['median']:,.0f}" for name in ("loop", "ours")]
    return [row["work"], *rates, f"{row['ratio']['median']:.1f}", spread(row["ratio"])]

"""Contenders of one kind of work, function by function in this process: they take turns, round after round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import track

from benchmarks.contenders import Target
from benchmarks.language.work import Clock
from benchmarks.results import ratios, summary

OURS = "ours"


@dataclass(frozen=True)
class Turn:
    """What a contender does; `do` is timed, and prepared beforehand.

    target  for the seconds of ours beside its own
    """

    name: str
    do: Callable[[], object]
    target: Target | None = None


def measure(work: str, turns: Sequence[Turn], rounds: int, clock: Clock, warm_up: bool = True) -> list[dict[str, Any]]:
    """A row for each contender, plain data; with warm_up what each did before the first round does not count."""
    seconds: dict[str, list[float]] = {turn.name: [] for turn in turns}
    for number in track(range(rounds + warm_up), work, console=Console(stderr=True)):
        for turn in turns:
            start = clock()
            turn.do()
            if number >= warm_up:
                seconds[turn.name].append(clock() - start)
    return [row(work, turn, seconds) for turn in turns]


def row(work: str, turn: Turn, seconds: dict[str, list[float]]) -> dict[str, Any]:
    ratio = summary(ratios(seconds[OURS], seconds[turn.name]))
    return {
        "work": work,
        "contender": turn.name,
        "seconds": summary(seconds[turn.name]),
        "ours_to_it": ratio,
        "target": None if turn.target is None else f"<= {turn.target.at_most:g}",
        "reached": None if turn.target is None else turn.target.is_reached(ratio["median"]),
    }

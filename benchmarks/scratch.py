"""What is written out in dongshou.scratch beside torch.nn: steps of both in turn, as ratios within a round.

Both sides start from the same weights and see the same inputs; what they compute has to agree.
With one thread the time is the processor's, so that other work on the machine does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn
from torch.optim import Optimizer

from benchmarks.contenders import Target
from benchmarks.results import (
    RESULTS,
    VERDICTS,
    Sheet,
    circumstances,
    markdown,
    ratios,
    show,
    spread,
    summary,
    threads_in_words,
    write,
)
from benchmarks.rounds import cores
from benchmarks.scratch_cases import CASES, Case, Convert, Step
from dongshou.errors import DongshouError, UsageError, did_you_mean
from dongshou.scratch import from_scratch, optimizer_from_scratch

COMPILED = Target("torch.nn", at_most=1.3)
SIMILAR = 1e-3  # how far results may be apart, in float32 and relative to their norm
TURN = 0.1  # seconds of torch.nn in a turn
LONGEST_REASON = 120  # characters
COLUMNS = ("case", "torch ms", "ours ms", "ratio", "min-max", "target", "verdict")
COLUMNS_COMPILED = ("compiled", "min-max", "target", "verdict")
NUMBERS = (*COLUMNS[1:5], "compiled")


@dataclass(frozen=True)
class Side:
    """One way of computing: what becomes of a module and of an optimiser of torch's."""

    module: Callable[[nn.Module], Any]
    optimizer: Convert


def compiled_layers(module: nn.Module) -> nn.Module:
    """Ours under torch.compile, recurrent layers too: of torch's it keeps out, and ours are subclasses of those."""
    torch._dynamo.config.allow_rnn = True
    return torch.compile(from_scratch(module))


def compiled(optimizer: Optimizer) -> Optimizer:
    ours = optimizer_from_scratch(optimizer)
    ours.step = torch.compile(ours.step)
    return ours


SIDES = {
    "torch.nn": Side(lambda module: module, lambda optimizer: optimizer),
    "ours": Side(from_scratch, optimizer_from_scratch),
    "compiled": Side(compiled_layers, compiled),
}


def benchmark(
    rounds: int = 11, threads: tuple[int, ...] = (1,), compile: bool = False, only: tuple[str, ...] = ()
) -> None:
    """Time forward and backward through layers and networks of dongshou.scratch, beside torch.nn.

    Args:
        rounds: How often each side has its turn.
        threads: A table for each of these numbers that there are cores for.
        compile: Measure ours under torch.compile too.
        only: Measure only the cases whose names begin so, and write nothing down.
    """
    check(rounds, threads, only)
    cases = [case for case in CASES if not only or case.name.startswith(only)]
    tables = [compare(cases, number, rounds, compile) for number in threads if 1 <= number <= cores()]
    if not only:
        content = circumstances() | {"rounds": rounds, "tables": tables}
        write(RESULTS, "scratch", content, in_markdown(content))


def check(rounds: int, threads: tuple[int, ...], only: tuple[str, ...]) -> None:
    """Raises UsageError for a number or a name that makes no comparison."""
    if rounds < 1:
        raise UsageError(f"rounds must be at least 1; got {rounds}.")
    if not any(1 <= number <= cores() for number in threads):
        raise UsageError(f"threads must name numbers from 1 to {cores()}, the cores here; got {threads}.")
    names = [case.name for case in CASES]
    for start in only:
        if not any(name.startswith(start) for name in names):
            raise UsageError(f"No case begins with {start}; there are {'; '.join(names)}.{did_you_mean(start, names)}")


def compare(cases: Sequence[Case], threads: int, rounds: int, compile: bool) -> dict[str, Any]:
    """One table, printed as soon as it is there."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        watched = track(cases, "measuring", console=Console(stderr=True))
        rows = [measure(case, threads, rounds, compile) for case in watched]
    finally:
        torch.set_num_threads(before)
    table = {"threads": threads, "rows": rows}
    show(sheet(table))
    return table


# One case


def measure(case: Case, threads: int, rounds: int, compile: bool) -> dict[str, Any]:
    """Let the sides take turns; a row, plain data. Raises DongshouError when ours computes something else."""
    steps = {name: prepare(case, SIDES[name]) for name in ("torch.nn", "ours")}
    expected = two_of(steps["torch.nn"])
    agree(case, steps["ours"], expected)
    reason = None
    if compile:
        try:
            steps["compiled"] = prepare(case, SIDES["compiled"])
            agree(case, steps["compiled"], expected)
        except Exception as error:  # a compiler fails in many ways; the others are measured all the same
            steps.pop("compiled", None)
            reason = in_short(error)
    seconds = take_turns(steps, rounds, time.process_time if threads == 1 else time.perf_counter)
    torch.compiler.reset()  # what was compiled for one case must not count against the next
    return row(case, seconds) | ({"not_compiled": reason} if reason else {})


def prepare(case: Case, side: Side) -> Step:
    """The step of one side, from the same random numbers as the others."""
    torch.manual_seed(0)
    module, inputs = case.build()
    return case.step(side.module(module), inputs, side.optimizer)


def two_of(step: Step) -> Sequence[Tensor]:
    """What two steps give: the second loss shows whether the first update was right. They also warm up."""
    return [*step(), *step()]


def agree(case: Case, step: Step, expected: Sequence[Tensor]) -> None:
    """Raises DongshouError when two steps give something else than expected."""
    for ours, theirs in zip(two_of(step), expected, strict=True):
        difference = float((ours - theirs).norm() / theirs.norm())
        if not difference <= SIMILAR:
            raise DongshouError(f"{case.name}: ours and torch.nn differ by {difference:.1g}, not the same work.")


def take_turns(steps: dict[str, Step], rounds: int, clock: Callable[[], float]) -> dict[str, list[float]]:
    """Seconds of a step by side and round."""
    times = max(1, round(TURN / time_of(steps["torch.nn"], 2, clock)))
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            seconds[name].append(time_of(step, times, clock))
    return seconds


def time_of(step: Step, times: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(times):
        step()
    return (clock() - start) / times


def row(case: Case, seconds: dict[str, list[float]]) -> dict[str, Any]:
    """Times of each side, and the ratios of ours to torch.nn with what they should be."""
    theirs = seconds["torch.nn"]
    targets = {"ours": case.target, "compiled": COMPILED}
    return {
        "case": case.name,
        "inputs": [list(x.shape) for x in case.build()[1]],
        "milliseconds": {name: summary([1000 * second for second in mine]) for name, mine in seconds.items()},
        "ratios": {name: judged(ratios(seconds[name], theirs), targets[name]) for name in targets if name in seconds},
    }


def judged(values: list[float], target: Target | None) -> dict[str, Any]:
    ratio = summary(values)
    reached = None if target is None else target.is_reached(ratio["median"])
    return ratio | {"target": None if target is None else f"<= {target.at_most:g}", "reached": reached}


def in_short(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:LONGEST_REASON]


# For a reader


def in_markdown(content: dict[str, Any]) -> str:
    first_inputs = [f"{row['case']} {tuple(row['inputs'][0])}" for row in content["tables"][0]["rows"] if row["inputs"]]
    paragraphs = [
        "Forward and backward in float32 from equal weights on equal inputs; LeNet and ResNet-18 with an SGD update "
        "too, Adam the update alone. "
        f"Ours and torch.nn take turns: {content['rounds']} rounds; ratios are taken within a round, "
        "of which the median is given.",
        "ms: milliseconds of a step, the processor's with one thread, on the clock with more; ratio: ours to torch.nn; "
        "compiled: ours under `torch.compile`, as a ratio to torch.nn without it.",
        f"Shapes of the inputs: {'; '.join(first_inputs)}.",
    ]
    return markdown("What is written out, as ratios to torch.nn", paragraphs, content, [*map(sheet, content["tables"])])


def sheet(table: dict[str, Any]) -> Sheet:
    rows = table["rows"]
    has_compiled = any("compiled" in row["ratios"] or "not_compiled" in row for row in rows)
    columns = COLUMNS + COLUMNS_COMPILED * has_compiled
    cells = [in_words(row)[: len(columns)] for row in rows]
    notes = [f"Not compiled: {row['case']} ({row['not_compiled']})." for row in rows if "not_compiled" in row]
    return Sheet(threads_in_words(table["threads"]), columns, cells, NUMBERS, notes)


def in_words(row: dict[str, Any]) -> list[str]:
    """The cells of a row, in the order of the columns."""
    milliseconds = [f"{row['milliseconds'][name]['median']:.2f}" for name in ("torch.nn", "ours")]
    cells = [row["case"], *milliseconds, *verdict(row["ratios"]["ours"])]
    if "compiled" in row["ratios"]:
        return cells + verdict(row["ratios"]["compiled"])
    return cells + ["", "", "", "not compiled" if "not_compiled" in row else ""]


def verdict(ratio: dict[str, Any]) -> list[str]:
    return [f"{ratio['median']:.2f}", spread(ratio), ratio["target"] or "", VERDICTS[ratio["reached"]]]

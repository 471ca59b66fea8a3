"""`dongshou reproduce NAME ... | --all`: experiments over several seeds, beside what was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from tyro.conf import Positional, arg

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.tables import print_json, print_table
from dongshou.errors import UsageError
from dongshou.runs.report.details import COLUMNS, rows_of
from dongshou.runs.reproduce import judge_again
from dongshou.runs.reproduce import reproduce as run_all
from dongshou.training.session import DeviceName, Engine, Precision


def main(arguments: Sequence[str]) -> int:
    outcomes = call(reproduce, arguments, "dongshou reproduce")
    return 1 if any(outcome["failures"] for outcome in outcomes) else 0


def reproduce(
    names: Annotated[Positional[tuple[str, ...]], arg(metavar="NAME ...")] = (),
    *,
    all: Switch = False,
    judge: Switch = False,
    seeds: int = 3,
    epochs: Annotated[int | None, arg(metavar="INT")] = None,
    results: Annotated[str, arg(metavar="DIR")] = "results",
    engine: Engine = "torch",
    device: DeviceName = "auto",
    precision: Precision = "fp32",
    fast: bool = False,
    limit: Annotated[int | None, arg(metavar="INT")] = None,
    runs: Directory = None,
    json: Switch = False,
    quiet: Switch = False,
) -> list[dict[str, Any]]:
    """Run experiments with the seeds 0, 1, ... and set the medians beside what was published.

    Args:
        names: experiments and variants
        all: every experiment, and every variant with a published result or a goal
        judge: run nothing: set what is recorded in --results beside what the experiments state today
        seeds: how many seeds each
        epochs: fewer epochs than the experiment declares: a trial, not judged
        results: where NAME.json is written for each; RESULTS.md is written beside this directory
        engine: torch: PyTorch's own layers; scratch: every layer, loss and optimiser of dongshou.scratch
        device: auto takes cuda, then mps, then cpu
        precision: bf16 computes the forward pass in bfloat16
        fast: choose the fastest way to compute the steps, by a short measurement at the start of each run
        limit: train and test on the first so many examples only: a trial, not judged
        runs: where the runs are recorded: default DONGSHOU_RUNS, else ./runs
        json: print the outcomes as one JSON object
        quiet: show no progress
    """
    if (bool(names), all, judge).count(True) != 1:
        raise UsageError("name the experiments to reproduce, or say --all, or --judge. `dongshou list` has the names.")
    if judge:
        outcomes = judge_again(results)
    else:
        outcomes = run_all(
            names,
            seeds=seeds,
            epochs=epochs,
            results=results,
            engine=engine,
            device=device,
            precision=precision,
            fast=fast,
            limit=limit,
            runs=runs,
            progress=not (json or quiet),
        )
    if json:
        print_json({"outcomes": outcomes})
    else:
        print_table(COLUMNS, [row for outcome in outcomes for row in rows_of(outcome)], words=("verdict",))
    return outcomes

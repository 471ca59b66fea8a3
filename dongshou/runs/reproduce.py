"""Run experiments over several seeds and judge them by what was published."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.catalogue import list_experiments
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.runs.execute import Interrupted
from dongshou.runs.files import read_json, write_json, write_whole
from dongshou.runs.judge import judge, worst
from dongshou.runs.report import report
from dongshou.runs.run import Run
from dongshou.training import Published


def reproduce(
    names: Sequence[str] = (), *, seeds: int = 3, results: str | Path = "results", **options: Any
) -> list[dict[str, Any]]:
    """Run each experiment with seeds 0, 1, ... and write `results/NAME.json`; then RESULTS.md beside `results`.

    names    experiments and variants; none means every experiment, and every variant with something published
    options  those of `dongshou.runs.execute`: engine, device, precision, runs, progress, ...

    With a limit this is a trial: nothing is judged, no results are written. A seed that fails is counted, not
    hidden. Raises UsageError for an unknown name or fewer than one seed.
    """
    if seeds < 1:
        raise UsageError(f"seeds must be at least 1; got {seeds}.")
    declarations = [find_declaration(name) for name in names or reproducible_names()]
    outcomes = []
    for declaration in declarations:
        outcome = reproduced(declaration, seeds, options)
        outcomes.append(outcome)
        if options.get("limit") is None:
            write_outcome(outcome, results)
    return outcomes


def write_outcome(outcome: dict[str, Any], results: str | Path) -> None:
    """The experiment's own file, and the report anew."""
    suffix = "" if outcome["engine"] == "torch" else f"-{outcome['engine']}"
    write_json(Path(results) / f"{outcome['experiment'].replace(':', '-')}{suffix}.json", outcome)
    write_report(results)


def reproducible_names() -> Iterator[str]:
    """Every experiment, and every variant that others have reported a result for.

    A variant that cannot be made here, for want of its data, is among them: its failure is to be seen.
    """
    for entry in list_experiments():
        yield entry.name
        for name in (f"{entry.name}:{variant}" for variant in entry.variants):
            try:
                if find_declaration(name)().published:
                    yield name
            except DongshouError:
                yield name


def reproduced(declaration: Declaration, seeds: int, options: dict[str, Any]) -> dict[str, Any]:
    """What came out over the seeds, beside what was published."""
    runs, failures, published = [], [], ()
    for seed in range(seeds):
        try:
            work = declaration()
            published = work.published
            runs.append(work.run(seed=seed, **options))
        except Interrupted:
            raise
        except DongshouError as error:
            failures.append({"seed": seed, "error": str(error)})
    is_trial = options.get("limit") is not None
    beside = compared(published, runs, is_trial)
    verdicts = [row["verdict"] for source in beside for row in source["metrics"].values() if row.get("verdict")]
    return {
        "experiment": declaration.name,
        "unit": declaration.entry.unit,
        "title": declaration.title,
        "description": declaration.description,
        "engine": options.get("engine", "torch"),
        "verdict": "failed" if not runs else LIMITED if is_trial else worst(verdicts) if verdicts else "",
        "published": beside,
        "seeds": [one_seed(run) for run in runs],
        "failures": failures,
        "date": time.strftime("%Y-%m-%d"),
        **({name: runs[0].config[name] for name in SHARED} if runs else {}),
    }


LIMITED = "limited"  # in the place of a verdict
SHARED = ("settings", "device", "precision", "limited", "versions", "machine", "data")  # the same for every seed


def one_seed(run: Run) -> dict[str, Any]:
    record = run.record
    return {name: record[name] for name in ("seed", "result", "best", "seconds")}


def compared(published: Sequence[Published], runs: Sequence[Run], is_trial: bool = False) -> list[dict[str, Any]]:
    """Each published figure with the values measured, their median and the verdict, which a trial does not get."""
    results = [run.result for run in runs]
    sources = []
    for source in published:
        rows = {}
        for metric, figure in source.plain()["metrics"].items():
            values = [result[metric] for result in results if metric in result]
            rows[metric] = figure | {"values": values}
            if values:
                rows[metric]["measured"] = statistics.median(values)
                rows[metric]["verdict"] = verdict_on(metric, figure, values, is_trial)
        sources.append({"source": source.source, "metrics": rows})
    return sources


def verdict_on(metric: str, figure: dict[str, Any], values: list[float], is_trial: bool) -> str:
    if not figure["judged"]:
        return ""
    return LIMITED if is_trial else judge(metric, figure, values)


def write_report(results: str | Path) -> Path:
    """Write RESULTS.md, beside the directory of results, from all results in it."""
    path = Path(results).resolve().parent / "RESULTS.md"
    write_whole(path, report([read_json(file) for file in sorted(Path(results).glob("*.json"))]))
    return path

"""Run experiments over several seeds and judge them by what was published."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.runs.directions import UNSAID, reading_in
from dongshou.runs.execute import Interrupted
from dongshou.runs.files import check_writable, read_json, write_json, write_whole
from dongshou.runs.judge import BEST, LIMITED, judge, verdict_on, worst
from dongshou.runs.origin import address
from dongshou.runs.report import pages
from dongshou.runs.run import Run
from dongshou.training import Reading, Stated


def reproduce(
    names: Sequence[str] = (),
    *,
    seeds: int = 3,
    epochs: int | None = None,
    results: str | Path = "results",
    **options: Any,
) -> list[dict[str, Any]]:
    """Run each experiment with seeds 0, 1, ... and write `results/NAME.json`; then RESULTS.md beside `results`.

    names    experiments and variants; none means every experiment, and every variant with something published
    epochs   fewer than the experiments declare
    options  those of `dongshou.runs.execute`: engine, device, precision, limit, runs, progress, ...

    With a limit or fewer epochs this is a trial: its row says so, nothing is judged, and it never takes the place of
    a whole reproduction. A seed that fails is counted, not hidden. Raises UsageError for an unknown name, fewer than
    one seed, or epochs that an experiment does not have.
    """
    if seeds < 1:
        raise UsageError(f"seeds must be at least 1; got {seeds}.")
    declarations = [find_declaration(name) for name in names or reproducible_names()]
    for declaration in declarations:
        check_epochs(declaration, epochs)
    check_writable(Path(results))
    outcomes = []
    for declaration in declarations:
        outcome = reproduced(declaration, seeds, epochs, options)
        outcomes.append(outcome)
        write_outcome(outcome, results)
    return outcomes


def check_epochs(declaration: Declaration, epochs: int | None) -> None:
    """A trial may be shorter than what it tries, not longer."""
    declared = declaration.defaults.get("epochs", 0)
    if epochs is not None and not 1 <= epochs <= declared:
        has = f"has {declared} epochs; name 1 to {declared} of them" if declared else "has no epochs to shorten"
        raise UsageError(f"{declaration.name} {has}; got epochs={epochs}.")


def write_outcome(outcome: dict[str, Any], results: str | Path) -> None:
    """The experiment's own file, unless a trial would take the place of the whole, and the report."""
    suffix = "" if outcome["engine"] == "torch" else f"-{outcome['engine']}"
    suffix += "-fast" if outcome["fast"] else ""
    path = path_of(outcome, Path(results), suffix)
    if outcome["limited"] and holds_whole(path):
        return
    write_json(path, outcome)
    write_report(results)


def path_of(outcome: dict[str, Any], results: Path, suffix: str) -> Path:
    """`results/mlp-digits.json`; numbered where that is of another file of a user's own with the same name."""
    stem, number = outcome["experiment"].replace(":", "-"), 1
    path = results / f"{stem}{suffix}.json"
    while path.exists() and read_json(path).get("file") != outcome.get("file"):
        number += 1
        path = results / f"{stem}-{number}{suffix}.json"
    return path


def holds_whole(path: Path) -> bool:
    """Whether a file has a result over the whole of the data and the epochs."""
    if not path.exists():
        return False
    outcome = read_json(path)
    return bool(outcome["seeds"]) and not outcome["limited"]


def reproducible_names() -> Iterator[str]:
    """Every experiment, and every variant that has something stated to be set beside."""
    for entry in list_experiments():
        yield entry.name
        for name in (f"{entry.name}:{variant}" for variant in entry.variants):
            if find_declaration(name).stated:
                yield name


def reproduced(declaration: Declaration, seeds: int, epochs: int | None, options: dict[str, Any]) -> dict[str, Any]:
    """What came out over the seeds, beside what is stated."""
    runs, failures = [], []
    settings = {} if epochs is None else {"epochs": epochs}
    limits = limits_of(declaration, epochs, options.get("limit"))
    for seed in range(seeds):
        try:
            runs.append(declaration(**settings).run(seed=seed, **options))
        except Interrupted:
            raise
        except DongshouError as error:
            failures.append({"seed": seed, "error": error.english})
    reading = runs[0].reading if runs else UNSAID
    beside = compared(declaration.stated, [run.result for run in runs], reading, is_trial=bool(limits))
    return {
        "experiment": declaration.name,
        **({} if declaration.entry.file is None else {"file": str(declaration.entry.file)}),
        "unit": declaration.entry.unit,
        "title": declaration.title,
        "description": declaration.description,
        "engine": options.get("engine", "torch"),
        "fast": options.get("fast", False),
        "verdict": overall(beside, bool(runs), bool(limits)),
        **by_kind(beside),
        **reading._asdict(),
        "seeds": [one_seed(run) for run in runs],
        "failures": failures,
        "limited": bool(limits),
        "limits": limits,
        "date": time.strftime("%Y-%m-%d"),
        **({name: runs[0].config[name] for name in SHARED} if runs else {}),
        **({"notes": notes} if (notes := notes_of(runs)) else {}),
    }


def notes_of(runs: Sequence[Run]) -> list[str]:
    """What the readers of the data said, each once: that a cut stood in for the whole, what was left out."""
    return list(dict.fromkeys(note for run in runs for note in run.record.get("notes", [])))


def judge_again(results: str | Path = "results") -> list[dict[str, Any]]:
    """Set what is recorded beside what the experiments state today, and write the report; nothing is run.

    A record stays as it is where the settings have other values by now, or the user's own file is away. A source with
    figures that were not measured then is left out.
    Raises UsageError where nothing is recorded.
    """
    paths = sorted(Path(results).glob("*.json"))
    if not paths:
        raise UsageError(f"{results} holds no results to judge. Reproduce an experiment first, or name --results.")
    outcomes = []
    for path in paths:
        outcome = read_json(path)
        declaration = declared_today(outcome)
        if declaration is None or not has_same_settings(outcome, declaration):
            outcomes.append(outcome)
            continue
        seeds = [seed["result"] for seed in outcome["seeds"]]
        beside = compared(declaration.stated, seeds, reading_in(outcome), is_trial=outcome["limited"])
        beside = [source for source in beside if all(row["values"] for row in source["metrics"].values())]
        outcome |= {
            "title": declaration.title,
            "description": declaration.description,
            **by_kind(beside),
            "verdict": overall(beside, bool(seeds), outcome["limited"]),
        }
        write_json(path, outcome)
        outcomes.append(outcome)
    write_report(results)
    return outcomes


def declared_today(outcome: dict[str, Any]) -> Declaration | None:
    """The experiment of an outcome; None where it stood in a user's own file that is not there any more."""
    file = Path(outcome["file"]) if "file" in outcome else None
    if file is not None and not file.is_file():
        return None
    return find_declaration(address(outcome["experiment"], file))


def has_same_settings(outcome: dict[str, Any], declaration: Declaration) -> bool:
    """Whether all that was recorded has the value of today; a trial may have had fewer epochs."""
    today = json.loads(json.dumps(declaration.defaults))  # lists for tuples, as in the record
    today |= {name: value for name, value in outcome.get("limits", {}).items() if name == "epochs"}
    return all(name in today and today[name] == value for name, value in outcome.get("settings", {}).items())


def overall(beside: Sequence[dict[str, Any]], has_run: bool, is_trial: bool) -> str:
    """The verdict on a whole experiment; nothing where nothing is judged."""
    verdicts = [row["verdict"] for source in beside for row in source["metrics"].values() if row.get("verdict")]
    return "failed" if not has_run else LIMITED if is_trial else worst(verdicts) if verdicts else ""


SHARED = ("settings", "device", "precision", "versions", "machine", "data")  # the same for every seed


def limits_of(declaration: Declaration, epochs: int | None, limit: int | None) -> dict[str, int]:
    """How much less a trial did than the experiment declares: `{"examples": 2000, "epochs": 1}`."""
    limits = {} if limit is None else {"examples": limit}
    return limits if epochs in (None, declaration.defaults.get("epochs")) else limits | {"epochs": epochs}


def one_seed(run: Run) -> dict[str, Any]:
    record = run.record
    return {name: record[name] for name in ("seed", "result", "best", "seconds")}


def by_kind(beside: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What others published; and, apart from it, the goals and what has to hold by construction."""
    return {
        "published": [source for source in beside if source["kind"] == "published"],
        "goals": [source for source in beside if source["kind"] != "published"],
    }


def compared(
    stated: Sequence[Stated],
    results: Sequence[dict[str, float]],
    reading: Reading = UNSAID,
    is_trial: bool = False,
) -> list[dict[str, Any]]:
    """Each stated figure with the values measured, their median and the verdict, which a trial does not get.

    `match_alone` counts the seeds that match without the others: a median may match where half of them do not.
    """
    sources = []
    for source in stated:
        rows = {}
        for metric, figure in source.plain()["metrics"].items():
            values = [result[metric] for result in results if metric in result]
            rows[metric] = figure | {"values": values}
            if values:
                verdict = verdict_on(metric, figure, values, reading, source.kind, is_trial)
                rows[metric] |= {"measured": statistics.median(values), "verdict": verdict}
            if values and figure["judged"] and not is_trial:
                alone = [judge(metric, figure, [value], reading, source.kind) for value in values]
                rows[metric] |= {"match_alone": sum(one in BEST for one in alone)}
        not_learnt = 0 if is_trial else sum(map(source.has_failed, results))
        one = {"kind": source.kind, "source": source.source, "metrics": rows}
        sources.append(one | ({"not_learnt": not_learnt} if not_learnt else {}))
    return sources


def write_report(results: str | Path) -> Path:
    """Write RESULTS.md, beside the directory of results, and a page for each unit in it, from all results there."""
    folder = Path(results).resolve()
    outcomes = [read_json(file) for file in sorted(folder.glob("*.json"))]
    for path, text in pages(outcomes, stated_today(), folder.name):
        write_whole(folder.parent / path, text)
    return folder.parent / "RESULTS.md"


def stated_today() -> dict[str, list[dict[str, Any]]]:
    """By experiment and variant: what its results are set beside, as plain data. Nothing is built for it."""
    return {name: [each.plain() for each in find_declaration(name).stated] for name in reproducible_names()}

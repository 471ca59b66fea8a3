"""The page of a unit: every seed's spread, every source, the settings and the machines."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from dongshou.runs.report.cells import engine, limited_to, markdown_table, measured, not_compared, stated, verdict

HEADER = """# {unit}: results in full

Written by `dongshou reproduce`; each row comes from a file in this folder, which holds every seed, the settings, the
versions, the machine and the hashes of the data. How to read a verdict stands in [RESULTS.md](../RESULTS.md).

Measured are the median over the seeds and, in brackets, the extremes; behind a verdict stands how many of the seeds
match on their own. A figure in parentheses is shown beside the published one and not judged; where nothing was stated,
the measurement stands alone.
"""

COLUMNS = ("experiment", "engine", "seeds", "metric", "measured", "published", "goal", "source", "verdict", "seconds")


def page(unit: str, outcomes: Sequence[dict[str, Any]]) -> str:
    """All that was measured in a unit: the table, then what each experiment is, then the machines."""
    rows = [row for outcome in outcomes for row in rows_of(outcome)]
    sections = [HEADER.format(unit=unit), markdown_table(COLUMNS, rows) + "\n"]
    sections.append("## What was run\n\n" + "\n".join(described(outcomes)) + "\n")
    sections.append("## On what\n\n" + "\n".join(machines(outcomes)) + "\n")
    return "\n".join(sections)


def rows_of(outcome: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each stated figure of one experiment, or for each metric; its name stands in the first only."""
    seeds = len(outcome["seeds"])
    took = f"{statistics.median(seed['seconds'] for seed in outcome['seeds']):.1f}" if seeds else ""
    first = (f"`{outcome['experiment']}`", engine(outcome), f"{seeds}{shortfalls(outcome)}")
    for source in outcome["published"] + outcome.get("goals", []):
        is_published = source.get("kind", "published") == "published"
        for metric, figure in source["metrics"].items():
            yield (
                *first,
                metric if figure["judged"] else f"({metric})",
                measured(figure),
                stated(figure) if is_published else "",
                "" if is_published else stated(figure),
                source["source"],
                verdict(figure, outcome),
                took,
            )
            first, took = ("", "", ""), ""
    for metric, values in more_results(outcome).items():
        figure = {"values": values, "measured": statistics.median(values)}
        yield (*first, metric, measured(figure), "", "", "", not_compared(outcome), took)
        first, took = ("", "", ""), ""


def shortfalls(outcome: dict[str, Any]) -> str:
    """`, 1 failed, 2 not learnt`: the seeds that ended in an error, or at chance."""
    failed = f", {len(outcome['failures'])} failed" if outcome["failures"] else ""
    not_learnt = max((source.get("not_learnt", 0) for source in outcome["published"]), default=0)
    return failed + (f", {not_learnt} not learnt" if not_learnt else "")


def more_results(outcome: dict[str, Any]) -> dict[str, list[float]]:
    """The results over the seeds that no figure is stated for, if every seed has them.

    Beside stated figures only those that come out at the end alone: what every epoch measures is in the record.
    """
    if not outcome["seeds"]:
        return {}
    named = {metric for source in outcome["published"] + outcome.get("goals", []) for metric in source["metrics"]}
    known = named | set(outcome["seeds"][0]["best"]) if named else set()
    results = [seed["result"] for seed in outcome["seeds"]]
    metrics = [name for name in results[0] if name not in known and all(name in result for result in results)]
    return {metric: [result[metric] for result in results] for metric in metrics}


def described(outcomes: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One line for each experiment: what it is, with which settings, and what was said of its data."""
    for outcome in outcomes:
        settings = ", ".join(f"{name} {in_words(value)}" for name, value in outcome.get("settings", {}).items())
        description = " ".join(outcome["description"].split())
        on = f" On {processor(outcome['machine'], outcome['device'])}." if "machine" in outcome else ""
        limited = f" **Limited to {limits}: no reproduction.**" if (limits := limited_to(outcome)) else ""
        notes = "".join(f" {note}" for note in outcome.get("notes", []))
        yield f"- `{outcome['experiment']}` ({engine(outcome)}): {description} ({settings}){on}{notes}{limited}"


def in_words(value: Any) -> str:
    """The value of a setting; a text with line ends, or an empty one, in quotation marks."""
    text = str(value)
    return text if text.isprintable() and text.strip() else repr(text)


def processor(machine: dict[str, Any], device: str) -> str:
    """What the work ran on: the GPU by its name, or so many cores."""
    return machine["gpu"] if device == "cuda" else f"{machine['cores']} cores"


def machines(outcomes: Sequence[dict[str, Any]]) -> list[str]:
    """The machines and versions, once each."""
    lines = {
        f"- {machine.get('gpu', machine['processor'])}, {machine['cores']} cores, {machine['threads']} threads, "
        f"{machine['system']}, Python {versions['python']}, torch {versions['torch']}, {outcome['date']}"
        for outcome in outcomes
        if (machine := outcome.get("machine")) and (versions := outcome["versions"])
    }
    return sorted(lines)

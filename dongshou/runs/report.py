"""RESULTS.md: every reproduced experiment beside what was published. Written by the program, never by hand."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from dongshou.experiments.catalogue import UNITS

HEADER = """# Results

Written by `dongshou reproduce`; each row comes from a file in `results/`, which holds every seed, the settings,
the versions, the machine and the hashes of the data.

The verdict compares the median over the seeds with what was published: **match** in the band from the 10th to the
90th percentile, widened by the standard deviation over the seeds, or better than it (for a single published figure:
within the tolerance that the experiment states, or better); **within range** between the published extremes; else
**differs**. Behind it stands how many of the seeds match on their own. Where a known-fragile network stays at
chance, the seeds that have **not learnt** are counted beside the others. A figure in parentheses is shown beside
the published one and not judged; where nothing was published, the measurement stands alone. A run on fewer examples
or for fewer epochs than the experiment declares is **limited**: it shows that the experiment runs, and is compared
with nothing.
"""

COLUMNS = ("experiment", "engine", "seeds", "metric", "measured", "published", "source", "verdict", "seconds")


def report(outcomes: Sequence[dict[str, Any]]) -> str:
    """The whole document: a table for each unit, then what each experiment is, then the machines."""
    outcomes = sorted(outcomes, key=order)
    units = [unit for unit in UNITS if any(outcome["unit"] == unit for outcome in outcomes)]
    sections = [HEADER]
    for unit in units:
        of_unit = [outcome for outcome in outcomes if outcome["unit"] == unit]
        rows = [row for outcome in of_unit for row in rows_of(outcome)]
        sections.append(f"## {unit.replace('_', ' ').capitalize()}\n\n{markdown_table(COLUMNS, rows)}\n")
    sections.append("## What was run\n\n" + "\n".join(described(outcomes)) + "\n")
    sections.append("## On what\n\n" + "\n".join(machines(outcomes)) + "\n")
    return "\n".join(sections)


def order(outcome: dict[str, Any]) -> tuple[str, str, bool, bool]:
    """An experiment before its variants, each with torch's engine first, and without --fast."""
    name, _, variant = outcome["experiment"].partition(":")
    return name, variant, outcome["engine"] != "torch", outcome.get("fast", False)


def engine(outcome: dict[str, Any]) -> str:
    """`torch`, `scratch`, or `torch, fast` for what ran with --fast."""
    return outcome["engine"] + (", fast" if outcome.get("fast", False) else "")


def rows_of(outcome: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each published figure of one experiment, or for each metric; its name stands in the first only."""
    seeds = len(outcome["seeds"])
    failed = f", {len(outcome['failures'])} failed" if outcome["failures"] else ""
    not_learnt = max((source.get("not_learnt", 0) for source in outcome["published"]), default=0)
    failed += f", {not_learnt} not learnt" if not_learnt else ""
    took = f"{statistics.median(seed['seconds'] for seed in outcome['seeds']):.1f}" if seeds else ""
    first = (f"`{outcome['experiment']}`", engine(outcome), f"{seeds}{failed}")
    for source in outcome["published"]:
        for metric, figure in source["metrics"].items():
            yield (
                *first,
                metric if figure["judged"] else f"({metric})",
                measured(figure),
                published(figure),
                source["source"],
                verdict(figure, outcome),
                took,
            )
            first, took = ("", "", ""), ""
    for metric, values in more_results(outcome).items():
        figure = {"values": values, "measured": statistics.median(values)}
        yield (*first, metric, measured(figure), "", "", not_compared(outcome), took)
        first, took = ("", "", ""), ""


def more_results(outcome: dict[str, Any]) -> dict[str, list[float]]:
    """The results over the seeds that nobody has published a figure for.

    Beside published figures only those that come out at the end alone: what every epoch measures is in the record.
    """
    if not outcome["seeds"]:
        return {}
    published = {metric for source in outcome["published"] for metric in source["metrics"]}
    known = published | set(outcome["seeds"][0]["best"]) if published else set()
    results = [seed["result"] for seed in outcome["seeds"]]
    return {metric: [result[metric] for result in results] for metric in results[0] if metric not in known}


def measured(figure: dict[str, Any]) -> str:
    """`0.8702 [0.8691, 0.8710]`: the median and, over several seeds, the extremes."""
    values = figure["values"]
    if not values:
        return "-"
    middle = number(figure["measured"])
    return middle if len(values) == 1 else f"{middle} [{number(min(values))}, {number(max(values))}]"


def published(figure: dict[str, Any]) -> str:
    """`0.869 ± 0.003`, or the band `0.804 [0.781, 0.818]`."""
    if "value" in figure:
        return number(figure["value"]) + (f" ± {figure['within']:g}" if figure["within"] else "")
    return f"{number(figure['median'])} [{number(figure['p10'])}, {number(figure['p90'])}]"


def verdict(figure: dict[str, Any], outcome: dict[str, Any]) -> str:
    """`match, 2 of 3 seeds alone`, for a figure that is judged; of a trial, what it was limited to instead."""
    if not figure["values"]:
        return "failed"
    return figure["verdict"] and (not_compared(outcome) or figure["verdict"] + alone(figure))


def alone(figure: dict[str, Any]) -> str:
    """How many of several seeds match without the others; a record may be older than this count."""
    seeds = len(figure["values"])
    return f", {figure['match_alone']} of {seeds} seeds alone" if seeds > 1 and "match_alone" in figure else ""


def not_compared(outcome: dict[str, Any]) -> str:
    """`limited to 2,000 examples, 1 epoch: not compared`; nothing for a whole reproduction."""
    return f"limited to {limits}: not compared" if (limits := limited_to(outcome)) else ""


def limited_to(outcome: dict[str, Any]) -> str:
    """`2,000 examples, 1 epoch`: how much less a trial did than the experiment declares."""
    limits = outcome.get("limits", {})
    return ", ".join(f"{count:,} {noun.removesuffix('s') if count == 1 else noun}" for noun, count in limits.items())


def number(value: float) -> str:
    """Four digits behind the point, three that count where the number is small, and 0 as 0."""
    if value == 0:
        return "0"
    if abs(value) < 0.01 or abs(value) >= 1e5:
        return f"{value:.3g}"
    return f"{value:.4f}"


def described(outcomes: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One line for each experiment: what it is, and with which settings."""
    for outcome in outcomes:
        settings = ", ".join(f"{name} {in_words(value)}" for name, value in outcome.get("settings", {}).items())
        description = " ".join(outcome["description"].split())
        on = f" On {processor(outcome['machine'], outcome['device'])}." if "machine" in outcome else ""
        limited = f" **Limited to {limits}: no reproduction.**" if (limits := limited_to(outcome)) else ""
        yield f"- `{outcome['experiment']}` ({engine(outcome)}): {description} ({settings}){on}{limited}"


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


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

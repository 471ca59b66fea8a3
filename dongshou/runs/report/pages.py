"""All pages of results: RESULTS.md with an overview and a short table for each unit, and a page behind each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dongshou.experiments.catalog import units
from dongshou.experiments.own import OWN
from dongshou.runs.report.cells import engine, limited_to, markdown_table, measured, stated
from dongshou.runs.report.details import page
from dongshou.runs.report.overview import AllStated, overview

HEADER = """# Results

Written by `dongshou reproduce`, never by hand. A published result **matches** when the median over the seeds lies in
the band from the 10th to the 90th percentile of what its source printed, widened by the standard deviation over the
seeds, or is better than it (for a single printed figure: within the tolerance that the experiment states, or better);
it is **within range** between the published extremes; else it **differs**. A goal is an aim of our own, **reached** or
**missed**. What is equal by construction, a theorem or two ways to compute the same, **holds** or differs.

"""

COLUMNS = ("experiment", "metric", "measured", "published", "goal", "verdict")


def pages(outcomes: Sequence[dict[str, Any]], all_stated: AllStated, folder: str) -> Iterator[tuple[str, str]]:
    """The path of each page, beside the folder of results, and its text."""
    outcomes = sorted(outcomes, key=order)
    sections = [HEADER + overview(outcomes, stated_in(outcomes, all_stated)) + "\n"]
    for unit in (*units(), OWN):
        of_unit = [outcome for outcome in outcomes if outcome["unit"] == unit]
        if of_unit:
            title = unit.replace("_", " ").capitalize()
            path = f"{folder}/{unit}.md"
            rows = [row for outcome in of_unit for row in short_rows(outcome)]
            sections.append(f"## {title}\n\n{markdown_table(COLUMNS, rows)}\n\n[In full]({path})\n")
            yield path, page(title, of_unit)
    yield "RESULTS.md", "\n".join(sections)


def stated_in(outcomes: Sequence[dict[str, Any]], all_stated: AllStated) -> AllStated:
    """What the course states, where any of it was run; and what a user's own experiments state."""
    own = {each["experiment"]: each["published"] + each["goals"] for each in outcomes if each["unit"] == OWN}
    return own if own and len(own) == len({each["experiment"] for each in outcomes}) else {**all_stated, **own}


def order(outcome: dict[str, Any]) -> tuple[str, str, bool, bool]:
    """An experiment before its variants, each with torch's engine first, and without --fast."""
    name, _, variant = outcome["experiment"].partition(":")
    return name, variant, outcome["engine"] != "torch", outcome.get("fast", False)


def short_rows(outcome: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """What decides: the first judged figure of the first published source, and of the first goal."""
    name = f"`{outcome['experiment']}`" + ("" if engine(outcome) == "torch" else f" ({engine(outcome)})")
    if limits := limited_to(outcome):
        yield name, "", "", "", "", f"limited to {limits}"
        return
    for column, sources in enumerate((outcome["published"], outcome.get("goals", []))):
        figures = [item for source in sources[:1] for item in source["metrics"].items() if item[1]["judged"]]
        for metric, figure in figures[:1]:
            beside = ["", ""]
            beside[column] = stated(figure)
            yield name, metric, measured(figure), *beside, figure.get("verdict", "failed")
            name = ""
    if name:
        yield name, *own_headline(outcome), "", "", "" if outcome["seeds"] else "failed"


def own_headline(outcome: dict[str, Any]) -> tuple[str, str]:
    """The metric that is shown where nothing is stated, and its median."""
    if not outcome["seeds"]:
        return "", ""
    results = [seed["result"] for seed in outcome["seeds"]]
    metric = next((name for name in results[0] if name.startswith(("test_", "valid_"))), next(iter(results[0]), ""))
    values = sorted(result[metric] for result in results) if metric else []
    return metric, measured({"values": values, "measured": values[len(values) // 2]}) if values else ""

"""What stands in one cell of a table of results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dongshou.runs.limits import in_words


def number(value: float) -> str:
    """Four digits behind the point, three that count where the number is small, and 0 as 0."""
    if value == 0:
        return "0"
    if abs(value) < 0.01 or abs(value) >= 1e5:
        return f"{value:.3g}"
    return f"{value:.4f}"


def engine(outcome: dict[str, Any]) -> str:
    """`torch`, `scratch`, or `torch, fast` for what ran with --fast."""
    return outcome["engine"] + (", fast" if outcome.get("fast", False) else "")


def measured(figure: dict[str, Any]) -> str:
    """`0.8702 [0.8691, 0.8710]`: the median and, over several seeds, the extremes."""
    values = figure["values"]
    if not values:
        return "-"
    middle = number(figure["measured"])
    return middle if len(values) == 1 else f"{middle} [{number(min(values))}, {number(max(values))}]"


def stated(figure: dict[str, Any]) -> str:
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
    return in_words(outcome.get("limits", {}))


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

"""How a measurement stands beside what is stated: published results, goals, what has to hold."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from dongshou.runs.directions import UNSAID
from dongshou.training import Band, Reading, Reported
from dongshou.training.published import Kind, Verdict

VERDICTS = ("holds", "match", "reached", "within range", "missed", "differs")  # from the best to the worst

BEST = VERDICTS[:3]

LIMITED = "limited"  # in the place of a verdict: a limited run is compared with nothing

IN_WORDS: dict[Kind, dict[Verdict, str]] = {
    "published": {"match": "match", "within range": "within range", "differs": "differs"},
    "goal": {"match": "reached", "within range": "missed", "differs": "missed"},
    "exact": {"match": "holds", "within range": "differs", "differs": "differs"},
}


def figure_from(plain: Mapping[str, Any]) -> Band | Reported:
    """A published figure as the record holds it."""
    values = {name: value for name, value in plain.items() if name in ("value", "within", "two_sided")}
    if values:
        return Reported(**values)
    return Band(*(plain[name] for name in ("minimum", "p10", "median", "p90", "maximum")))


def judge(
    metric: str,
    plain: Mapping[str, Any],
    measured: Sequence[float],
    reading: Reading = UNSAID,
    kind: Kind = "published",
) -> str:
    """The verdict on a metric measured over one or more seeds, in the words for what it is set beside.

    The median is compared with the band, widened by the standard deviation over the seeds (0 for one seed).
    """
    deviation = statistics.stdev(measured) if len(measured) > 1 else 0.0
    verdict = figure_from(plain).judge(statistics.median(measured), deviation, reading.prefers_more(metric))
    return IN_WORDS[kind][verdict]


def beside_stated(
    stated: Sequence[Mapping[str, Any]],
    metrics: Mapping[str, float],
    reading: Reading = UNSAID,
    is_limited: bool = False,
) -> list[dict[str, Any]]:
    """What is stated in a record, with what one run measured and its verdict."""
    compared = []
    for source in stated:
        kind, rows = source.get("kind", "published"), {}  # the key is younger than some records
        for name, figure in source["metrics"].items():
            rows[name] = dict(figure)
            if name in metrics:
                verdict = verdict_on(name, figure, [metrics[name]], reading, kind, is_limited)
                rows[name] |= {"measured": metrics[name], "verdict": verdict}
        compared.append({"kind": kind, "source": source["source"], "metrics": rows})
    return compared


def verdict_on(
    metric: str, plain: Mapping[str, Any], measured: Sequence[float], reading: Reading, kind: Kind, is_limited: bool
) -> str:
    """The verdict, nothing for a figure that is shown and not judged, `limited` for a limited run."""
    if not plain.get("judged", True):  # the key is younger than some records
        return ""
    return LIMITED if is_limited else judge(metric, plain, measured, reading, kind)


def worst(verdicts: Sequence[str]) -> str:
    """The verdict on an experiment: that of its worst metric."""
    return max(verdicts, key=VERDICTS.index)

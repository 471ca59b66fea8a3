"""How a measurement stands beside what was published."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from dongshou.runs.directions import UNSAID
from dongshou.training import Band, Reading, Reported
from dongshou.training.published import Verdict

VERDICTS: tuple[Verdict, ...] = ("match", "within range", "differs")  # from the best to the worst


def figure_from(plain: Mapping[str, Any]) -> Band | Reported:
    """A published figure as the record holds it."""
    values = {name: value for name, value in plain.items() if name in ("value", "within", "two_sided")}
    if values:
        return Reported(**values)
    return Band(*(plain[name] for name in ("minimum", "p10", "median", "p90", "maximum")))


def judge(metric: str, plain: Mapping[str, Any], measured: Sequence[float], reading: Reading = UNSAID) -> Verdict:
    """The verdict on a metric measured over one or more seeds.

    The median is compared with the band, widened by the standard deviation over the seeds (0 for one seed).
    """
    deviation = statistics.stdev(measured) if len(measured) > 1 else 0.0
    return figure_from(plain).judge(statistics.median(measured), deviation, reading.prefers_more(metric))


def beside_published(
    published: Sequence[Mapping[str, Any]], metrics: Mapping[str, float], reading: Reading = UNSAID
) -> list[dict[str, Any]]:
    """The published results, with what one run measured and its verdict."""
    compared = []
    for source in published:
        rows = {}
        for name, figure in source["metrics"].items():
            rows[name] = dict(figure)
            if name in metrics:
                verdict = judge(name, figure, [metrics[name]], reading)
                rows[name] |= {"measured": metrics[name], "verdict": verdict}
        compared.append({"source": source["source"], "metrics": rows})
    return compared


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on an experiment: that of its worst metric."""
    return max(verdicts, key=VERDICTS.index)

"""The first table of RESULTS.md: how much of what is stated was reached, and what was not run and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dongshou.runs.report.cells import limited_to, markdown_table

Outcomes = Sequence[dict[str, Any]]
AllStated = Mapping[str, Sequence[dict[str, Any]]]  # by experiment: what it states today, as plain data

ROWS = {  # by kind: what it is called, and its verdicts in the order of the columns
    "published": ("published results", ("match", "within range", "differs")),
    "goal": ("goals of our own", ("reached", "", "missed")),
    "exact": ("equal by construction", ("holds", "", "differs")),
}
COLUMNS = ("", "match", "within range", "differs", "not run")
NOT_RUN = "not run"


class Claim(NamedTuple):
    """One figure that is judged, and how it stands today."""

    experiment: str
    kind: str
    verdict: str  # or NOT_RUN


def overview(outcomes: Outcomes, all_stated: AllStated) -> str:
    """The table, and a line for each experiment that was not run in full."""
    claims = list(claims_of(outcomes, all_stated))
    table = markdown_table(COLUMNS, [row(kind, claims) for kind in ROWS])
    missing = sorted({claim.experiment for claim in claims if claim.verdict == NOT_RUN})
    lines = [f"- `{name}`: {reason(name, outcomes)}" for name in missing]
    return "\n".join([table, "", "Not run in full:", "", *lines] if lines else [table])


def claims_of(outcomes: Outcomes, all_stated: AllStated) -> Iterator[Claim]:
    """Every judged figure once, however often it was measured: with torch's engine where there is such a record."""
    for experiment, stated in all_stated.items():
        verdicts = verdicts_of(whole_outcome(experiment, outcomes))
        for source in stated:
            for metric, figure in source["metrics"].items():
                if figure["judged"]:
                    verdict = verdicts.get((source["source"], metric), NOT_RUN)
                    yield Claim(experiment, source["kind"], verdict)


def whole_outcome(experiment: str, outcomes: Outcomes) -> dict[str, Any] | None:
    """The record over all data and epochs; of several, that of torch's engine without --fast."""
    whole = [
        outcome
        for outcome in outcomes
        if outcome["experiment"] == experiment and outcome["seeds"] and not outcome["limited"]
    ]
    return min(whole, key=lambda outcome: (outcome["engine"] != "torch", outcome.get("fast", False)), default=None)


def verdicts_of(outcome: dict[str, Any] | None) -> dict[tuple[str, str], str]:
    """By source and metric."""
    if outcome is None:
        return {}
    return {
        (source["source"], metric): figure["verdict"]
        for source in outcome["published"] + outcome.get("goals", [])
        for metric, figure in source["metrics"].items()
        if figure.get("verdict")
    }


def row(kind: str, claims: Sequence[Claim]) -> list[str]:
    name, verdicts = ROWS[kind]
    counts = Counter(claim.verdict for claim in claims if claim.kind == kind)
    return [name, *(str(counts[verdict]) if verdict else "" for verdict in (*verdicts, NOT_RUN))]


def reason(experiment: str, outcomes: Outcomes) -> str:
    """Why nothing is judged: `tried with 2,000 examples, 1 epoch`, or nothing was recorded."""
    records = [outcome for outcome in outcomes if outcome["experiment"] == experiment]
    trials = [limits for outcome in records if outcome["seeds"] and (limits := limited_to(outcome))]
    if trials:
        return f"tried with {trials[0]} only"
    failures = [failure["error"] for outcome in records for failure in outcome["failures"]]
    return failures[0] if failures else "nothing recorded yet"

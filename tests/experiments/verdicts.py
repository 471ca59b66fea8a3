"""How a run stands beside what its experiment states."""

from __future__ import annotations

from dongshou.runs import Run


def verdicts(run: Run) -> set[str]:
    """The verdicts on all judged figures: published ones, goals and what has to hold."""
    return {
        figure["verdict"]
        for source in run.record["published"] + run.record["goals"]
        for figure in source["metrics"].values()
        if figure["judged"]
    }


def comes_out_as_stated(run: Run) -> bool:
    """Whether there is a verdict, and each is the best of its kind."""
    return bool(verdicts(run)) and verdicts(run) <= {"match", "reached", "holds"}

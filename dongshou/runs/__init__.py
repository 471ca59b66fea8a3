"""The record of a run: written while it runs, read, resumed, compared, drawn and judged afterwards."""

from dongshou.runs.comparison import Comparison, compare
from dongshou.runs.execute import execute
from dongshou.runs.predict import Prediction, predict
from dongshou.runs.run import Run, find_run, list_runs

__all__ = ["Comparison", "Prediction", "Run", "compare", "execute", "find_run", "list_runs", "predict"]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)

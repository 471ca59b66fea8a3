"""Runs over each other in one line: `compare(run_a, run_b)`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dongshou.drawing import png
from dongshou.errors import UsageError
from dongshou.runs.accuracy_by_time import Point, draw_accuracy_by_time
from dongshou.runs.curves import draw_curves
from dongshou.runs.differences import differences, latest_metrics, seconds_of, short_names
from dongshou.runs.picture import Picture
from dongshou.runs.run import Run, find_run

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

CURVES, ACCURACY_BY_TIME = "compare.png", "compare-accuracy-by-time.png"


def compare(*runs: Run | str | Path) -> Comparison:
    """The curves of two runs or more over each other, named by the settings that differ.

    In a notebook the comparison shows itself; `.save()` writes it as a picture; `.table` holds the settings that
    differ, the results and the seconds. A run may be given by its path, its name, its experiment (then the newest).

    >>> compare(experiments.mlp(lr=0.1).run(), experiments.mlp(lr=0.5).run()).save()  # doctest: +SKIP

    Raises UsageError for fewer than two runs, and for the same run twice.
    """
    if len(runs) == 1 and isinstance(runs[0], (list, tuple)):
        runs = tuple(runs[0])
    if len(runs) < 2:
        raise UsageError(f"compare needs two runs or more; got {len(runs)}. `dongshou runs` lists them.")
    chosen = [run if isinstance(run, Run) else find_run(run) for run in runs]
    if len({run.path.resolve() for run in chosen}) < len(chosen):
        named = ", ".join(str(run.path) if isinstance(run, Run) else str(run) for run in runs)
        raise UsageError(
            f"compare needs runs that differ; {named} name the same run twice."
            " An experiment means its newest run; `dongshou runs` lists the names of all."
        )
    return Comparison(chosen)


class Comparison:
    """Runs beside each other. Reads them when it is looked at, so that it shows a run that goes on as it stands."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = list(runs)

    def __repr__(self) -> str:
        return f"compare({', '.join(self.names)})"

    def _repr_png_(self) -> bytes:
        return png(self.draw())

    def draw(self) -> Figure:
        """The curves as a figure."""
        return draw_curves(self.runs)

    @cached_property
    def names(self) -> list[str]:
        """What each run is called beside the others."""
        return short_names(self.runs)

    @property
    def points(self) -> list[Point]:
        """What came of each run, and what it cost."""
        return [
            Point(name, latest_metrics(run), seconds_of(run), run.config.get("parameters"))
            for name, run in zip(self.names, self.runs, strict=True)
        ]

    @property
    def table(self) -> pandas.DataFrame:
        """A row for each run: the settings that differ, the results, the seconds."""
        import pandas

        rows = [point.metrics | {"seconds": point.seconds} for point in self.points]
        settings = {name: list(values) for name, values in differences(self.runs).items()}
        return pandas.DataFrame(settings, index=self.names).join(pandas.DataFrame(rows, index=self.names))

    def save(self, path: str | Path | None = None) -> Picture:
        """The curves as a picture: at the path, else under a new name beside the runs, never over another."""
        figure = self.draw()
        return Picture.save(figure, Path(path)) if path else Picture.add(figure, self.runs[0].path.parent / CURVES)

    def save_accuracy_by_time(self, directory: Path) -> Picture | None:
        """Accuracy over seconds under a new name there; None where the runs have no accuracy in common."""
        figure = draw_accuracy_by_time(self.points)
        return None if figure is None else Picture.add(figure, directory / ACCURACY_BY_TIME)

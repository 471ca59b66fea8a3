"""A run as its directory tells it."""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock, Timeout

from dongshou.errors import DongshouError, UsageError, did_you_mean
from dongshou.runs.directions import headline_in, reading_in
from dongshou.runs.files import read_json
from dongshou.runs.limits import Limits, in_words, limits_in
from dongshou.runs.origin import is_named, newest_of_file
from dongshou.runs.record import CHECKPOINTS, CONFIG, LOCK, METRICS, RESULT

if TYPE_CHECKING:
    import pandas
    from torch import nn

    from dongshou.data import Splits
    from dongshou.runs.picture import Picture
    from dongshou.runs.trained import Answering
    from dongshou.training import Reading, Work
    from dongshou.training.work import Origin

ABOUT = ("event", "step", "epoch", "time", "part", "lr", "headline", "higher_is_better")  # of a line, no metrics
NEEDED = ("experiment", "settings", "seed", "engine", "device", "precision", "compile", "limit", "published")

Status = Literal["done", "running", "failed", "stopped"]


class Run:
    """Everything about one execution of an experiment. Reads only; never writes but its pictures.

    work  what was run, where that was in this process; else it is made again, from its name and its settings

    >>> run = experiments.mlp(data="digits", epochs=1).run()  # doctest: +SKIP
    >>> run.result["test_accuracy"], run.status  # doctest: +SKIP
    """

    def __init__(self, path: str | Path, work: Work | None = None) -> None:
        self.path = Path(path)
        self.work = work
        if not self.path.is_dir():
            raise UsageError(f"There is no run at {self.path}; `dongshou runs` lists them all.")
        if not (self.path / CONFIG).is_file():
            raise UsageError(f"{self.path} is not a run: it has no {CONFIG}. `dongshou runs` lists the runs.")

    def __repr__(self) -> str:
        try:
            about = [self.experiment, self.status, *([f"limited to {in_words(self.limits)}"] if self.limits else [])]
            if self.is_done and (name := headline_in(self.result, self.reading.headline)) is not None:
                about.append(f"{name}={self.result[name]:.4g}")
        except DongshouError:
            about = ["damaged"]
        return f"Run({str(self.path)!r}, {', '.join(about)})"

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """What was decided before the start: settings, seed, engine, versions, machine, hashes of the data."""
        config = read_json(self.path / CONFIG)
        missing = [name for name in NEEDED if not isinstance(config, dict) or name not in config]
        if missing:
            raise DongshouError(
                f"{self.path / CONFIG} does not describe a run: it has no {', '.join(missing)}. Start a new run."
            )
        return config

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def experiment(self) -> str:
        return self.config["experiment"]

    @property
    def origin(self) -> Origin:
        """Where its experiment was declared."""
        of_old = "python" if self.experiment == "custom" else "course"  # of records that do not say it
        return self.config.get("origin", of_old)

    @property
    def file(self) -> Path | None:
        """The user's own file that declares its experiment, where one does."""
        return Path(self.config["file"]) if "file" in self.config else None

    @property
    def limits(self) -> Limits:
        """How much less it does than its experiment declares: `{"examples": 2000, "epochs": 1}`."""
        return limits_in(self.config)

    @property
    def is_done(self) -> bool:
        return (self.path / RESULT).is_file()

    @property
    def record(self) -> dict[str, Any]:
        """The whole of `result.json`. Raises DongshouError while the run is not done."""
        if not self.is_done:
            raise DongshouError(f"{self.path} is {self.status}, it has no result yet.")
        return entries_of(read_json(self.path / RESULT), ("result", "published", "seconds"), self.path / RESULT)

    @property
    def result(self) -> dict[str, float]:
        """The final metrics by name."""
        return self.record["result"]

    @property
    def reading(self) -> Reading:
        """Which of the metrics counts, and in which direction."""
        if self.is_done:
            return reading_in(self.record)
        looks = [line for line in self.lines() if line["event"] in ("epoch", "look")]
        return reading_in(looks[-1] if looks else {})

    @property
    def status(self) -> Status:
        if self.is_done:
            return "done"
        if is_locked(self.path / LOCK):
            return "running"
        lines = list(self.lines())
        return "failed" if lines and lines[-1]["event"] == "failed" else "stopped"

    def lines(self) -> Iterator[dict[str, Any]]:
        """The events so far. A last line that is still being written is left for the next reader."""
        for line, _ in self.lines_and_ends():
            yield line

    def lines_and_ends(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Each event with the position of its end in the file."""
        path = self.path / METRICS
        if not path.is_file():
            return
        end = 0
        for number, raw in enumerate(path.read_bytes().splitlines(keepends=True), 1):
            if not raw.endswith(b"\n"):
                return
            end += len(raw)
            line = as_event(raw)
            if line is None:
                raise DongshouError(
                    f"{path}, line {number}: not an event; the record was damaged. "
                    "Restore it from a copy, or start a new run."
                )
            yield line, end

    def table(self, event: Literal["epoch", "step"] = "epoch") -> pandas.DataFrame:
        """The metrics by epoch or by step, a row each."""
        import pandas

        rows = [line for line in self.lines() if line["event"] == event]
        return pandas.DataFrame(rows).drop(columns=["headline", "higher_is_better"], errors="ignore")

    @property
    def figures(self) -> list[Path]:
        """All pictures, curves last."""
        return sorted((self.path / "figures").glob("*.png")) + sorted(self.path.glob("*.png"))

    @property
    def has_curves(self) -> bool:
        """Whether anything was measured by step or by epoch."""
        return any(line["event"] in ("step", "epoch") for line in self.lines())

    @property
    def model(self) -> nn.Module:
        """Its model with the best weights, in eval mode; of several fits that of the one that is asked. It belongs to
        this object alone: the experiment may be run again.

        Raises UsageError for a run that fits nothing, or one whose experiment cannot be made again.
        """
        return self._learnt.experiment.model

    @functools.cached_property
    def data(self) -> Splits:
        """What it was trained and measured on. Raises as `model`."""
        from dongshou.runs.learnt import data_of

        return data_of(self, self._learnt.experiment.data)

    def predict(self, asked: Any, **how: Any) -> Any:
        """What its model, with the best weights, says to a question, or to each of a list of them: an `Answer` each.

        asked  what the task is asked with: the path of a picture, a picture of PIL or an array of uint8; a text; a pair
               of texts; a row of a table as a mapping, or a DataFrame or CSV file of several. Or a batch of inputs
               (batch, ...), a tensor or an array as the batches of `data` have them: this gives the task's prediction
               for each, such as the probabilities of the classes (batch, classes), without gradients
        how    num_tokens, temperature, top_k, top_p, width, seed: see `dongshou.tasks.Question`

        Nothing is written; `dongshou.runs.predict` leaves its pictures in the run's directory. Raises as `model`, and
        DongshouError for what cannot be answered.
        """
        from dongshou.runs.learnt import ask

        return ask(self._learnt.experiment, asked, how)

    @functools.cached_property
    def _learnt(self) -> Answering:
        from dongshou.runs.learnt import learnt

        return learnt(self)

    def curves(self) -> Picture:
        """The losses and metrics by epoch, the published bands shaded: shows itself in a notebook, lies as
        `curves.png` in the run's directory."""
        from dongshou.runs.curves import draw_curves
        from dongshou.runs.picture import Picture

        return Picture.save(draw_curves([self]), self.path / "curves.png")

    def strips(self) -> list[Picture]:
        """Each series of pictures by epoch side by side, as `NAME-strip.png` in the run's directory."""
        from dongshou.runs.strip import save_strips

        return save_strips(self)

    def checkpoint(self, which: Literal["last", "best"] = "last", part: str | None = None) -> dict[str, Any] | None:
        """The line that names the last or the best checkpoint, of one part where there are several."""
        lines = [line for line in self.lines() if line["event"] == "checkpoint"]
        lines = [line for line in lines if part is None or line.get("part", "") == part]
        if which == "best":
            lines = [line for line in lines if line["best"]] or lines
        return lines[-1] if lines else None

    @property
    def checkpoints(self) -> Path:
        return self.path / CHECKPOINTS


def as_event(raw: bytes) -> dict[str, Any] | None:
    """A line with what every event has, and a checkpoint what a resumed run needs of it; None for any other."""
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    needed = {"event", "step", "time"}
    if not isinstance(line, dict) or not needed <= line.keys():
        return None
    if line["event"] == "checkpoint" and not {"path", "sha256", "best"} <= line.keys():
        return None
    return line


def entries_of(content: Any, names: tuple[str, ...], where: Path | str) -> dict[str, Any]:
    """The content, which has to have these entries. Raises DongshouError when it does not."""
    missing = [name for name in names if not isinstance(content, dict) or name not in content]
    if missing:
        raise DongshouError(f"{where} has no {', '.join(missing)}: it is not what a run writes, or was damaged.")
    return content


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock."""
    if not path.exists() or not os.access(path, os.W_OK):
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # whoever cannot lock it is not told who has
        return False
    lock.release()
    return False


def runs_directory(given: str | Path | None = None) -> Path:
    """Where runs go: as given, else DONGSHOU_RUNS, else ./runs."""
    return Path(given or os.environ.get("DONGSHOU_RUNS") or "runs")


def list_runs(directory: str | Path | None = None) -> list[Run]:
    """All runs there, the oldest first. Raises UsageError for a file in the place of the directory."""
    root = runs_directory(directory)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file; name the directory where runs lie, with --runs DIR or DONGSHOU_RUNS.")
    paths = [path for path in root.iterdir() if (path / CONFIG).is_file()] if root.is_dir() else []
    return [Run(path) for path in sorted(paths, key=lambda path: (path / CONFIG).stat().st_mtime_ns)]


def find_run_to_resume(experiment: str, directory: str | Path | None = None) -> Run:
    """The newest run of an experiment that was stopped or failed; where there is none, the newest of all its runs.

    Raises UsageError when the experiment was never run there.
    """
    runs = []
    for run in list_runs(directory):
        with contextlib.suppress(DongshouError):  # a damaged run must not hide the others
            if is_named(run, experiment):
                runs.append((run.status in ("stopped", "failed"), run))
    if not runs:
        raise UsageError(f"There is no run of {experiment} in {runs_directory(directory)}; start one without --resume.")
    unfinished = [run for is_unfinished, run in runs if is_unfinished]
    return unfinished[-1] if unfinished else runs[-1][1]


def find_run(name: str | Path, directory: str | Path | None = None) -> Run:
    """A run by its path, its name, its experiment (then the newest), or `last`.

    Raises UsageError when there is none.
    """
    if not isinstance(name, str | Path):
        raise UsageError(f"A run is given as it is, or by its path, name or experiment; got {name!r}.")
    if (Path(name) / CONFIG).is_file():
        return Run(name)
    runs = list_runs(directory)
    by_name = {run.name: run for run in runs}
    whole = [run for run in runs if is_whole(run)]  # a damaged run must not hide the others
    by_name |= {run.experiment: run for run in whole if run.file is None}
    if runs:
        by_name["last"] = runs[-1]
    if str(name) in by_name:
        return by_name[str(name)]
    if (found := newest_of_file(whole, str(name))) is not None:
        return found
    if Path(name).is_dir():
        return Run(name)
    where = runs_directory(directory)
    near = did_you_mean(str(name), [*by_name, *(run.experiment for run in whole)])
    raise UsageError(f"There is no run called {name} in {where}.{near} `dongshou runs` lists them.")


def is_whole(run: Run) -> bool:
    """Whether its `config.json` can be read."""
    with contextlib.suppress(DongshouError):
        return bool(run.config)
    return False

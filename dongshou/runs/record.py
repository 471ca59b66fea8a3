"""The writer of a run's directory; everybody else only reads it."""

from __future__ import annotations

import json
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import safetensors.torch
from filelock import FileLock, Timeout

from dongshou.atomic import missing_directories, undone_by_errors
from dongshou.drawing import png
from dongshou.errors import DongshouError, UsageError
from dongshou.runs.files import write_json, write_whole
from dongshou.training import Clipped, Drew, Evaluated, Event, Finished, Saved, Stepped, Wrote
from dongshou.training.checkpoint import own_copy
from dongshou.training.events import Sampled, Snapshot

CONFIG, METRICS, RESULT, LOCK, CHECKPOINTS = (
    "config.json",
    "metrics.jsonl",
    "result.json",
    ".lock",
    "checkpoints",
)
LONGEST_NAME = 60  # characters of an experiment in the name of a directory


class Record:
    """Turns events into lines of `metrics.jsonl` and files beside it.

    A line names a file only once the file lies whole on the disk. The lock is held as long as the process
    lives, however it ends: a run whose lock is free and that has no result was stopped.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lock = FileLock(directory / LOCK)
        try:
            self.lock.acquire(timeout=1)
            self.metrics = open(directory / METRICS, "a", encoding="utf-8")
        except Timeout:
            raise UsageError(f"{directory} is being written by another process; wait until it ends.") from None
        except (OSError, NotImplementedError) as error:  # the latter where the file system has no locks
            self.lock.release()
            raise DongshouError(
                f"{directory} cannot be written: {getattr(error, 'strerror', None) or error}. "
                "Copy the run to a place that can be, or name another one with --runs DIR."
            ) from error
        self.started = time.perf_counter()
        self.last_step = 0
        self.named: set[str] = set()  # files that lines name

    @classmethod
    def create(cls, runs: Path, config: dict[str, Any], began: float | None = None) -> Record:
        """A new run directory, named after the experiment and the time, its configuration written first.

        The run counts its seconds from `began` on, a time of `time.perf_counter`.
        """
        name = f"{folder_name(config['experiment'])}-{time.strftime('%Y%m%d-%H%M%S')}"
        with undone_by_errors(missing_directories(runs)):
            directory = new_directory(runs, name)
            try:
                write_json(directory / CONFIG, config)
                record = cls(directory)
            except DongshouError:
                shutil.rmtree(directory, ignore_errors=True)
                raise
        record.started = record.started if began is None else began
        return record

    @property
    def seconds(self) -> float:
        """Seconds since the start of the run, those of interrupted attempts included up to their checkpoint."""
        return time.perf_counter() - self.started

    def rewind(self, length: int, step: int, seconds: float) -> None:
        """Cut the metrics back to their first `length` bytes: what came after that checkpoint will come again.

        Files that only those events named are taken away. Raises DongshouError when that cannot be written.
        """
        try:
            written = (self.directory / METRICS).read_bytes()
            self.named = paths_in(written[:length])
            for path in paths_in(written[length:]) - self.named:
                if (self.directory / path).resolve().is_relative_to(self.directory.resolve()):
                    (self.directory / path).unlink(missing_ok=True)
            self.metrics.truncate(length)
        except OSError as error:
            raise DongshouError(f"{self.directory / METRICS} cannot be written: {error.strerror or error}.") from error
        self.last_step = step
        self.started = time.perf_counter() - seconds

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened yet, not even a step that left no line."""
        return self.last_step == 0 and self.metrics.tell() == 0

    def discard(self) -> None:
        """Take the whole directory away."""
        self.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def write(self, event: Event) -> None:
        match event:
            case Stepped():
                self.last_step = event.step
                if event.metrics:
                    self._line("step", event, **event.metrics)
            case Clipped(norms=norms, clipped_norms=clipped, max_norm=max_norm):
                whose = {"optimizer": event.optimizer} if event.optimizer else {}
                known = {"gradient_norm": norms, "clipped_gradient_norm": clipped, "max_norm": max_norm}
                self._line("clipped", event, **whose, **known)
            case Evaluated(reading=reading):
                more = {"lr": event.lr, "headline": reading.headline, "higher_is_better": reading.higher_is_better}
                self._line("epoch" if event.is_epoch else "look", event, **event.metrics, **more)
            case Sampled():
                self._line("sample", event, text=event.text)
            case Saved():
                self.last_step = event.step  # of a procedure, which takes no steps
                path = event.path.relative_to(self.directory).as_posix()
                self._line("checkpoint", event, path=path, sha256=event.sha256, best=event.best)
            case Drew():
                path = self._free(figure_path(event))
                write_whole(self.directory / path, png(event.figure))
                self._line("figure", event, name=event.name, path=path)
            case Snapshot(step=step):
                of_step = self.last_step if step is None else step
                path = self._free(f"tensors/{of_step:06d}-{of_part(event)}{event.name}.safetensors")
                content = safetensors.torch.save({name: own_copy(t) for name, t in event.tensors.items()})
                write_whole(self.directory / path, content)
                self._line("tensors", event, name=event.name, path=path)
            case Wrote():
                write_whole(self.directory / event.name, event.content)
                self._line("file", name=event.name, path=event.name)
            case Finished():
                self._line("done", **event.metrics)

    def failed(self, error: str) -> None:
        with suppress(DongshouError):  # on a full disk not even this can be written: the first error says more
            self._line("failed", error=error)

    def finish(self, result: dict[str, Any]) -> None:
        """The last file of a run: from now on it is done."""
        write_json(self.directory / RESULT, result)

    def close(self) -> None:
        with suppress(OSError):  # a line that found no room was reported when it was written
            self.metrics.close()
        self.lock.release()

    def _free(self, path: str) -> str:
        """The path, with a number where an event has named it already: what is there is never written over."""
        stem, _, suffix = path.rpartition(".")
        number, free = 1, path
        while free in self.named:
            number, free = number + 1, f"{stem}-{number + 1}.{suffix}"
        self.named.add(free)
        return free

    def _line(self, event: str, about: Any = None, /, **values: Any) -> None:
        """A line of the metrics, with the step, epoch and part of the event that it is about, where it has them."""
        line: dict[str, Any] = {"event": event, "step": self.last_step}
        if about is not None:
            places = {name: getattr(about, name) for name in ("step", "epoch", "part")}
            line |= {name: place for name, place in places.items() if place not in (None, "")}
        line |= {"time": round(self.seconds, 3)} | values
        try:
            self.metrics.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.metrics.flush()
        except OSError as error:
            raise DongshouError(
                f"{self.directory / METRICS} could not be written ({error.strerror or error}). "
                "Free some space and resume the run."
            ) from error


def folder_name(experiment: str) -> str:
    """`mlp-digits` of `mlp:digits`, `my_experiment-deep` of `my_experiment.py:deep`: what any file system takes.

    >>> folder_name("flats in Zürich / old")
    'flats-in-Zürich-old'
    """
    words = re.findall(r"\w+(?:\.\w+)*", experiment.replace(".py", ""))
    return "-".join(words)[:LONGEST_NAME] or "custom"


def paths_in(written: bytes) -> set[str]:
    """The files that whole lines of metrics name."""
    lines = (json.loads(line) for line in written.splitlines(keepends=True) if line.endswith(b"\n"))
    return {line["path"] for line in lines if line.get("path") is not None}


def figure_path(event: Drew) -> str:
    """`figures/samples.png`; of a series `figures/fast-samples-000120.png`, by its part and step."""
    step = "" if event.step is None else f"-{event.step:06d}"
    return f"figures/{of_part(event)}{event.name}{step}.png"


def of_part(event: Drew | Snapshot) -> str:
    """`fast-`: the beginning of a file name, where the event is of one of several fits."""
    return "-".join("".join(c if c.isalnum() else " " for c in event.part).split()) + "-" if event.part else ""


def new_directory(runs: Path, name: str) -> Path:
    """Make runs/name, or runs/name-2 and so on where that exists. Raises DongshouError when it cannot."""
    for number in range(1, 10_000):
        directory = runs / (name if number == 1 else f"{name}-{number}")
        try:
            directory.mkdir(parents=True)
            return directory
        except FileExistsError:
            continue
        except OSError as error:
            raise DongshouError(
                f"No run can be written in {runs}: {error.strerror or error}. Name another place with --runs DIR."
            ) from error
    raise DongshouError(f"{runs} holds too many runs called {name}; name another place with --runs DIR.")

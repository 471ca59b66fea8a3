"""The contenders take turns, round after round, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean
from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from benchmarks.contenders import YARDSTICK, Contender
from benchmarks.work import Device, Work
from dongshou.errors import DongshouError

ROOT = Path(__file__).parent.parent
LONGEST_REASON = 200  # characters

Item = TypeVar("Item")


@dataclass
class Measured:
    """What one contender did.

    seconds            mean time of an epoch on the clock, by round
    processor_seconds  the same on the processor: less than on the clock when other work kept it waiting
    accuracies         on the test set, by epoch
    """

    contender: Contender
    seconds: list[float] = field(default_factory=list)
    processor_seconds: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)


class LeftOut(Exception):
    """A contender cannot take part; the message says why."""


class Worker:
    """The process of one contender, seen from outside."""

    def __init__(self, contender: Contender, work: Work, threads: int) -> None:
        if missing := contender.missing_packages():
            raise LeftOut(f"{', '.join(missing)} not installed: pip install 'dongshou[bench]'")
        threads = contender.threads or threads
        if threads > cores():
            raise LeftOut(f"needs {threads} cores; this machine lends {cores()}")
        settings = [contender.module, json.dumps(asdict(work)), json.dumps(contender.options), str(threads)]
        self.words = tempfile.TemporaryFile("w+")  # what it prints, for the reason if it fails
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", *settings],
            cwd=ROOT,
            env=os.environ | environment(threads, work.device) | contender.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.words,
            text=True,
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.communicate()  # closes its input, upon which it ends
        self.words.close()

    def epoch(self) -> dict[str, float]:
        """Have it train for an epoch; what it answers. Raises LeftOut when it fails."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            print(file=self.process.stdin, flush=True)
            return json.loads(self.process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise LeftOut(self.reason()) from None

    def reason(self) -> str:
        """The last line that a process which failed has printed."""
        self.process.wait()
        self.words.seek(0)
        lines = [line.strip() for line in self.words if line.strip()]
        return lines[-1][:LONGEST_REASON] if lines else f"ended with status {self.process.returncode}"


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def environment(threads: int, device: Device) -> dict[str, str]:
    """What tells numerical libraries how many threads to use, and to stay on the device."""
    on_processor = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    return {
        **(on_processor if device == "cpu" else {}),
        "KERAS_TORCH_DEVICE": device,
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()}",
    }


def measure(
    contenders: Sequence[Contender], work: Work, *, threads: int, rounds: int, epochs: int
) -> tuple[list[Measured], dict[str, str]]:
    """Times by contender, and why others were left out.

    A first epoch of each is not counted: it reads the data and compiles. Raises DongshouError when the
    yardstick itself fails.
    """
    workers: dict[str, Worker] = {}
    left_out: dict[str, str] = {}
    measured = {contender.name: Measured(contender) for contender in contenders}
    with ExitStack() as stack:
        for contender in watched(contenders, "warming up"):
            try:
                workers[contender.name] = stack.enter_context(Worker(contender, work, threads))
                workers[contender.name].epoch()
            except LeftOut as reason:
                left_out[contender.name] = str(reason)
        for _ in watched(range(rounds), "measuring"):
            for name in [name for name in measured if name not in left_out]:
                try:
                    take_turn(workers[name], measured[name], epochs)
                except LeftOut as reason:
                    left_out[name] = str(reason)
    if YARDSTICK in left_out:
        raise DongshouError(f"The {YARDSTICK} loop failed, so nothing was compared: {left_out[YARDSTICK]}")
    return [one for name, one in measured.items() if name not in left_out], left_out


def watched(items: Sequence[Item], what: str) -> Iterable[Item]:
    """The items, with a bar on standard error that shows how many are done."""
    return track(items, what, console=Console(stderr=True))


def take_turn(worker: Worker, measured: Measured, epochs: int) -> None:
    """Some epochs of one contender."""
    answers = [worker.epoch() for _ in range(epochs)]
    measured.seconds.append(mean(answer["seconds"] for answer in answers))
    measured.processor_seconds.append(mean(answer["processor_seconds"] for answer in answers))
    measured.accuracies.extend(answer["accuracy"] for answer in answers)

"""One contender in a process of its own: trains an epoch for each line that it is sent, and answers with one.

A process each, because the number of threads and the backend of Keras are settled when libraries are imported.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from benchmarks.work import EpochDone


def main() -> None:
    """`python -m benchmarks.worker MODULE WORK OPTIONS THREADS`, the middle two as JSON."""
    module, work, options, threads = sys.argv[1:]
    stay_on_cores(int(threads))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not pass for an answer
    train = importlib.import_module(f"benchmarks.contenders.{module}").train
    from benchmarks.work import Work  # here: a module that is not there is told before torch is imported

    wait()
    train(Work(**json.loads(work)), timekeeper(answers), **json.loads(options))


def stay_on_cores(number: int) -> None:
    """Give this process that many cores, where the system can: then no library finds more threads."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:number])


def timekeeper(answers: TextIO) -> EpochDone:
    """Answers with the seconds since it was last left, on the clock and on the processor; then waits."""
    left = clocks()

    def epoch_done(accuracy: float) -> None:
        nonlocal left
        seconds, processor_seconds = (now - then for now, then in zip(clocks(), left, strict=True))
        answer = {"seconds": seconds, "processor_seconds": processor_seconds, "accuracy": float(accuracy)}
        print(json.dumps(answer), file=answers, flush=True)
        wait()
        left = clocks()

    return epoch_done


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def wait() -> None:
    """Until the next epoch is due; there is none when the questions have ended."""
    if not sys.stdin.readline():
        sys.exit()


if __name__ == "__main__":
    main()

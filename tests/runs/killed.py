"""Runs that are killed, then resumed, beside the same run left alone. A process of its own: see test_kill.py.

Everything is imported, used and drawn once; each attempt is a fork, so that a dozen kills take seconds.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from dongshou import experiments
from dongshou.drawing.styled import StyledFigure
from dongshou.runs import execute, list_runs
from dongshou.runs.record import Record
from dongshou.runs.run import Run
from dongshou.training import Work
from dongshou.training.checkpoint import Checkpoints
from tests.drawn_once import saves_once
from tests.training import toys

WORK: dict[str, Callable[[], Work]] = {
    "digits": lambda: experiments.mlp.digits(epochs=12),
    "toy": lambda: toys.toy(draw=True),
    "series": lambda: toys.series(),
    "gan": lambda: toys.declared(toys.gan),
    "average": lambda: toys.declared(toys.averaged),
}

LIMIT = 400  # examples

# whose method, its name, at which call, before or after it
MOMENTS: list[tuple[Any, str, int, str]] = [
    (Record, "create", 1, "before"),
    (os, "replace", 1, "before"),  # config.json not there yet
    (Record, "create", 1, "after"),
    (os, "fsync", 4, "before"),  # three files in a checkpoint: these are in the second
    (os, "fsync", 5, "after"),
    (os, "fsync", 6, "after"),
    (Path, "rename", 2, "after"),  # there, but the record does not name it
    (Checkpoints, "prune", 2, "before"),
    (shutil, "rmtree", 7, "after"),
    (Checkpoints, "prune", 3, "after"),
    (os, "replace", 2, "before"),  # the first picture
    (Run, "curves", 1, "before"),
    (Record, "finish", 1, "before"),
]


def attempt(work: str, runs: Path, delay: float | None, moment: tuple[Any, str, int, str] | None = None) -> bool:
    """Start the work, or go on with it where a run is there; kill it after the delay. Whether it was killed."""
    child = os.fork()
    if child == 0:
        run_and_leave(work, runs, moment)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit("an attempt ended with an error, see above")
    return os.WIFSIGNALED(status)


def run_and_leave(work: str, runs: Path, moment: tuple[Any, str, int, str] | None) -> None:
    try:
        if moment is not None:
            arm(*moment)
        started = list_runs(runs)
        execute(WORK[work](), runs=runs, limit=LIMIT, resume=started[-1].path if started else None)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def arm(owner: Any, name: str, call: int, when: str) -> None:
    """Have the process kill itself at the given call of a function."""
    function = getattr(owner, name)
    calls = 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


def at_random(work: str, root: Path, wanted: int) -> int:
    """Kill one run so often at random moments, then let it finish; the number of kills it took."""
    start = time.perf_counter()
    attempt(work, root / "whole", None)
    longest = (time.perf_counter() - start) / 6
    while True:  # again with shorter lives if the run was done before it was killed often enough
        runs = root / "killed"
        shutil.rmtree(runs, ignore_errors=True)
        kills = 0
        while kills < wanted and attempt(work, runs, random.uniform(0, longest)):
            kills += 1
        if kills == wanted:
            attempt(work, runs, None)
            return kills
        longest *= 0.7


def at_moments(work: str, root: Path) -> int:
    """Kill a run at each of the moments and let it finish."""
    attempt(work, root / "whole", None)
    for index, moment in enumerate(MOMENTS):
        assert attempt(work, root / f"killed-{index}", None, moment), f"{moment[1]} was not reached"
        attempt(work, root / f"killed-{index}", None)
    return len(MOMENTS)


if __name__ == "__main__":
    random.seed(0)
    torch.set_num_threads(1)
    kind, directory, *names = sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]
    StyledFigure.savefig = saves_once(directory / "drawn")
    execute(WORK[names[0]](), runs=directory / "warm", limit=16)  # the imports and fonts of a first run
    kill = (lambda work, root: at_random(work, root, 12)) if kind == "random" else at_moments
    print(json.dumps({name: kill(name, directory / name) for name in names}))

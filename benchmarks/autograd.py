"""dongshou.autograd beside its peers: a scalar engine and HIPS autograd, on equal training steps, one thread.

    pip install "dongshou[bench]"
    python -m benchmarks autograd [--rounds N]

Every contender takes its steps from the same weights on the same batch; the last losses have to be equal.
Times are those of the processor, so that other work on the machine does not count.
A contender whose package is missing is named and left out.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy is imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.autograd_cases import (
    Step,
    hips_lenet_convolve,
    hips_lenet_windows,
    hips_mlp,
    lenet,
    lenet_work,
    mlp,
    mlp_work,
    scalar_work,
    small_mlp,
    small_mlp_scalar,
)
from benchmarks.results import (
    RESULTS,
    Sheet,
    circumstances,
    markdown,
    ratios,
    show,
    spread,
    summary,
    threads_in_words,
    write,
)
from dongshou.errors import UsageError

COLUMNS = ("work", "contender", "ms a step", "x ours", "min-max")


def benchmark(rounds: int = 7) -> None:
    """Time training steps of dongshou.autograd, a scalar engine and HIPS autograd.

    Args:
        rounds: How often each contender has its turn.
    """
    table = compare(rounds)
    content = circumstances() | {"rounds": rounds, "tables": [table]}
    if table["left_out"] is None:
        content["versions"] |= {"autograd": version("autograd")}
    write(RESULTS, "autograd", content, in_markdown(content))


def compare(rounds: int) -> dict[str, Any]:
    """The table, printed too. Raises UsageError without a round."""
    if rounds < 1:
        raise UsageError(f"rounds must be at least 1; got {rounds}.")
    has_hips = find_spec("autograd") is not None
    scalar = {"scalar engine": small_mlp_scalar}
    hips = {"HIPS autograd": hips_mlp} if has_hips else {}
    hips_lenets = {"HIPS convolve": hips_lenet_convolve, "HIPS windows": hips_lenet_windows} if has_hips else {}
    rows = [
        *measure("MLP 8-16-1, batch 4", scalar_work(), {"ours": small_mlp, **scalar}, rounds, 3),
        *measure("MLP 64-128-10, batch 64", mlp_work(), {"ours": mlp, **hips}, rounds, 100),
        *measure("LeNet 28x28, batch 64", lenet_work(), {"ours": lenet, **hips_lenets}, rounds, 2),
    ]
    missing = None if has_hips else "HIPS autograd is not installed: pip install autograd scipy"
    table = {"threads": 1, "rows": rows, "left_out": missing}
    show(sheet(table))
    return table


def measure(
    title: str, work: Any, contenders: dict[str, Callable[..., Step]], rounds: int, steps: int
) -> list[dict[str, Any]]:
    """Let all take turns; a row for each, plain data: the time of a step, and its ratio to ours within each round."""
    takers = {name: prepare(*work) for name, prepare in contenders.items()}
    seconds: dict[str, list[float]] = {name: [] for name in takers}
    losses: dict[str, float] = {}
    for step in takers.values():
        step()  # what is only done once is not counted
    for _ in range(rounds):
        for name, step in takers.items():
            start = time.process_time()
            for _ in range(steps):
                losses[name] = step()
            seconds[name].append((time.process_time() - start) / steps)
    np.testing.assert_allclose(list(losses.values()), losses["ours"], rtol=1e-8, err_msg="not the same work")
    return [
        {
            "work": title,
            "contender": name,
            "milliseconds": summary([1000 * second for second in times]),
            "ratio": summary(ratios(times, seconds["ours"])),
        }
        for name, times in seconds.items()
    ]


def sheet(table: dict[str, Any]) -> Sheet:
    notes = [f"Left out: {table['left_out']}."] if table["left_out"] else []
    cells = [in_words(row) for row in table["rows"]]
    return Sheet(threads_in_words(table["threads"]), COLUMNS, cells, COLUMNS[2:], notes)


def in_words(row: dict[str, Any]) -> list[str]:
    milliseconds, ratio = row["milliseconds"]["median"], row["ratio"]
    return [row["work"], row["contender"], f"{milliseconds:.3f}", f"{ratio['median']:.2f}", spread(ratio)]


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        "Training steps in float64 from equal weights on the same batch, with equal losses. The contenders take "
        f"turns: {content['rounds']} rounds; ratios are taken within a round, of which the median is given.",
        "ms a step: milliseconds of the processor.",
    ]
    return markdown("dongshou.autograd beside its peers", paragraphs, content, [*map(sheet, content["tables"])])


if __name__ == "__main__":  # prints alone
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns that each contender has (default 7)")
    compare(parser.parse_args().rounds)

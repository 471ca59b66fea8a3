"""How long an epoch of convolutional networks takes, trained in several people's ways, as a ratio to a bare loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import torch

from benchmarks.contenders import YARDSTICK, Contender, Target, chosen
from benchmarks.epochs import EXPLAINED, check, compare, measured_on, sheet, turns
from benchmarks.results import RESULTS, markdown, write
from benchmarks.rounds import cores
from benchmarks.work import Device, Work
from dongshou.errors import UsageError, did_you_mean

CONVOLUTIONAL = ("lenet", "mnist_residual", "resnet18")
TAKING_PART = ("bare", "ours", "ours-fast", "tutorial", "lightning", "keras-torch", "keras-jax", "skorch")
SPEEDUPS = {"lenet": 1.4, "mnist_residual": 1.5, "resnet18": 1.5}  # of --fast over the bare loop, on two cores


def benchmark(
    networks: tuple[str, ...] = CONVOLUTIONAL,
    rounds: int = 5,
    epochs: int = 1,
    threads: tuple[int, ...] = (1, 2),
    only: tuple[str, ...] = (),
    limit: int | None = None,
    device: Device = "cpu",
) -> None:
    """Time an epoch of the same convolutional network, trained in several people's ways.

    Args:
        networks: Train these: lenet, mnist_residual, resnet18.
        rounds: How often each contender has its turn.
        epochs: How many epochs a turn has.
        threads: A table for each of these numbers that there are cores for; on a GPU the first alone.
        only: Compare these contenders only, and write nothing down.
        limit: Train on the first so many examples only, and write nothing down.
        device: Train there: cpu or cuda.
    """
    check(rounds, epochs, threads, only)
    check_networks(networks)
    check_device(device)
    tables, works = [], []
    for network in networks:
        work = Work.of(network, limit, device, 1 + rounds * epochs)  # the first warms up
        works.append(work)
        for number in numbers_of_threads(threads, device):
            tables.append(compare(work, contenders(work, only, number), number, rounds, epochs))
    if not only and limit is None and networks == CONVOLUTIONAL:
        content = report(works, tables, rounds=rounds, epochs=epochs)
        write(RESULTS, "cnn" if device == "cpu" else f"cnn-{device}", content, in_markdown(content))


def check_networks(networks: Sequence[str]) -> None:
    """Raises UsageError for none, or one that is not there."""
    known = ", ".join(CONVOLUTIONAL)
    if not networks:
        raise UsageError(f"networks must name at least one of {known}.")
    if unknown := [name for name in networks if name not in CONVOLUTIONAL]:
        near = did_you_mean(unknown[0], CONVOLUTIONAL)
        raise UsageError(f"No network is called {unknown[0]}; there are {known}.{near}")


def check_device(device: Device) -> None:
    """Raises UsageError for a device that is not there."""
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("No cuda device is available here; use --device cpu.")


def numbers_of_threads(threads: Sequence[int], device: Device) -> list[int]:
    """Those that there are cores for: a GPU does not care how many."""
    possible = [number for number in threads if 1 <= number <= cores()]
    return possible if device == "cpu" else possible[:1]


def contenders(work: Work, only: tuple[str, ...], threads: int) -> list[Contender]:
    """Those of one table, with what is asked of them here."""
    names = TAKING_PART if work.device == "cpu" else (*TAKING_PART, "ours-fast-compile")
    taking_part = [contender for contender in chosen(only, threads) if contender.name in names]
    return [replace(contender, target=target_of(contender.name, work.network)) for contender in taking_part]


def target_of(name: str, network: str) -> Target | None:
    """Ours is as fast as the bare loop, and faster with --fast; everybody else is slower than ours."""
    if name == YARDSTICK:
        return None
    if name == "ours":
        return Target(YARDSTICK, at_most=1.05)
    if name.startswith("ours-fast"):
        return Target(YARDSTICK, at_most=round(1 / SPEEDUPS[network], 2))
    return Target("ours", at_least=1.0)


def report(works: Sequence[Work], tables: Sequence[dict[str, Any]], *, rounds: int, epochs: int) -> dict[str, Any]:
    """All that is written: the tables, and on what and with what they were measured."""
    content = {
        "works": [asdict(work) for work in works],
        "descriptions": [str(work) for work in works],
        "rounds": rounds,
        "epochs_a_round": epochs,
    }
    return content | measured_on() | {"tables": list(tables)}


def in_markdown(content: dict[str, Any]) -> str:
    """The same tables for a reader."""
    fast = "ours-fast: `--fast`, which measures and chooses for itself before the first epoch, which is not counted."
    paragraphs = [*content["descriptions"], turns(content), EXPLAINED, fast]
    heading = "Time of an epoch of a convolutional network, as a ratio to a bare loop"
    return markdown(heading, paragraphs, content, [sheet(table) for table in content["tables"]])

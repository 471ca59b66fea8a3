"""Language models: tokens a second in training and in writing, ours beside other people's ways, in one run."""

from __future__ import annotations

import importlib
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn

from benchmarks import vocabularies
from benchmarks.cnn import check_device
from benchmarks.contenders import YARDSTICK, Contender
from benchmarks.language import CONTENDERS, Mode
from benchmarks.language.work import Clock, Stepwise, Timed, Work, batches_of, clock_of, works
from benchmarks.results import (
    RESULTS,
    VERDICTS,
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
from benchmarks.rounds import cores
from benchmarks.scratch import in_short
from benchmarks.work import Device
from dongshou.errors import DongshouError, UsageError, did_you_mean
from dongshou.training import bfloat16

TURN = 1.0  # seconds of the bare loop in a turn
WARM_UP = 3  # how often a contender does its work before it counts
SIMILAR = 0.3  # nats by which losses may be apart after the same work
MODES: tuple[Mode, ...] = ("training", "writing")
NEEDED = (YARDSTICK, "ours")  # without them there is no comparison
COLUMNS = ("contender", "tokens/s", "ours/it", "min-max", "loss", "target", "verdict")
NUMBERS = COLUMNS[1:5]


def benchmark(
    rounds: int = 11, threads: tuple[int, ...] = (1,), only: tuple[str, ...] = (), device: Device = "cpu"
) -> None:
    """Time lstm-lm and transformer-lm, training and writing, and the vocabulary of a text.

    Args:
        rounds: How often each contender has its turn.
        threads: Tables for each of these numbers that there are cores for; on a GPU the first alone.
        only: Compare these contenders with ours only, and write nothing down.
        device: Compute there: cpu or cuda.
    """
    check(rounds, threads, only, device)
    possible = [number for number in threads if 1 <= number <= cores()]
    measured = works(device)
    tables = [
        compare(work, mode, number, rounds, only)
        for number in (possible if device == "cpu" else possible[:1])
        for work, mode in itertools.product(measured, MODES)
    ]
    vocabulary = vocabularies.compare(rounds, clock_of("cpu", threads=1))
    show(vocabularies.sheet(vocabulary))
    if not only:
        content = report(measured, tables, vocabulary, rounds)
        write(RESULTS, "sequences" if device == "cpu" else f"sequences-{device}", content, in_markdown(content))


def check(rounds: int, threads: Sequence[int], only: Sequence[str], device: Device) -> None:
    """Raises UsageError for a number or a name that makes no comparison, or a device that is not there."""
    if rounds < 1:
        raise UsageError(f"rounds must be at least 1; got {rounds}.")
    if not any(1 <= number <= cores() for number in threads):
        raise UsageError(f"threads must name numbers from 1 to {cores()}, the cores here; got {threads}.")
    names = list(dict.fromkeys(contender.name for contenders in CONTENDERS.values() for contender in contenders))
    if unknown := [name for name in only if name not in names]:
        known = ", ".join(names)
        raise UsageError(f"No contender is called {unknown[0]}; there are {known}.{did_you_mean(unknown[0], names)}")
    check_device(device)


def compare(work: Work, mode: Mode, threads: int, rounds: int, only: Sequence[str] = ()) -> dict[str, Any]:
    """One table, printed as soon as it is there."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        contenders = [one for one in CONTENDERS[work.experiment, mode] if not only or one.name in (*NEEDED, *only)]
        measured, left_out = measure(contenders, work, mode, clock_of(work.device, threads), rounds)
    finally:
        torch.set_num_threads(before)
        torch.compiler.reset()  # what was compiled for one table must not count against the next
    table = {
        "experiment": work.experiment,
        "mode": mode,
        "device": work.device,
        "threads": threads,
        "rows": measured,
        "left_out": left_out,
    }
    show(sheet(table))
    return table


# The turns


def measure(
    contenders: Sequence[Contender], work: Work, mode: Mode, clock: Clock, rounds: int
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A row for each contender, plain data, and why others were left out."""
    by_name, left_out = prepared(contenders, work, mode, clock)
    num_tokens = tokens_of(work, mode)
    times = max(1, round(TURN / by_name[YARDSTICK].seconds(1, clock)))
    rates: dict[str, list[float]] = {name: [] for name in by_name}
    for _ in track(range(rounds), f"{work.experiment}, {mode}", console=Console(stderr=True)):
        for name, timed in by_name.items():
            rates[name].append(times * num_tokens / timed.seconds(times, clock))
    losses = {name: work.loss(timed.model) for name, timed in by_name.items()} if mode == "training" else {}
    return [row(one, rates, losses) for one in contenders if one.name in by_name], left_out


def prepared(
    contenders: Sequence[Contender], work: Work, mode: Mode, clock: Clock
) -> tuple[dict[str, Timed], dict[str, str]]:
    """The contenders by name, warm, and why others cannot take part."""
    by_name: dict[str, Timed] = {}
    left_out: dict[str, str] = {}
    for contender in contenders:
        if missing := contender.missing_packages():
            left_out[contender.name] = f"{', '.join(missing)} not installed: pip install 'dongshou[bench]'"
            continue
        if contender.options.get("precision") == "bf16" and (kinds := bfloat16.lacking(work.make().model, work.device)):
            left_out[contender.name] = f"no bfloat16 for {', '.join(kinds)} on this machine"
            continue
        try:
            timed = made(contender, work, mode)
            timed.seconds(WARM_UP, clock)
            by_name[contender.name] = timed
        except Exception as error:  # a compiler or a peer fails in many ways; the others are measured all the same
            if contender.name in NEEDED or isinstance(error, DongshouError):
                raise
            left_out[contender.name] = in_short(error)
    return by_name, left_out


def made(contender: Contender, work: Work, mode: Mode) -> Timed:
    module = importlib.import_module(f"benchmarks.language.{contender.module}")
    if mode == "training":
        return module.training(work, **contender.options)
    write: Callable[[], Tensor] = module.writing(work, **contender.options)
    return Stepwise(nn.Identity(), (write() for _ in itertools.count()))


def tokens_of(work: Work, mode: Mode) -> int:
    """How many tokens a step learns from, or a call writes."""
    experiment = work.make()
    batches = batches_of(experiment)
    return batches.batch_size * batches.num_steps if mode == "training" else work.num_written(experiment.model)


def row(contender: Contender, rates: dict[str, list[float]], losses: dict[str, float]) -> dict[str, Any]:
    """Tokens a second, how many times as fast ours is, and whether it is as fast as it should be."""
    times_its_speed = summary(ratios(rates["ours"], rates[contender.name]))
    target, loss = contender.target, losses.get(contender.name)
    return {
        "contender": contender.name,
        "tokens_a_second": summary(rates[contender.name]),
        "tokens_a_second_by_round": [round(rate, 1) for rate in rates[contender.name]],
        "ours_to_it": times_its_speed,
        "loss": None if loss is None else round(loss, 4),
        "same_work": loss is None or math.isclose(loss, losses[YARDSTICK], abs_tol=SIMILAR),
        "target": None if target is None else f">= {target.at_least:g}",
        "reached": None if target is None else target.is_reached(times_its_speed["median"]),
    }


# For a reader


def report(
    measured: Sequence[Work], tables: Sequence[dict[str, Any]], vocabulary: Sequence[dict[str, Any]], rounds: int
) -> dict[str, Any]:
    """All that is written: the tables, and on what and with what they were measured."""
    content = circumstances()
    packages = sorted({package for some in CONTENDERS.values() for one in some for package in one.packages})
    content["versions"] |= {package: version(package) for package in packages if find_spec(package)}
    described = {"works": [asdict(work) for work in measured], "descriptions": [str(work) for work in measured]}
    return content | described | {"rounds": rounds, "tables": list(tables), "vocabulary": list(vocabulary)}


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        *content["descriptions"],
        f"The contenders take turns, {content['rounds']} rounds; ratios are taken within a round, of which the median "
        "is given. With one thread the time is the processor's, with more it is that on the clock.",
        "ours/it: how many times as fast ours is, which is what the target is for; loss: on the first batch of the "
        "text, after all turns; differs: too far from that of the bare loop to be the same work.",
        "bare: the same model in a bare loop. course: an LSTM written as a loop over the steps of time. gpt2: that of "
        "Hugging Face in the same size, trained by its Trainer, writing with its cache. ours-unfused: attention "
        "written out. ours-bf16 and ours-compile: `--precision bf16` and `--compile`.",
    ]
    sheets = [*map(sheet, content["tables"]), vocabularies.sheet(content["vocabulary"])]
    return markdown("Tokens a second of language models", paragraphs, content, sheets)


def sheet(table: dict[str, Any]) -> Sheet:
    notes = [f"Left out: {name} ({reason})." for name, reason in table["left_out"].items()]
    device = threads_in_words(table["threads"]).lower() if table["device"] == "cpu" else table["device"]
    title = f"{table['experiment']}, {table['mode']}, {device}"
    return Sheet(title, COLUMNS, [in_words(row) for row in table["rows"]], NUMBERS, notes)


def in_words(row: dict[str, Any]) -> list[str]:
    """The cells of a row, in the order of the columns."""
    ratio = row["ours_to_it"]
    return [
        row["contender"],
        f"{row['tokens_a_second']['median']:,.0f}",
        f"{ratio['median']:.2f}",
        spread(ratio),
        "" if row["loss"] is None else f"{row['loss']:.2f}",
        row["target"] or "",
        VERDICTS[row["reached"]] if row["same_work"] else "differs",
    ]

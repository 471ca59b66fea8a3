"""A training step of a diffusion model: ours, and ours with `--fast`, beside a bare loop over the same pictures."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from itertools import islice
from typing import Any

import torch
from torch import nn
from torch.nn.functional import mse_loss

from benchmarks.contenders import Target
from benchmarks.language.work import clock_of
from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, show, spread, threads_in_words, write
from benchmarks.rounds import cores
from benchmarks.turns import OURS, Turn, measure
from dongshou import experiments
from dongshou.errors import UsageError
from dongshou.training import Experiment, Session, Stepped, fit

COLUMNS = ("contender", "ms/step", "ours/it", "min-max", "target", "verdict")
AT_MOST = 1.05  # times as long as the bare loop
FAST = "ours --fast"
SPEEDUP = 1 / 0.7  # of `--fast`


def benchmark(rounds: int = 7, steps: int = 10, threads: int = 1) -> None:
    """Time the training steps of `diffusion` on the digits: pictures, noise, forward, backward, Adam, average.

    Args:
        rounds: How often each contender has its turn.
        steps: Of a turn.
        threads: Of torch.
    """
    if rounds < 1 or steps < 1 or not 1 <= threads <= cores():
        raise UsageError(
            f"rounds and steps of 1 or more and 1 to {cores()} threads are needed; got {rounds}, {steps} and {threads}."
        )
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        num = steps * (rounds + 2)
        turns = [
            Turn(OURS, ours(made(num), steps, Session(device="cpu"))),
            Turn("bare", bare(made(num), steps), Target("it", at_most=AT_MOST)),
            Turn(FAST, ours(made(num), steps, Session(device="cpu", fast=True)), Target("it", at_least=SPEEDUP)),
        ]
        rows = measure("diffusion", turns, rounds, clock_of("cpu", threads))
        rows[-1]["target"] = f">= {SPEEDUP:.2f}"
    finally:
        torch.set_num_threads(before)
    content = circumstances() | {"rounds": rounds, "steps": steps, "threads": threads, "rows": rows}
    show(sheet(content))
    write(RESULTS, "diffusion", content, in_markdown(content))


def made(num_steps: int, **settings: Any) -> Experiment:
    """The experiment, from the same weights each time, with the digits so often that no epoch ends before."""
    torch.manual_seed(0)
    experiment: Any = experiments.diffusion(epochs=1, **settings)  # pyright: ignore[reportAttributeAccessIssue]
    train = experiment.data.train()
    times = math.ceil(num_steps * train.batch_size / train.num_examples)
    train.tensors = tuple(tensor.repeat(times, *[1] * (tensor.dim() - 1)) for tensor in train.tensors)
    return experiment


def ours(experiment: Experiment, steps: int, session: Session) -> Callable[[], None]:
    """As everybody runs it, through `fit`; what `--fast` measures at its beginning belongs to no turn."""
    stepped = (event for event in fit(experiment, session) if isinstance(event, Stepped))
    next(stepped)

    def turn() -> None:
        for _ in islice(stepped, steps):
            pass

    return turn


def bare(experiment: Experiment, steps: int) -> Callable[[], None]:
    """A plain loop over tensors in memory, with the same network, optimiser, noise and average."""
    model: Any = experiment.model
    average: nn.Module = copy.deepcopy(model).requires_grad_(False)
    pixels, labels = experiment.data.train().tensors  # pyright: ignore[reportAttributeAccessIssue]
    alpha_bar = experiment.task.sampler.schedule.alpha_bar  # pyright: ignore[reportAttributeAccessIssue]
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    rows = iter(torch.randperm(len(pixels)).split(64))

    def turn() -> None:
        model.train()
        for _ in range(steps):
            chosen = next(rows)
            images, classes = pixels[chosen].float() / 127.5 - 1, labels[chosen].clone()
            classes[torch.rand(len(classes)) < 0.1] = 10
            t = torch.randint(1, 1001, (len(classes),))
            share, noise = alpha_bar[t].view(-1, 1, 1, 1), torch.randn_like(images)
            loss = mse_loss(model(share.sqrt() * images + (1 - share).sqrt() * noise, t, classes), noise)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for mine, theirs in zip(average.parameters(), model.parameters(), strict=True):
                    mine.lerp_(theirs, 0.001)

    return turn


def sheet(content: dict[str, Any]) -> Sheet:
    title = f"A step of diffusion on 64 digits, {threads_in_words(content['threads']).lower()}"
    return Sheet(title, COLUMNS, [in_words(row, content["steps"]) for row in content["rows"]], COLUMNS[1:4])


def in_words(row: dict[str, Any], steps: int) -> list[str]:
    ratio = row["ours_to_it"]
    figures = [f"{1000 * row['seconds']['median'] / steps:.1f}", f"{ratio['median']:.2f}", spread(ratio)]
    return [row["contender"], *figures, row["target"] or "", VERDICTS[row["reached"]]]


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        "Steps of `diffusion` on the digits of 8x8 pixels. ours: through the training loop, with its checks, metrics"
        " and schedule of the learning rate. bare: a plain loop with the same network, optimiser, noise and average of"
        " the weights. ours --fast: what it chooses for itself before the first step, which is not counted.",
        f"They take turns, {content['rounds']} rounds of {content['steps']} steps; ratios are taken within a round, of"
        " which the median is given.",
    ]
    return markdown("A training step of a diffusion model", paragraphs, content, [sheet(content)])

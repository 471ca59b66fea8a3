"""The work that every contender does: steps of training a language model of an experiment, and writing with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.work import Device
from dongshou import experiments
from dongshou.data.text.batches import TextBatches
from dongshou.models.summary.watch import evaluating
from dongshou.training import Experiment

SEED = 0
NUM_WRITTEN = 200  # tokens, or as many as the model has positions for
ENDLESS = 1_000_000  # a contender trains until nobody asks for another step
LARGE = {"num_layers": 6, "num_heads": 6, "num_hiddens": 384, "context": 256, "dropout": 0.2, "batch_size": 64}

Clock = Callable[[], float]


class Timed(Protocol):
    """Something that can be done again and again.

    model  what it is done with: tokens (batch, steps) -> logits (batch, steps, vocabulary), and more
    """

    model: nn.Module

    def seconds(self, times: int, clock: Clock) -> float:
        """Do it so many times; how long that took."""
        ...


@dataclass
class Stepwise:
    """What is done whenever the next is drawn from an iterator."""

    model: nn.Module
    steps: Iterator[object]

    def seconds(self, times: int, clock: Clock) -> float:
        start = clock()
        for _ in islice(self.steps, times):
            pass
        return clock() - start


@dataclass(frozen=True)
class Work:
    """A language model of an experiment, with its text, its optimiser and all that the experiment says.

    settings  of the experiment, where they differ from its own
    """

    experiment: str
    settings: dict[str, Any] = field(default_factory=dict)
    device: Device = "cpu"

    def make(self) -> Experiment:
        """The experiment, from the same weights each time, on the device."""
        torch.manual_seed(SEED)
        declared = getattr(experiments, self.experiment.replace("-", "_"))
        experiment = cast(Experiment, declared(**self.settings))
        experiment.sample = None  # writing is timed by itself
        experiment.model.to(self.device)
        experiment.data.to(torch.device(self.device))
        return experiment

    def prompt(self, experiment: Experiment) -> Tensor:
        """The first token of the text, (1, 1)."""
        return batches_of(experiment).tokens[:1, None]

    def num_written(self, model: nn.Module) -> int:
        return min(NUM_WRITTEN, getattr(model, "context", NUM_WRITTEN))

    @torch.no_grad()
    def loss(self, model: nn.Module) -> float:
        """On the first batch of the text, in nats."""
        batches = batches_of(self.make())
        shape = batches.batch_size, batches.num_steps
        size = batches.batch_size * batches.num_steps
        with evaluating(model):
            logits = model.forward(batches.tokens[:size].view(shape))[0]  # forward: never recompiled
        return float(F.cross_entropy(logits.float().flatten(0, 1), batches.tokens[1 : size + 1]))

    def __str__(self) -> str:
        experiment = self.make()
        batches, model = batches_of(experiment), experiment.model
        num_parameters = sum(parameter.numel() for parameter in model.parameters())
        return (
            f"{self.experiment}: {num_parameters:,} parameters, {experiment.data.name}, batches of "
            f"{batches.batch_size} sequences of {batches.num_steps} characters; {self.num_written(model)} "
            "are written after the first, the most probable each time."
        )


def works(device: Device) -> tuple[Work, ...]:
    """The experiments as they are, without measurements in between; on a GPU the Transformer that is meant for one."""
    transformer = {"steps_per_epoch": ENDLESS, "epochs": 1} | (LARGE if device == "cuda" else {})
    return Work("lstm-lm", {"epochs": ENDLESS}, device), Work("transformer-lm", transformer, device)


def batches_of(experiment: Experiment) -> TextBatches:
    return cast(TextBatches, experiment.data.train())


def clock_of(device: Device, threads: int) -> Clock:
    """The processor's time of one thread, so that other work does not count; else that on the wall."""
    if device == "cuda":
        return time_on_gpu
    return time.process_time if threads == 1 else time.perf_counter


def time_on_gpu() -> float:
    """Once it has done all that it was told to."""
    torch.cuda.synchronize()
    return time.perf_counter()

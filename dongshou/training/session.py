"""How to run: what belongs to the machine and the moment, not to the experiment."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, get_args

import torch

from dongshou.errors import UsageError
from dongshou.training.fast.choice import Choice
from dongshou.training.precision import Precision, autocast

Engine = Literal["torch", "scratch"]
DeviceName = Literal["auto", "cpu", "cuda", "mps"]


@dataclass(frozen=True)
class Session:
    """
    seed       decides initial weights, shuffling and dropout
    engine     torch: PyTorch's own layers; scratch: every layer, loss and optimiser of `dongshou.scratch`
    device     auto takes cuda, then mps, then cpu
    precision  bf16 computes the forward pass in bfloat16 (Micikevicius et al., 2018), weights stay float32
    compile    let `torch.compile` fuse the model
    limit      train and test on the first so many examples only
    fast       choose the fastest way to compute the steps, by a short measurement at the start
    choice     what was chosen, once it is; a resumed run keeps it
    start_from a run, checkpoint or file whose weights a fit begins with, as `dongshou.training.start_from` takes it
    part       the part of the model that it gives them to; empty for the whole
    """

    seed: int = 0
    engine: Engine = "torch"
    device: DeviceName = "auto"
    precision: Precision = "fp32"
    compile: bool = False
    limit: int | None = None
    fast: bool = False
    choice: Choice | None = None
    start_from: str | None = None
    part: str = ""

    def __post_init__(self) -> None:
        for field, value, choices in (
            ("engine", self.engine, get_args(Engine)),
            ("precision", self.precision, get_args(Precision)),
        ):
            if value not in choices:
                raise UsageError(f"{field} must be one of {', '.join(choices)}; got {value}.")
        for field, number in (("seed", self.seed), ("limit", self.limit)):
            if (number is not None or field == "seed") and (not isinstance(number, int) or isinstance(number, bool)):
                raise UsageError(f"{field} is a whole number; got {number!r}.")
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"seed must be at least 0 and below 2^63; got {self.seed}.")
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"limit must be at least 1 example; got {self.limit}.")
        if self.fast and self.engine == "scratch":
            raise UsageError("fast chooses among torch's own layers, engine scratch has ours: leave one of them out.")

    def torch_device(self) -> torch.device:
        return find_device(self.device)

    def autocast(self) -> AbstractContextManager:
        """The context in which a model runs in this session's precision."""
        return autocast(self.torch_device(), self.precision)


def find_device(name: DeviceName = "auto") -> torch.device:
    """The device of that name. Raises UsageError when this machine has none."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, there in available.items() if there))
    if not available.get(name, False):
        there = ", ".join(device for device, is_there in available.items() if is_there)
        raise UsageError(f"No {name} device is available here; use --device auto or one of: {there}.")
    return torch.device(name)

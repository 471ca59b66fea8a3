"""The options of `dongshou run` that belong to the machine and the moment, not to an experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tyro.conf import arg

from dongshou.cli.flags import Directory, Switch
from dongshou.training.session import DeviceName, Engine, Precision


@dataclass(frozen=True)
class RunOptions:
    """How to run.

    Attributes:
        engine: torch: PyTorch's own layers; scratch: every layer, loss and optimiser of dongshou.scratch
        device: auto takes cuda, then mps, then cpu
        precision: bf16 computes the forward pass in bfloat16
        compile: let torch.compile fuse the model
        fast: choose the fastest way to compute the steps, by a short measurement at the start
        seed: decides initial weights, shuffling and dropout
        limit: train and test on the first so many examples only
        start_from: begin with the weights of another run: its path, its name or its experiment; or a file of weights
        part: the part of the model that is given them, such as backbone; without it the whole
        resume: go on with a run that was stopped: its path, its name, or "last" of this experiment
        runs: where the run is recorded: default DONGSHOU_RUNS, else ./runs
        json: print the result as one JSON object
        tensorboard: also write TensorBoard events into the run's directory
        quiet: show no progress
    """

    engine: Engine = "torch"
    device: DeviceName = "auto"
    precision: Precision = "fp32"
    compile: bool = False
    fast: bool = False
    seed: int = 0
    limit: Annotated[int | None, arg(metavar="INT")] = None
    start_from: Annotated[str | None, arg(name="from", metavar="RUN")] = None
    part: str = ""
    resume: Annotated[str | None, arg(metavar="RUN")] = None
    runs: Directory = None
    json: Switch = False
    tensorboard: Switch = False
    quiet: Switch = False


# those that a run records
SESSION = ("engine", "device", "precision", "compile", "fast", "seed", "limit", "start_from", "part")

"""What happens during a run, in the order in which it happens. Whoever wants to know reads along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor

    from dongshou.tasks import Quantities

Metrics = dict[str, float]


@dataclass(slots=True)
class Stepped:
    """The optimiser took a step.

    quantities  what the task measured, still on the device
    metrics     every so many steps the means since the last such step, as plain numbers; else empty
    part        which of a series of fits this belongs to; empty for a single one
    """

    step: int
    epoch: int
    num_steps: int  # of the whole fit
    quantities: Quantities = field(default_factory=dict)
    metrics: Metrics = field(default_factory=dict)
    part: str = ""


@dataclass(slots=True)
class Clipped:
    """The gradients of some steps in a row, the last of them `step`, were clipped.

    norms          of each step's gradient, all parameters as one vector
    clipped_norms  of the same after clipping, at most max_norm
    """

    step: int
    epoch: int
    norms: list[float]
    clipped_norms: list[float]
    max_norm: float
    part: str = ""


@dataclass(slots=True)
class Evaluated:
    """An epoch is over and the model was measured. `lr` is the learning rate that it was trained with."""

    step: int
    epoch: int
    metrics: Metrics
    lr: float | None = None
    part: str = ""


@dataclass(slots=True)
class Sampled:
    """A text that the model wrote after an epoch."""

    step: int
    epoch: int
    text: str
    part: str = ""


@dataclass(slots=True)
class Saved:
    """A checkpoint lies whole on the disk."""

    step: int
    epoch: int
    path: Path
    sha256: str
    best: bool = False
    part: str = ""


@dataclass(slots=True)
class Drew:
    """A picture is ready."""

    name: str
    figure: Figure


@dataclass(slots=True)
class Snapshot:
    """Tensors worth keeping for a picture: weights, activations, a trajectory."""

    name: str
    tensors: Mapping[str, Tensor]


@dataclass(slots=True)
class Wrote:
    """A file for the person who ran this, such as a Kaggle submission."""

    name: str
    content: str


@dataclass(slots=True)
class Finished:
    """The work is done. `metrics` is its result; `best` the metrics of the best epoch, where there is one."""

    metrics: Metrics
    best: Metrics = field(default_factory=dict)


Event = Stepped | Clipped | Evaluated | Sampled | Saved | Drew | Snapshot | Wrote | Finished

"""What happens during a run, in the order in which it happens. Whoever wants to know reads along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dongshou.training.reading import Reading

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
    optimizer: str = ""  # whose gradients, where there are several


@dataclass(slots=True)
class Evaluated:
    """The model was measured.

    lr        the learning rate that it was trained with; of several optimisers by their names
    reading   which of the metrics counts, and in which direction
    is_epoch  whether an epoch is over, else it was so many steps after the last time
    """

    step: int
    epoch: int
    metrics: Metrics
    lr: float | dict[str, float] | None = None
    part: str = ""
    reading: Reading = field(default_factory=Reading)
    is_epoch: bool = True


@dataclass(slots=True)
class Sampled:
    """A text that the model wrote on the way."""

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
class Kept:
    """What a procedure can go on from, as plain data and tensors. It becomes a checkpoint."""

    step: int
    state: dict[str, Any]
    epoch: int = 0


@dataclass(slots=True)
class Drew:
    """A picture is ready. With a step, it is one of a series of that name: how something grew."""

    name: str
    figure: Figure
    step: int | None = None
    epoch: int | None = None
    part: str = ""


@dataclass(slots=True)
class Snapshot:
    """Tensors worth keeping for a picture: weights, activations, a trajectory. With a step, one of a series."""

    name: str
    tensors: Mapping[str, Tensor]
    step: int | None = None
    epoch: int | None = None
    part: str = ""


@dataclass(slots=True)
class Wrote:
    """A file for the person who ran this, such as a Kaggle submission."""

    name: str
    content: str


@dataclass(slots=True)
class Finished:
    """The work is done. `metrics` is its result; `best` the metrics of the best look at the model, where there is one;
    `reading` says which of them counts, and in which direction."""

    metrics: Metrics
    best: Metrics = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


LEARNT = "model"


def learnt(tensors: Mapping[str, Tensor]) -> Snapshot:
    """What work without checkpoints has found, by the names that its model has for it: `predict` asks this model."""
    return Snapshot(LEARNT, tensors)


Event = Stepped | Clipped | Evaluated | Sampled | Saved | Drew | Snapshot | Wrote | Finished

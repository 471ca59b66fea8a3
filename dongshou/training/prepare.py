"""Put an experiment on the device and the engine of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from torch import nn
from torch.optim.lr_scheduler import LRScheduler

from dongshou.errors import DongshouError
from dongshou.training import bfloat16
from dongshou.training.clip import Clipping, clip_gradients
from dongshou.training.fast.apply import apply
from dongshou.training.session import Session

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment


class Prepared(NamedTuple):
    """What goes along with the optimiser: a schedule and the clipping of its gradients, where there are any."""

    schedule: LRScheduler | None
    clipping: Clipping | None


def prepare(experiment: Experiment, session: Session) -> Prepared:
    """Place data and model, swap model, loss and optimiser, clip the gradients, make the schedule."""
    place(experiment, session)
    if session.engine == "scratch":
        write_out(experiment)
    elif session.precision == "bf16":
        bfloat16.fall_back(experiment.model, session.torch_device().type)
    clipping = None if experiment.clip is None else clip_gradients(experiment.optimizer, experiment.clip)
    if session.choice is not None:
        apply(session.choice, experiment.model, experiment.optimizer)
    elif session.compile:
        experiment.model.compile()
    schedule = None if experiment.schedule is None else experiment.schedule(experiment.optimizer)
    return Prepared(schedule, clipping)


def place(experiment: Experiment, session: Session) -> None:
    """Limit the data, and move them and the model to the device."""
    device = session.torch_device()
    if session.limit is not None:
        experiment.data.limit(session.limit)
    experiment.data.to(device)
    experiment.model.to(device)


def write_out(experiment: Experiment) -> None:
    """Every layer, the loss and the optimiser become ours. Raises DongshouError for one without counterpart."""
    from dongshou.scratch.swap import from_scratch, optimizer_from_scratch, torch_layers

    for part in (experiment.model, *vars(experiment.task).values()):
        if isinstance(part, nn.Module):
            if lacking := torch_layers(part):
                raise DongshouError(f"The engine scratch lacks {', '.join(lacking)}: use --engine torch.")
            from_scratch(part)
    experiment.optimizer = optimizer_from_scratch(experiment.optimizer)

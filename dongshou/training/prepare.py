"""Put an experiment on the device and the engine of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from torch.optim.lr_scheduler import LRScheduler

from dongshou.errors import DongshouError
from dongshou.training.clip import clip_gradients
from dongshou.training.session import Session

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment


def prepare(experiment: Experiment, session: Session) -> LRScheduler | None:
    """Limit and move the data, move and swap model, loss and optimiser; the scheduler, where there is one."""
    device = session.torch_device()
    if session.limit is not None:
        experiment.data.limit(session.limit)
    experiment.data.to(device)
    experiment.model.to(device)
    if session.engine == "scratch":
        write_out(experiment)
    if experiment.clip is not None:
        clip_gradients(experiment.optimizer, experiment.clip)
    if session.compile:
        experiment.model.compile()
    return experiment.schedule(experiment.optimizer) if experiment.schedule is not None else None


def write_out(experiment: Experiment) -> None:
    """Every layer, the loss and the optimiser become ours. Raises DongshouError for one without counterpart."""
    from dongshou.scratch.swap import from_scratch, optimizer_from_scratch, torch_layers

    for part in (experiment.model, *vars(experiment.task).values()):
        if isinstance(part, nn.Module):
            if lacking := torch_layers(part):
                raise DongshouError(f"The engine scratch lacks {', '.join(lacking)}: use --engine torch.")
            from_scratch(part)
    experiment.optimizer = optimizer_from_scratch(experiment.optimizer)

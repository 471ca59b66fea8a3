"""All that an experiment trains or carries along: its model and what the task owns, its optimiser or optimisers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import nn
from torch.optim import Optimizer

from dongshou.tasks.owned import modules_of

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment

Optimizers = Optimizer | dict[str, Optimizer]  # one, or several by name: {"generator": ..., "discriminator": ...}


def modules_in(experiment: Experiment) -> dict[str, nn.Module]:
    """The model, under an empty name, and each module of the task under its own."""
    return {"": experiment.model, **modules_of(experiment.task)}


def by_name(optimizer: Optimizer | Mapping[str, Optimizer]) -> dict[str, Optimizer]:
    """Each optimiser by its name, which is empty where there is one."""
    return dict(optimizer) if isinstance(optimizer, Mapping) else {"": optimizer}


def like(optimizer: Optimizer | Mapping[str, Optimizer], named: dict[str, Optimizer]) -> Optimizers:
    """Optimisers in the form in which the first were given."""
    return named if isinstance(optimizer, Mapping) else named[""]

"""Everything that the next step of a fit depends on, as nested plain data and tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from dongshou.errors import DongshouError
from dongshou.tasks.owned import load_state, modules_of, state_of
from dongshou.training.further import Course, take_course
from dongshou.training.pace import Pace
from dongshou.training.parts import by_name
from dongshou.training.progress import Progress
from dongshou.training.randomness import random_state, set_random_state
from dongshou.training.start import start_from

if TYPE_CHECKING:
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.experiment import Experiment
    from dongshou.training.session import Session
    from dongshou.training.work import Respondent


def capture(experiment: Experiment, pace: Pace, progress: Progress) -> dict[str, Any]:
    """The state after a step, all but the model's own tensors."""
    optimizers = {name: one.state_dict() for name, one in by_name(experiment.optimizer).items()}
    return {
        **progress.state_dict(),
        "optimizer": optimizers.get("", optimizers),
        "schedule": pace.state_dict(),
        "modules": {name: module.state_dict() for name, module in modules_of(experiment.task).items()},
        "task": state_of(experiment.task),
        "data": experiment.data.state_dict(),
        "random": random_state(),
    }


def restore(
    experiment: Experiment, session: Session, pace: Pace, checkpoints: Checkpoints | None, progress: Progress
) -> None:
    """Put the experiment into the state to resume; without one, give it the weights to start from, if there are any."""
    state = None if checkpoints is None else checkpoints.take()
    if state is None:
        if session.start_from is not None:
            start_from(experiment.model, session.start_from, session.part)
        return
    training = state["training"]
    progress.load_state_dict(training)
    former = None if checkpoints is None else checkpoints.former_rates
    course = None if former is None else Course(pace, progress, len(experiment.data.train()))
    load_weights(experiment, state["model"], training)
    for name, optimizer in by_name(experiment.optimizer).items():
        optimizer.load_state_dict(training["optimizer"] if name == "" else training["optimizer"][name])
    pace.load_state_dict(training["schedule"])
    if course is not None and former is not None:
        take_course(pace, course, former)
    experiment.data.load_state_dict(training["data"])
    set_random_state(training["random"])


def load_weights(experiment: Respondent, weights: dict[str, Any], training: dict[str, Any]) -> None:
    """The tensors of the model and of what the task owns, strictly. Raises DongshouError when they belong to others."""
    load_into(experiment.model, weights, "model")
    modules, kept = modules_of(experiment.task), training.get("modules", {})
    for name in modules.keys() & kept.keys():
        load_into(modules[name], kept[name], name)
    load_state(experiment.task, training.get("task", {}), device_of(experiment.model))


def device_of(model: nn.Module) -> torch.device:
    """Where its first parameter lies."""
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


def load_into(module: nn.Module, weights: dict[str, Any], name: str) -> None:
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        what = " ".join(str(error).split())
        raise DongshouError(f"The checkpoint belongs to another {name}: {what}") from error

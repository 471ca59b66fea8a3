"""Everything that the next step of a fit depends on, as nested plain data and tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.optim.lr_scheduler import LRScheduler

from dongshou.errors import DongshouError
from dongshou.training.events import Metrics

if TYPE_CHECKING:
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.experiment import Experiment


def capture(experiment: Experiment, schedule: LRScheduler | None, step: int, history: list[Metrics]) -> dict[str, Any]:
    """The state after an epoch, all but the model's own tensors."""
    return {
        "step": step,
        "history": history,
        "optimizer": experiment.optimizer.state_dict(),
        "schedule": {} if schedule is None else plain_values(schedule.state_dict()),
        "data": experiment.data.state_dict(),
        "random": {"cpu": torch.get_rng_state()}
        | ({"cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else {}),
    }


def restore(
    experiment: Experiment,
    schedule: LRScheduler | None,
    checkpoints: Checkpoints | None,
    history: list[Metrics],
) -> int:
    """Put the experiment into the state to resume, if there is one; the number of steps taken so far."""
    state = None if checkpoints is None else checkpoints.take()
    if state is None:
        return 0
    load_weights(experiment, state["model"])
    training = state["training"]
    experiment.optimizer.load_state_dict(training["optimizer"])
    if schedule is not None:
        schedule.load_state_dict(training["schedule"])
    experiment.data.load_state_dict(training["data"])
    torch.set_rng_state(training["random"]["cpu"])
    if "cuda" in training["random"] and torch.cuda.is_available():
        torch.cuda.set_rng_state(training["random"]["cuda"])
    history.extend(training["history"])
    return training["step"]


def load_weights(experiment: Experiment, weights: dict[str, torch.Tensor]) -> None:
    """The model's tensors, strictly. Raises DongshouError when they belong to another model."""
    try:
        experiment.model.load_state_dict(weights)
    except RuntimeError as error:
        what = " ".join(str(error).split())
        raise DongshouError(f"The checkpoint belongs to another model: {what}") from error


def plain_values(state: dict[str, Any]) -> dict[str, Any]:
    """What a scheduler counts and stores; functions that it was made with are made again with it."""
    kept = (bool, int, float, str, list, tuple, dict, type(None))
    return {key: value for key, value in state.items() if isinstance(value, kept) and not key.startswith("_get")}

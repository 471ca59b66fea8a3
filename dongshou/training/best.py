"""The best weights of a fit, given back to it at its end where early stopping asks for them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from dongshou.tasks.owned import modules_of, state_of
from dongshou.training.checkpoint import read_checkpoint
from dongshou.training.state import load_weights

if TYPE_CHECKING:
    from dongshou.training.checkpoint import Checkpoints
    from dongshou.training.experiment import Experiment
    from dongshou.training.progress import Progress


def watched_by(experiment: Experiment) -> str | None:
    """The metric that says which look at the model was the best, where early stopping restores that one; else None,
    for the headline says it."""
    stopping = experiment.early_stopping
    return stopping.metric if stopping is not None and stopping.restore_best else None


def keep_best(experiment: Experiment, progress: Progress) -> None:
    """Without checkpoints the best weights stay in memory, where they will be restored."""
    if watched_by(experiment) is not None:
        modules = {name: copy.deepcopy(module.state_dict()) for name, module in modules_of(experiment.task).items()}
        kept = {"modules": modules, "task": copy.deepcopy(state_of(experiment.task))}
        progress.best_weights = copy.deepcopy(experiment.model.state_dict()), kept


def restore_best(experiment: Experiment, checkpoints: Checkpoints | None, progress: Progress) -> None:
    """Give the model, and what the task owns, the weights of the best look, where early stopping asks for that."""
    if watched_by(experiment) is None or not progress.best:
        return
    if checkpoints is None:
        weights, kept = progress.best_weights
    else:
        assert checkpoints.best is not None  # every look has been kept, the best among them
        weights, state = read_checkpoint(checkpoints.best)
        kept = state["training"]
    load_weights(experiment, weights, kept)
    progress.back_to_best()

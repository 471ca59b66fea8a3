"""The experiment of a run, made again, and what it has learnt."""

from __future__ import annotations

import torch

from dongshou.errors import DongshouError
from dongshou.runs.rebuild import rebuild
from dongshou.runs.run import Run
from dongshou.training import Experiment, Work
from dongshou.training.checkpoint import read_checkpoint
from dongshou.training.state import load_weights


def untrained(run: Run) -> Work:
    """The run's work with new weights; torch's random state stays as it is."""
    with torch.random.fork_rng():  # the weights that it starts with are drawn, then thrown away
        return rebuild(run)


def load_best(run: Run, experiment: Experiment) -> None:
    """Give the experiment's model the weights of the run's best checkpoint. Raises DongshouError when there is none."""
    line = run.checkpoint("best")
    if line is None:
        raise DongshouError(
            f"{run.path} has no checkpoint: it was stopped in its first epoch. "
            f"Train it with: dongshou run {run.experiment} --resume {run.path}"
        )
    weights, _ = read_checkpoint(run.path / line["path"], line["sha256"])
    load_weights(experiment, weights)

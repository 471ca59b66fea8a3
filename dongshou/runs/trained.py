"""The experiment of a run, made again, and what it has learnt."""

from __future__ import annotations

from typing import NamedTuple

import torch

from dongshou.errors import DongshouError
from dongshou.runs.rebuild import rebuild
from dongshou.runs.run import Run
from dongshou.training import Experiment
from dongshou.training.checkpoint import read_checkpoint
from dongshou.training.state import load_weights


class Answering(NamedTuple):
    """The experiment whose model answers for a run, and of several fits the label of its part."""

    part: str
    experiment: Experiment


def untrained(run: Run) -> Answering | None:
    """Who answers for the run, with new weights; none where nothing is fitted. Torch's random state stays as it is."""
    with torch.random.fork_rng():  # the weights that it starts with are drawn, then thrown away
        asked = rebuild(run).asked()
        return None if asked is None else Answering(asked.part, asked.make())


def load_best(run: Run, answering: Answering) -> None:
    """Give the model the weights of its best checkpoint. Raises DongshouError when there is none or it is away."""
    part, experiment = answering
    line = run.checkpoint("best", part)
    if line is None:
        which = f' of "{part}", the part that answers: it was stopped before that had one' if part else ""
        raise DongshouError(
            f"{run.path} has no checkpoint{which or ': it was stopped in its first epoch'}. "
            f"Train it with: dongshou run {run.experiment} --resume {run.path}"
        )
    if part and not (run.path / line["path"]).is_dir():
        raise DongshouError(
            f'{run.path} did not keep the checkpoint of "{part}", the part that answers. '
            f"Train it anew with: dongshou run {run.experiment}"
        )
    weights, state = read_checkpoint(run.path / line["path"], line["sha256"])
    load_weights(experiment, weights, state["training"])

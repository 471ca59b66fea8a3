"""Who answers for a run: its model, made again, with what it has learnt."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import safetensors.torch
import torch
from torch import Tensor

from dongshou.data.tables.features import Features
from dongshou.errors import DongshouError, UsageError
from dongshou.runs.origin import address_of, go_on
from dongshou.runs.rebuild import rebuild
from dongshou.runs.run import Run
from dongshou.tasks import AskedWith
from dongshou.tasks.said import asked_with_of
from dongshou.training import Work
from dongshou.training.checkpoint import read_checkpoint
from dongshou.training.events import LEARNT
from dongshou.training.state import load_weights
from dongshou.training.work import Respondent, Trained


class Answering(NamedTuple):
    """Who answers for a run; of several fits the label of its part. work: the whole of the run, made again."""

    part: str
    experiment: Respondent
    work: Work

    @property
    def asked_with(self) -> AskedWith | None:
        """What it is asked with; None where it answers nothing."""
        return asked_with_of(self.experiment.task, self.experiment.data)


def untrained(run: Run) -> Answering | None:
    """Who answers for the run, not yet with its weights; none where nothing does. Torch's random state stays."""
    with torch.random.fork_rng():  # the weights that it starts with are drawn, then thrown away
        work = rebuild(run) if run.work is None else run.work
        asked = work.asked()
        if asked is None:
            return None
        made = asked.make()
        return Answering(asked.part, made if made is not run.work else another(run, made), work)


def another(run: Run, respondent: Respondent) -> Respondent:
    """The same with a model and a task of its own, for the experiment of this process may be run again.

    Raises UsageError for a model that cannot be copied.
    """
    parts = respondent.model, respondent.task
    try:
        model, task = copy.deepcopy(parts, {id(respondent.data): respondent.data})
    except Exception as error:  # tensors that were computed, locks, open files: whatever it is
        raise UsageError(
            f"The model of {run.path} cannot be copied ({type(error).__name__}: {error}): go on with the model of the"
            " experiment, which holds its last weights."
        ) from error
    return Trained(respondent.data, model, task)


def load_best(run: Run, answering: Answering) -> None:
    """Give the model what it has learnt: the weights of its best checkpoint, or what the run has found without one.

    Raises DongshouError when there is neither, or it is away.
    """
    if run.work is None and (features := features_of(run)) is not None:
        answering.experiment.data.features = features
    model = answering.experiment.model
    if not model.state_dict():  # such as counts, which its data make
        return
    if (found := found_without_a_checkpoint(run)) is None:
        weights, state = best_checkpoint(run, answering.part)
        load_weights(answering.experiment, weights, state["training"])
        return
    try:
        model.load_state_dict(found)
    except RuntimeError as error:
        what = " ".join(str(error).split())
        raise DongshouError(f"{run.path} has found weights of another model: {what}.") from error


def features_of(run: Run) -> Features | None:
    """How the run made inputs of the rows of its table; None of one that has not learnt from a table."""
    plain = run.config.get("features")
    return None if plain is None else Features.from_json(plain)


def found_without_a_checkpoint(run: Run) -> dict[str, Tensor] | None:
    """The tensors that a run without checkpoints names as its model; None where it names none."""
    lines = [line for line in run.lines() if line["event"] == "tensors" and line.get("name") == LEARNT]
    if not lines:
        return None
    path = run.path / lines[-1]["path"]
    try:
        return safetensors.torch.load(path.read_bytes())
    except (OSError, safetensors.SafetensorError) as error:
        raise DongshouError(f"{path} cannot be read: {error}. Start a new run.") from error


def best_checkpoint(run: Run, part: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The model's tensors and the rest of the state, of the best checkpoint of the part."""
    line = run.checkpoint("best", part)
    if line is None:
        which = f' of "{part}", the part that answers: it was stopped before that had one' if part else ""
        raise DongshouError(
            f"{run.path} has no checkpoint{which or ': it was stopped in its first epoch'}. Train it with: {go_on(run)}"
        )
    if part and not (run.path / line["path"]).is_dir():
        raise DongshouError(
            f'{run.path} did not keep the checkpoint of "{part}", the part that answers. '
            f"Train it anew with: dongshou run {address_of(run)}"
        )
    return read_checkpoint(run.path / line["path"], line["sha256"])

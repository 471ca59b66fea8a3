"""What a run has learnt, given back: its model with the best weights, its data, its answers."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from dongshou.data import Splits
from dongshou.data.loader import moved
from dongshou.data.tables.features import Features
from dongshou.errors import DongshouError, UsageError, did_you_mean, kind_of
from dongshou.runs.questions import Asked, questions_of
from dongshou.runs.run import Run
from dongshou.runs.trained import Answering, load_best, untrained
from dongshou.tasks import Question
from dongshou.tasks.answers import Answer
from dongshou.tasks.said import asked_with_of
from dongshou.training.guard import MISFITS, one_line
from dongshou.training.work import Respondent


def learnt(run: Run) -> Answering:
    """Who answers for the run, with its best weights and ready to use; of a limited run with the data of that.

    Raises UsageError for a run that fits nothing, or one whose experiment cannot be made again.
    """
    answering = untrained(run)
    if answering is None:
        raise UsageError(f"{run.path} is a run of {run.experiment}, which fits no model.")
    load_best(run, answering)
    answering.experiment.model.eval()
    return answering


def data_of(run: Run, data: Splits) -> Splits:
    """The data as the run saw them: of a limited one the first examples."""
    if (limit := run.config["limit"]) is None:
        return data
    few = copy.copy(data)
    few.limit(limit)
    return few


def ask(experiment: Respondent, asked: Any, how: Mapping[str, Any]) -> Any:
    """What `Run.predict` returns."""
    if is_input(asked, asked_with_of(experiment.task, experiment.data)):
        return predicted(experiment, asked)
    several = rows_in(asked, experiment.data.features) if is_frame(asked) else asked
    answers = answers_to(experiment, several if isinstance(several, list) else [several], how)
    is_single = not isinstance(several, list) and len(answers) == 1
    return answers[0] if is_single else answers


# A batch of inputs


def is_input(asked: Any, asked_with: str | None) -> bool:
    """Whether it is what the model itself takes: a tensor, an array that is no picture, a tuple or dict of tensors."""
    if isinstance(asked, np.ndarray):
        return not (asked_with == "image" and asked.dtype == np.uint8 and asked.ndim in (2, 3))
    if isinstance(asked, tuple | dict) and asked:
        return all(isinstance(part, Tensor) for part in (asked.values() if isinstance(asked, dict) else asked))
    return isinstance(asked, Tensor)


@torch.no_grad()
def predicted(experiment: Respondent, inputs: Any) -> Any:
    """The task's prediction for each input, where these lie. A single input has one without a batch axis."""
    model, task = experiment.model, experiment.task
    batch = torch.as_tensor(inputs) if isinstance(inputs, np.ndarray) else inputs
    is_single = isinstance(batch, Tensor) and tuple(batch.shape) == tuple(experiment.data.shape) != ()
    given = fitted(batch[None] if is_single else batch, next(model.parameters(), torch.empty(0)))
    try:
        outputs = task.predict(model, given) if hasattr(task, "predict") else model(given)
    except MISFITS as error:
        shape = f" {tuple(inputs.shape)}" if isinstance(inputs, Tensor | np.ndarray) else ""
        raise DongshouError(f"The inputs{shape} do not fit the model: {one_line(error)}.") from error
    if not isinstance(outputs, Tensor):
        return outputs
    outputs = outputs[0] if is_single else outputs
    if isinstance(inputs, np.ndarray):
        return outputs.cpu().numpy()
    return outputs.to(inputs.device) if isinstance(inputs, Tensor) else outputs


def fitted(batch: Any, parameter: Tensor) -> Any:
    """On the device of the model; real numbers of a single tensor in its precision."""
    batch = moved(batch, parameter.device)
    return batch.to(parameter.dtype) if isinstance(batch, Tensor) and batch.is_floating_point() else batch


# Questions


def answers_to(experiment: Respondent, asked: list[Any], how: Mapping[str, Any]) -> list[Answer]:
    """The answer to each question; a table asks one for each of its rows."""
    check_how(how)
    asked_with = asked_with_of(experiment.task, experiment.data)
    if asked_with is None:
        raise UsageError(
            f"{kind_of(experiment.task)} answers no questions: give a batch of inputs as a tensor, or call run.model."
        )
    answers = []
    with tempfile.TemporaryDirectory() as directory:
        if asked_with == "image":
            asked = [as_file(one, Path(directory) / f"{number}.png") for number, one in enumerate(asked)]
        for question in questions_of(asked_with, experiment.data, asked):
            answers.append(answered(experiment, question, how))
    return answers


def answered(experiment: Respondent, asked: Asked, how: Mapping[str, Any]) -> Answer:
    return experiment.task.answer(experiment.model, experiment.data, Question(asked.content, **how))


def check_how(how: Mapping[str, Any]) -> None:
    known = [field.name for field in fields(Question) if field.name != "asked"]
    for name in how:
        if name not in known:
            raise UsageError(
                f"predict() has no option {name}.{did_you_mean(name, known)} Its options: {', '.join(known)}."
            )


def as_file(picture: Any, path: Path) -> str | Path:
    """The path of a picture; one that lies in memory is written there."""
    if isinstance(picture, str | Path):
        return picture
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    if not isinstance(picture, Image.Image):
        raise UsageError(
            f"A picture is given as its path, as one of PIL or as an array of uint8; got {kind_of(picture)}."
        )
    picture.save(path)
    return path


def is_frame(asked: Any) -> bool:
    """Whether it is a DataFrame, or one of its rows; without importing pandas."""
    return type(asked).__module__.partition(".")[0] == "pandas" and hasattr(asked, "to_dict")


def rows_in(frame: Any, features: Features | None) -> Any:
    """The cells of each row by column, or of the one row; what is missing as the table writes that."""
    missing = features.missing[0] if features is not None and features.missing else ""
    filled = frame.astype(object).where(frame.notna(), missing)
    return filled.to_dict("records") if hasattr(frame, "columns") else filled.to_dict()

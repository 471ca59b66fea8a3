"""Ask the model of a run: whatever its task is asked with, and whatever it answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dongshou.drawing import png
from dongshou.errors import DongshouError, UsageError
from dongshou.runs.files import write_whole
from dongshou.runs.questions import Asked, questions_of
from dongshou.runs.resume import check_same_data
from dongshou.runs.run import Run, list_runs
from dongshou.runs.trained import Answering, features_of, load_best, untrained
from dongshou.tasks import AskedWith, Question
from dongshou.tasks.answers import Answer
from dongshou.tasks.said import explanations_of

if TYPE_CHECKING:
    from dongshou.drawing import Drawing

MOST_NAMED = 5  # runs that can be asked instead
PREDICTIONS, EXPLANATIONS = "predictions", "explanations"  # directories of a run
MADE_OF_DATA = ("text", "word", "pair", "row")  # what is read with a vocabulary or a scale that the data gave


@dataclass(frozen=True)
class Prediction:
    """What a model says to one question.

    asked_with    what the question consists of
    question      the path of a picture, a text, ...
    part          whose network answered, of a run of several; empty where there is one
    picture       of the answer, where it has one: of a photo what the network saw of it
    animation     how the picture grew, as a GIF, where that is known
    explanations  pictures of what led to the answer, where that was asked
    """

    asked_with: AskedWith
    question: Any
    answer: Answer
    part: str = ""
    picture: Path | None = None
    animation: Path | None = None
    explanations: tuple[Path, ...] = ()

    @property
    def probabilities(self) -> Mapping[str, float]:
        """By name of the class, the most probable first; empty where the answer has none."""
        return getattr(self.answer, "probabilities", {})

    def as_json(self) -> dict[str, Any]:
        """Plain data; the question stands under what it consists of, `image`, `text`, ..."""
        picture = {} if self.picture is None else {self.answer.picture_name or "picture": str(self.picture)}
        if self.animation is not None:
            picture["animation"] = str(self.animation)
        explanations = [str(path) for path in self.explanations]
        about = {"part": self.part} | picture | {"explanations": explanations}
        return {self.asked_with: plain(self.question)} | self.answer.as_json() | about


class Fault(NamedTuple):
    """A question that cannot be answered, and why."""

    question: Any
    error: DongshouError


Outcome = Prediction | Fault


class Answered(NamedTuple):
    """A question with its answer, and the pictures that are still to be written."""

    asked: Asked
    answer: Answer
    explanations: dict[str, Drawing]


def predict(run: Run, questions: Any, *, explain: bool = False, **how: Any) -> list[Prediction]:
    """What the run's model, with its best weights, says to each question; of several fits, one answers.

    questions  one, or a list: paths of pictures, texts, words, pairs of texts, numbers, classes, rows of a table (a
               mapping of cells by column, or the path of a CSV file), as `asked_with` of the run says
    explain    also draw what led to each answer, into `explanations/` of the run's directory
    how        num_tokens, temperature, top_k, top_p, width, num, seed: see `dongshou.tasks.Question`

    Pictures that belong to the answers are written into `predictions/`. Raises UsageError when the run answers no
    questions, DongshouError when it has no checkpoint or a question cannot be answered: then nothing is written.
    """
    answering = trained(run)
    several = list(questions) if isinstance(questions, (list, Iterator)) else [questions]
    outcomes = answers(run, answering, several, how, explain, strict=True)
    return [one for one in outcomes if isinstance(one, Prediction)]


def trained(run: Run) -> Answering:
    """The experiment that answers for the run, with the weights of its best checkpoint.

    Raises UsageError where nothing does.
    """
    answering = untrained(run)
    if answering is None or answering.asked_with is None:
        raise UsageError(
            f"{run.path} is a run of {run.experiment}, which has no model to be asked. {asked_instead(run.path.parent)}"
        )
    kept = run.work is not None or features_of(run) is not None  # what they gave, by this process or by the run
    if answering.asked_with in MADE_OF_DATA and not kept:
        check_same_data(run, answering.work)
    load_best(run, answering)
    return answering


def asked_with_by(answering: Answering) -> AskedWith:
    """What somebody who answers is asked with."""
    assert answering.asked_with is not None, "who is asked nothing does not answer"
    return answering.asked_with


def asked_instead(directory: Path) -> str:
    """Which runs beside this one can be asked, the newest first, and with what; or how to have one."""
    asked_with: dict[str, str] = {}
    for run in reversed(list_runs(directory)):
        with contextlib.suppress(DongshouError):  # a damaged run is none to ask
            has_learnt = run.is_done or run.checkpoint() is not None  # counts and tables need no checkpoint
            if run.config.get("asked_with") is not None and has_learnt:
                asked_with.setdefault(run.experiment, run.config["asked_with"])
    if not asked_with:
        return "For one that has: dongshou run mlp:digits, then dongshou predict mlp:digits PICTURE."
    shown = [f"{name} ({what})" for name, what in [*asked_with.items()][:MOST_NAMED]]
    more = ", ..." if len(asked_with) > MOST_NAMED else ""
    return f"These can be asked: {', '.join(shown)}{more}."


def answers(
    run: Run,
    answering: Answering,
    questions: Sequence[Any],
    how: Mapping[str, Any],
    explain: bool = False,
    strict: bool = False,
) -> list[Outcome]:
    """The answer to each question, its pictures written, or what is wrong with the question.

    how     it is to answer: see `predict`
    strict  raise the first fault instead, and write nothing
    """
    experiment, asked_with = answering.experiment, asked_with_by(answering)
    outcomes: list[Answered | Fault] = []
    for asked in questions_of(asked_with, experiment.data, questions):
        question = Question(asked.content, **how)
        try:
            answer = experiment.task.answer(experiment.model, experiment.data, question)
        except DongshouError as error:
            if strict:
                raise
            said = error if asked_with == "image" else type(error)(f"{asked.label}: {error}")
            outcomes.append(Fault(asked.content, said))
            continue
        outcomes.append(Answered(asked, answer, explanations(run, answering, question, answer) if explain else {}))
    predictions = written(run, answering, [one for one in outcomes if isinstance(one, Answered)])
    return [next(predictions) if isinstance(one, Answered) else one for one in outcomes]


def explanations(run: Run, answering: Answering, question: Question, answer: Answer) -> dict[str, Drawing]:
    """Pictures of what led to the answer. Raises UsageError for a model that shows nothing of it."""
    experiment = answering.experiment
    drawn = explanations_of(experiment.task, experiment.model, experiment.data, question, answer)
    if not drawn:
        raise UsageError(
            f"{run.experiment} has no convolutions, attention or gates of an LSTM to draw: leave out --explain."
        )
    return drawn


def written(run: Run, answering: Answering, answered: Sequence[Answered]) -> Iterator[Prediction]:
    """The predictions, once their pictures lie in the run's directory."""
    asked_with = asked_with_by(answering)
    names = free_names([stem_of(asked_with, one.asked) for one in answered])
    for (asked, answer, explained), name in zip(answered, names, strict=True):
        picture = animation = None
        if answer.picture_name is not None:
            picture = save(answer.draw(), run.path / PREDICTIONS / f"{name}.png")
        if (grown := answer.animation()) is not None:
            write_whole(animation := run.path / PREDICTIONS / f"{name}.gif", grown)
        directory = run.path / EXPLANATIONS
        paths = [
            save(drawing, directory / (f"{kind}/{name}.png" if asked_with == "image" else f"{name}-{kind}.png"))
            for kind, drawing in explained.items()
        ]
        yield Prediction(asked_with, asked.content, answer, answering.part, picture, animation, tuple(paths))


def save(drawing: Drawing, path: Path) -> Path:
    write_whole(path, png(drawing))
    return path


def stem_of(asked_with: AskedWith, asked: Asked) -> str:
    """The name of a picture's file; of anything else its letters and digits."""
    if asked_with == "image":
        return Path(asked.content).stem
    words = "".join(character if character.isalnum() else " " for character in asked.label).split()
    return "-".join(words)[:60] or asked_with


def free_names(stems: Sequence[str]) -> list[str]:
    """A file name for each question: those of one name are numbered."""
    names: list[str] = []
    for stem in stems:
        name, number = stem, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names.append(name)
    return names


def plain(question: Any) -> Any:
    """A question as JSON has it."""
    if isinstance(question, Mapping):
        return dict(question)
    return list(question) if isinstance(question, tuple) else str(question) if isinstance(question, Path) else question

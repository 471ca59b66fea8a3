"""Ask the model of a run about a text: it is continued, translated, or its language named, as the run has learnt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from dongshou.data.text.padding import pad
from dongshou.data.text.splits import PairSplits, TextSplits
from dongshou.data.text.vocabulary import check_prompt
from dongshou.drawing import png
from dongshou.errors import UsageError
from dongshou.runs.explanation import DIRECTORY
from dongshou.runs.files import write_whole
from dongshou.runs.resume import check_same_data
from dongshou.runs.run import Run
from dongshou.runs.trained import load_best, untrained
from dongshou.tasks import Classification, LanguageModelling, Translation
from dongshou.tasks.generation import continue_text
from dongshou.tasks.pictures.language_model import of_text
from dongshou.tasks.pictures.translation import of_sentence
from dongshou.tasks.translate import translate

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Writing:
    """How a text is to be written.

    num_tokens, temperature, top_k, top_p  of a language model; see `dongshou.tasks.generation.generate`
    seed   what is drawn is the same each time; None draws anew
    width  of the beam of a translation
    """

    num_tokens: int = 100
    temperature: float = 0.8
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None
    width: int = 1


@dataclass(frozen=True)
class TextPrediction:
    """What a model says of one text.

    answer         the text continued, its translation, or the most probable class
    probabilities  by name of the class, the most probable first; empty where there are no classes
    explanations   pictures of what a translation or a GPT looked at, or of the gates of an LSTM
    """

    text: str
    answer: str
    probabilities: dict[str, float] = field(default_factory=dict)
    explanations: tuple[Path, ...] = ()


def reads_text(run: Run) -> bool:
    """Whether the run's model is asked about texts, not about pictures."""
    return run.config.get("reads") == "text"


def predict_text(
    run: Run, texts: Sequence[str], writing: Writing | None = None, explain: bool = False
) -> list[TextPrediction]:
    """What the run's model, with its best weights, makes of each text; the first that it cannot use is an error."""
    predictions, faults = predict_usable_texts(run, texts, writing, explain)
    if faults:
        raise UsageError(faults[0])
    return predictions


def predict_usable_texts(
    run: Run, texts: Sequence[str], writing: Writing | None = None, explain: bool = False
) -> tuple[list[TextPrediction], list[str]]:
    """What the run's model, with its best weights, makes of each text that it can use; what is wrong with the others.

    With `explain`, what it looked at is drawn into `explanations/` of the run's directory: all attention of a
    translation, or of a GPT over the end of what it wrote; of an LSTM its gates.
    Raises UsageError when the run reads no text, has nothing to explain, or can use none of the texts;
    DongshouError when it has no checkpoint, or the text that its vocabulary is made of has changed.
    """
    answering = untrained(run)
    if answering is None or not isinstance(answering.experiment.data, (TextSplits, PairSplits)):
        raise UsageError(f"{run.path} is a run of {run.experiment}, which does not read texts.")
    experiment = answering.experiment
    answer = ANSWERS[type(experiment.task)]
    check_same_data(run, experiment)
    load_best(run, answering)
    predictions, errors = [], {}
    for text in texts:
        try:
            prediction = answer(experiment, text, writing or Writing())
            predictions.append(explained(run, experiment, prediction) if explain else prediction)
        except UsageError as error:
            errors[text] = error
    if errors and not predictions:
        raise next(iter(errors.values()))
    return predictions, [f"{text!r}: {error}" for text, error in errors.items()]


def continued(experiment: Any, text: str, writing: Writing) -> TextPrediction:
    """The text and what a language model writes after it."""
    choice = dict(temperature=writing.temperature, top_k=writing.top_k, top_p=writing.top_p)
    model, data = experiment.model, experiment.data
    return TextPrediction(text, continue_text(model, data, text, writing.num_tokens, writing.seed, **choice))


def translated(experiment: Any, text: str, writing: Writing) -> TextPrediction:
    return TextPrediction(text, translate(experiment.model, experiment.data, [text], width=writing.width)[0])


@torch.no_grad()
def classified(experiment: Any, text: str, writing: Writing) -> TextPrediction:
    """The class of the text, such as the language of a name."""
    data = experiment.data
    tokens = list(data.tokenise(text))
    if not tokens:
        raise UsageError("A text to be classified has at least one character; this one is empty.")
    check_prompt(data.vocabulary, tokens)
    experiment.model.eval()
    (row,) = experiment.task.predict(experiment.model, pad([data.vocabulary.ids(tokens)], 0))  # (classes,)
    order: list[int] = row.argsort(descending=True).tolist()
    probabilities = {data.classes[index]: float(row[index]) for index in order}
    return TextPrediction(text, data.classes[order[0]], probabilities)


ANSWERS = {LanguageModelling: continued, Translation: translated, Classification: classified}


def explained(run: Run, experiment: Any, prediction: TextPrediction) -> TextPrediction:
    """The prediction with pictures of what went on over it. Raises UsageError for a model without any to draw."""
    paths = []
    for name, figure in pictures_of(experiment, prediction):
        path = run.path / DIRECTORY / f"{file_name(prediction.text)}-{name}.png"
        write_whole(path, png(figure))
        paths.append(path)
    if not paths:
        is_language_model = isinstance(experiment.task, LanguageModelling)
        lacking = "neither attention nor gates of an LSTM" if is_language_model else "no attention"
        raise UsageError(f"{run.experiment} has {lacking} to draw: leave out --explain.")
    return replace(prediction, explanations=tuple(paths))


def pictures_of(experiment: Any, prediction: TextPrediction) -> Iterator[tuple[str, Figure]]:
    model, data = experiment.model, experiment.data
    if isinstance(experiment.task, Translation):
        yield from of_sentence(model, data, prediction.text, prediction.answer)
    elif isinstance(experiment.task, LanguageModelling):
        yield from of_text(model, data, prediction.answer)


def file_name(text: str) -> str:
    """The letters and digits of a text, as part of the name of a file."""
    words = "".join(character if character.isalnum() else " " for character in text).split()
    return "-".join(words)[:60] or "text"

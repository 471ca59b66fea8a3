"""`dongshou predict RUN QUESTION ...`: ask a trained model about pictures, texts or tables of your own."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from typing import Annotated, Any

from tyro.conf import Positional, arg

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.tables import print_json
from dongshou.data import Splits
from dongshou.data.text.file import decoded
from dongshou.languages import translate
from dongshou.runs import Prediction, find_run
from dongshou.runs.predict import Fault, Outcome, answers, asked_with_by, trained
from dongshou.runs.questions import rows_of_table
from dongshou.tasks import Question

FROM_INPUT = ("text", "word", "pair", "row")  # what standard input is read for where nothing is named
NOT_ANSWERED = "NA"  # in a column of answers


def main(arguments: Sequence[str]) -> int:
    return call(answer, arguments, "dongshou predict")


def answer(
    run: Annotated[Positional[str], arg(metavar="RUN")],
    inputs: Annotated[Positional[tuple[str, ...]], arg(metavar="QUESTION ...")] = (),
    *,
    explain: Switch = False,
    length: int = Question.num_tokens,
    temperature: float = Question.temperature,
    top_k: Annotated[int | None, arg(metavar="INT")] = None,
    top_p: Annotated[float | None, arg(metavar="FLOAT")] = None,
    width: int = Question.width,
    num: int = Question.num,
    seed: Annotated[int | None, arg(metavar="INT")] = None,
    runs: Directory = None,
    json: Switch = False,
) -> int:
    """Ask a trained model about pictures, texts, words or tables of your own, according to what it has learnt.

    A picture is classified: any size, in colour or not, dark on light or light on dark; of handwritten digits each one
    that is on it, line by line. A text is continued by a language model, translated, or its language named; without
    one, each line of standard input is a text. A pair of texts is given as two, or as two columns of standard input
    with a tab between. Word vectors name the nearest words, of a word or of a sum of words: king - man + woman. For
    each row of a table, a CSV file whose first line names the columns, a value or a class is predicted, and printed as
    a column; without such a line the cells stand in the order of the columns. A single row may be given as its cells:
    6,148,72. A model that draws is asked with a class or a caption, or with nothing at all; its pictures are written
    as a PNG, and as a GIF of how they grew.

    Args:
        run: its path, its name, its experiment (then the newest), or "last"
        inputs: pictures of one thing each, or of several digits; or texts, in quotes; or words; or CSV files. What is
            wrong with any is reported last
        explain: also draw where the network saw it (Grad-CAM; convolutional networks), which words decided, what a
            translation or a GPT looked at, which words of a pair were laid side by side, or the gates of an LSTM
        length: of what a language model writes, in its tokens
        temperature: how boldly a language model writes; 0 takes what is most probable
        top_k: a language model draws from so many tokens at most; of word vectors: neighbours to name
        top_p: a language model draws from the fewest tokens that have this probability together
        width: of the beam that a translation is searched with; 1 is greedy
        num: pictures to draw
        seed: write or draw the same each time
        runs: where runs lie: default DONGSHOU_RUNS, else ./runs
        json: print everything as one JSON object
    """
    found = find_run(run, runs)
    answering = trained(found)
    data, asked_with = answering.experiment.data, asked_with_by(answering)
    questions = inputs or (given_by_input(asked_with, data) if asked_with in FROM_INPUT else [])
    how = dict(num_tokens=length, temperature=temperature, top_k=top_k, top_p=top_p, width=width, num=num, seed=seed)
    outcomes = answers(found, answering, questions, how, explain)
    about = {"run": str(found.path), "asked_with": asked_with}
    return tell(outcomes, about, identifier=data.features.identifier if data.features else "", json=json)


def tell(outcomes: Sequence[Outcome], about: dict[str, str], identifier: str, json: bool) -> int:
    """Print the answers, and what is wrong with questions at last; the exit code.

    about       the run, and what it is asked with
    identifier  see `as_column`
    """
    predictions = [one for one in outcomes if isinstance(one, Prediction)]
    faults = [one.error for one in outcomes if isinstance(one, Fault)]
    if json:
        plain = {"predictions": [one.as_json() for one in predictions], "faults": [fault.english for fault in faults]}
        print_json(about | plain)
    elif predictions and about["asked_with"] == "row":
        print(as_column(outcomes, identifier), end="")
    elif predictions:
        print(("\n\n" if about["asked_with"] == "image" else "\n").join(map(in_words, predictions)))
    for fault in faults:
        print("dongshou:", fault, file=sys.stderr)
    if not faults:
        return 0
    return 1 if predictions else faults[0].exit_code


def given_by_input(asked_with: str, data: Splits) -> list[Any]:
    """The questions in standard input: its lines that are not blank, or the rows of its table; none where nothing is
    sent there."""
    if sys.stdin.isatty():
        return []
    where = "standard input"
    content = decoded(sys.stdin.buffer.read(), where)
    if asked_with == "row" and content.strip() and data.features is not None:
        return [asked.content for asked in rows_of_table(content, where, data.features)]
    return [line for line in content.split("\n") if line.strip()]


def as_column(outcomes: Sequence[Outcome], identifier: str) -> str:
    """A CSV file with a line for each row that was asked about, what cannot be answered as NA.

    identifier  the column of the rows that names them, put first where they have it
    """
    answered = [one for one in outcomes if isinstance(one, Prediction)]
    names = [identifier] if identifier and all(identifier in one.question for one in outcomes) else []
    columns = [*answered[0].answer.cells()]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, *columns])
    for one in outcomes:
        cells = one.answer.cells().values() if isinstance(one, Prediction) else [NOT_ANSWERED] * len(columns)
        writer.writerow([*(one.question[name] for name in names), *cells])
    return text.getvalue()


def in_words(prediction: Prediction) -> str:
    """The question, where the answer needs it, and the answer; then who answered, and where the pictures lie."""
    lines = [] if prediction.answer.stands_alone else [question_in_words(prediction.question)]
    lines += map(translate, prediction.answer.lines())
    if prediction.part:
        lines.append(translate(f"  answered by: {prediction.part}, one of the parts of this run"))
    if prediction.picture is not None:
        what = "as the network saw it" if prediction.answer.picture_name == "seen" else "drawn in"
        lines.append(f"  {translate(what)}: {prediction.picture}")
    if prediction.animation is not None:
        lines.append(f"  {translate('how it grew')}: {prediction.animation}")
    where = ("where it looked, over that", "where it looked, over your picture")
    kinds = where if prediction.asked_with == "image" else ["explained in"] * len(prediction.explanations)
    lines += [f"  {translate(kind)}: {path}" for kind, path in zip(kinds, prediction.explanations, strict=False)]
    return "\n".join(lines)


def question_in_words(question: Any) -> str:
    if question is None:
        return translate("noise")
    return " / ".join(question) if isinstance(question, tuple) else str(question)

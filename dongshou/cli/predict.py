"""`dongshou predict RUN IMAGE ...` or `RUN TEXT ...`: ask a trained model about pictures or texts of your own."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from tyro.conf import Positional, arg

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.tables import print_json
from dongshou.data.text.file import decoded
from dongshou.errors import UsageError
from dongshou.runs import Run, find_run
from dongshou.runs.predict import Prediction, predict_usable
from dongshou.runs.predict_text import TextPrediction, Writing, predict_usable_texts, reads_text

SHOWN = 5  # classes
BAR = 30  # characters for a probability of 1


def main(arguments: Sequence[str]) -> int:
    return 1 if call(answer, arguments, "dongshou predict") else 0


def answer(
    run: Annotated[Positional[str], arg(metavar="RUN")],
    inputs: Annotated[Positional[tuple[str, ...]], arg(metavar="IMAGE|TEXT ...")] = (),
    *,
    explain: Switch = False,
    length: int = Writing.num_tokens,
    temperature: float = Writing.temperature,
    top_k: Annotated[int | None, arg(metavar="INT")] = None,
    top_p: Annotated[float | None, arg(metavar="FLOAT")] = None,
    width: int = Writing.width,
    seed: Annotated[int | None, arg(metavar="INT")] = None,
    runs: Directory = None,
    json: Switch = False,
) -> list[str]:
    """Ask a trained model about pictures or texts of your own, according to what it has learnt.

    A picture is classified: any size, in colour or not, dark on light or light on dark. A text is continued by a
    language model, translated, or its language named; without one, each line of standard input is a text.

    Args:
        run: its path, its name, its experiment (then the newest), or "last"
        inputs: pictures of one thing each, of which what is wrong with any is told last; or texts, in quotes
        explain: also draw where the network saw it (Grad-CAM; convolutional networks), what a translation or a GPT
            looked at, or the gates of an LSTM
        length: of what a language model writes, in its tokens
        temperature: how boldly a language model writes; 0 takes what is most probable
        top_k: a language model draws from so many tokens at most
        top_p: a language model draws from the fewest tokens that have this probability together
        width: of the beam that a translation is searched with; 1 is greedy
        seed: write the same each time
        runs: where runs lie: default DONGSHOU_RUNS, else ./runs
        json: print everything as one JSON object
    """
    found = find_run(run, runs)
    if reads_text(found):
        writing = Writing(length, temperature, top_k, top_p, seed, width)
        return answer_texts(found, inputs or lines_of_input(), writing, explain, json)
    if not inputs:
        raise UsageError("name at least one picture: dongshou predict RUN IMAGE ...")
    return answer_pictures(found, inputs, explain, json)


def answer_pictures(run: Run, images: Sequence[str], explain: bool, json: bool) -> list[str]:
    """Print what the model says of each picture that can be used; what is wrong with the others."""
    predictions, faults = predict_usable(run, images, explain)
    if json:
        print_json({"run": str(run.path), "predictions": [*map(plain, predictions)], "faults": faults})
    elif predictions:
        print("\n\n".join(map(in_words, predictions)))
    for fault in faults:
        print(f"dongshou: {fault}", file=sys.stderr)
    return faults


def answer_texts(run: Run, texts: Sequence[str], writing: Writing, explain: bool, json: bool) -> list[str]:
    """Print what the model makes of each text that it can use; what is wrong with the others."""
    if not texts:
        raise UsageError('give a text, or a line of standard input: dongshou predict RUN "text"')
    predictions, faults = predict_usable_texts(run, texts, writing, explain)
    if json:
        print_json({"run": str(run.path), "predictions": [*map(plain_text, predictions)], "faults": faults})
    else:
        print("\n".join(map(text_in_words, predictions)))
    for fault in faults:
        print(f"dongshou: {fault}", file=sys.stderr)
    return faults


def lines_of_input() -> list[str]:
    """The lines of standard input that are not blank; none where nothing is sent there."""
    if sys.stdin.isatty():
        return []
    lines = decoded(sys.stdin.buffer.read(), "standard input").split("\n")
    return [line for line in lines if line.strip()]


def plain(prediction: Prediction) -> dict[str, Any]:
    """What a program reads."""
    return asdict(prediction) | {
        "seen": str(prediction.seen),
        "explanations": [str(path) for path in prediction.explanations],
    }


def plain_text(prediction: TextPrediction) -> dict[str, Any]:
    return asdict(prediction) | {"explanations": [str(path) for path in prediction.explanations]}


def in_words(prediction: Prediction) -> str:
    """The most probable classes with a bar each, then where the pictures of what the network saw lie."""
    lines = [prediction.image, *bars(prediction.probabilities)]
    if prediction.part:
        lines.append(f"  answered by: {prediction.part}, one of the parts of this run")
    lines.append(f"  as the network saw it: {prediction.seen}")
    for path, over in zip(prediction.explanations, ("that", "your picture"), strict=False):
        lines.append(f"  where it looked, over {over}: {path}")
    return "\n".join(lines)


def text_in_words(prediction: TextPrediction) -> str:
    """The answer; of a classification, the text and its most probable classes with a bar each."""
    answer = [prediction.answer]
    if prediction.probabilities:
        answer = [prediction.text, *bars(prediction.probabilities)]
    return "\n".join([*answer, *(f"  explained in: {path}" for path in prediction.explanations)])


def bars(probabilities: Mapping[str, float]) -> list[str]:
    """A line with a bar for each of the most probable classes."""
    shown = list(probabilities.items())[:SHOWN]
    width = max(len(name) for name, _ in shown)
    return [f"  {name:<{width}}  {p:6.1%}  {'█' * round(BAR * p)}".rstrip() for name, p in shown]

"""`dongshou predict RUN IMAGE ...`: ask a trained model about pictures of your own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from tyro.conf import Positional, arg

from dongshou.cli.flags import Directory, Switch, call
from dongshou.cli.tables import print_json
from dongshou.errors import UsageError
from dongshou.runs import find_run
from dongshou.runs.predict import Prediction, predict_usable

SHOWN = 5  # classes
BAR = 30  # characters for a probability of 1


def main(arguments: Sequence[str]) -> int:
    return 1 if call(answer, arguments, "dongshou predict") else 0


def answer(
    run: Annotated[Positional[str], arg(metavar="RUN")],
    images: Annotated[Positional[tuple[str, ...]], arg(metavar="IMAGE ...")] = (),
    *,
    runs: Directory = None,
    json: Switch = False,
) -> list[str]:
    """Ask a trained model about pictures of your own: any size, in colour or not, dark on light or light on dark.

    Args:
        run: its path, its name, its experiment (then the newest), or "last"
        images: pictures of one thing each; what is wrong with any is told last, the others are answered
        runs: where runs lie: default DONGSHOU_RUNS, else ./runs
        json: print all probabilities as one JSON object
    """
    if not images:
        raise UsageError("name at least one picture: dongshou predict RUN IMAGE ...")
    found = find_run(run, runs)
    predictions, faults = predict_usable(found, images)
    if json:
        plain = [asdict(prediction) | {"seen": str(prediction.seen)} for prediction in predictions]
        print_json({"run": str(found.path), "predictions": plain, "faults": faults})
    elif predictions:
        print("\n\n".join(map(in_words, predictions)))
    for fault in faults:
        print(f"dongshou: {fault}", file=sys.stderr)
    return faults


def in_words(prediction: Prediction) -> str:
    """The most probable classes with a bar each, then where the picture of what the network saw lies."""
    shown = list(prediction.probabilities.items())[:SHOWN]
    width = max(len(name) for name, _ in shown)
    bars = [f"  {name:<{width}}  {p:6.1%}  {'█' * round(BAR * p)}".rstrip() for name, p in shown]
    return "\n".join([prediction.image, *bars, f"  as the network saw it: {prediction.seen}"])

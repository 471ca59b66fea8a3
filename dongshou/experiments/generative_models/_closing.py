"""What is said of a network that draws once it is trained: the ends of its scale, and where it has collapsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dongshou.notes import note
from dongshou.tasks.generative.adversarial import Adversarial
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.tasks.generative.variety import has_collapsed
from dongshou.training import Event, Experiment, Finished


def closing(experiment: Experiment, finished: Finished) -> Iterator[Event]:
    """An experiment's `conclude`: its metrics with `frechet_of_train` and `frechet_of_noise`, the ends of the scale.

    A generator that has collapsed to few modes is said.
    """
    judge = getattr(experiment.task, "judge", None)
    test = experiment.data.test()
    assert isinstance(judge, PictureJudge) and test is not None
    if isinstance(experiment.task, Adversarial) and has_collapsed(finished.metrics):
        diversity, classes = (finished.metrics[f"test_{name}"] for name in ("diversity", "class_diversity"))
        note(
            "The generator makes the same few pictures again and again (mode collapse): diversity"
            f" {diversity:.2f}, class_diversity {classes:.2f}, where real pictures have 1. Train it for longer, with"
            " smaller learning rates, or take wgan."
        )
    ends = judge.ends(experiment.data.train(), test)
    yield replace(finished, metrics=finished.metrics | ends)

"""What guidance does: the more of it, the better pictures can be read and the more they resemble each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import new_axes
from dongshou.errors import UsageError
from dongshou.tasks.generative.denoising import Denoising
from dongshou.tasks.generative.frechet import Frechet
from dongshou.tasks.generative.judge import NUM_CLASSES, PictureJudge
from dongshou.tasks.generative.variety import Variety
from dongshou.training import Drew, Event, Experiment, Finished
from dongshou.training.events import Metrics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GUIDANCES = (0.0, 0.75, 1.5, 3.5)


def judged(experiment: Experiment, finished: Finished, judge: PictureJudge, num_samples: int) -> Iterator[Event]:
    """So many pictures at each guidance, seen by a LeNet that has learnt from real ones.

    read_accuracy  share of them that are read as what was asked for
    diversity, frechet_lenet  as other networks that draw are judged, of as many pictures as the test has

    read_accuracy_at_350 is at a guidance of 3.50; without a number it is the one that the model answers with. With
    `frechet_of_train` and `frechet_of_noise`, the ends of the scale.
    """
    data, task = experiment.data, experiment.task
    test = data.test()
    assert isinstance(task, Denoising) and test is not None
    real = torch.cat([images for images, _ in test])[:num_samples]
    classes = torch.arange(num_samples, device=real.device) % len(data.classes)
    x_T = task.noise(num_samples, seed=4)
    measured: dict[float, Metrics] = {}
    for guidance in sorted({*GUIDANCES, task.sampler.guidance}):
        images = task.sampler.guiding(guidance).draw(task.average.model, classes, x_T)
        measured[guidance] = seen_by(judge, 2 * images - 1, classes, real)
    metrics = {
        f"{name}_at_{round(100 * guidance):03}": value
        for guidance, values in measured.items()
        for name, value in values.items()
    }
    metrics |= measured[task.sampler.guidance] | judge.ends(data.train(), test)
    yield Drew("guidance", draw_guidance(measured))
    reading = finished.reading.and_also({name for name in metrics if not name.startswith("frechet")})
    yield Finished(finished.metrics | metrics, finished.best, reading)


def seen_by(judge: PictureJudge, images: Tensor, classes: Tensor, real: Tensor) -> Metrics:
    """What a LeNet says of pictures of values -1..1, asked for by their classes, beside real ones."""
    made, of_real = judge.see(images), judge.see(real)
    few = type(made)(made.features[: len(real)], made.classes[: len(real)])
    frechet, variety = Frechet(), Variety(NUM_CLASSES)
    frechet.update((of_real.features, few.features))
    variety.update((of_real, few))
    return {
        "read_accuracy": float((made.classes == classes).float().mean()),
        "frechet_lenet": frechet.finish(),
        "diversity": variety.finish()["diversity"],
    }


def check_samples(num_samples: int) -> None:
    """Raises UsageError for fewer than two pictures, between which there is no distance."""
    if num_samples < 2:
        raise UsageError(f"num_samples is at least 2, to tell pictures apart; got {num_samples}.")


def draw_guidance(measured: Mapping[float, Metrics]) -> Figure:
    """Both against the guidance."""
    guidances: Sequence[float] = [*measured]
    axes = new_axes(xlabel="guidance", ylabel="share", title="Guidance")
    axes.plot(guidances, [values["read_accuracy"] for values in measured.values()], label="read as asked")
    axes.plot(guidances, [values["diversity"] for values in measured.values()], label="diversity, of real ones")
    return axes.figure  # pyright: ignore[reportReturnType]

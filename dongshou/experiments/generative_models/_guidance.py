"""What guidance does: the more of it, the better pictures can be read and the more they resemble each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dongshou.drawing import new_axes
from dongshou.errors import UsageError
from dongshou.experiments.generative_models._reader import Reader, everything, trained_reader
from dongshou.tasks.generative.denoising import Denoising
from dongshou.tasks.generative.frechet import Frechet
from dongshou.training import Drew, Event, Experiment, Finished
from dongshou.training.events import Metrics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GUIDANCES = (0.0, 0.75, 1.5, 3.5)


def judged(experiment: Experiment, finished: Finished, num_samples: int) -> Iterator[Event]:
    """So many pictures at each guidance, read by a classifier that has learnt from the real ones.

    read_accuracy  share of them that are read as what was asked for, at the guidance that the model answers with;
                   read_accuracy_at_150, ... at 1.50, ...
    diversity      mean distance between two pictures of one class, over that of real ones of the test
    frechet_distance  to the pictures of the test, on the features of that classifier; of the training pictures and of
                   noise too, which are the least and the most that it may be
    """
    data, task = experiment.data, experiment.task
    assert isinstance(task, Denoising)
    reader = trained_reader(data)
    test = data.test()
    assert test is not None
    real, labels = everything(test)
    metrics: Metrics = {
        "reader_test_accuracy": accuracy(reader.read(real), labels),
        "frechet_distance_of_training": distance(reader, everything(data.train())[0], real),
        "frechet_distance_of_noise": distance(reader, torch.rand_like(real), real),
    }
    classes = torch.arange(num_samples, device=real.device) % len(data.classes)
    measured: dict[float, Metrics] = {}
    for guidance in sorted({*GUIDANCES, task.sampler.guidance}):
        x_T = task.noise(num_samples, seed=4)
        images = task.sampler.guiding(guidance).draw(task.average.model, classes, x_T)
        measured[guidance] = {
            "read_accuracy": accuracy(reader.read(images), classes),
            "diversity": spread(images, classes) / spread(real, labels),
            "frechet_distance": distance(reader, images, real),
        }
    for guidance, values in measured.items():
        metrics |= {f"{name}_at_{round(100 * guidance):03}": value for name, value in values.items()}
    metrics |= measured[task.sampler.guidance]
    yield Drew("guidance", draw_guidance(measured))
    reading = finished.reading.and_also({name for name in metrics if not name.startswith("frechet_distance")})
    yield Finished(finished.metrics | metrics, finished.best, reading)


def check_samples(num_samples: int, num_classes: int) -> None:
    """Raises UsageError for fewer than two pictures of each class, between which there is no distance."""
    if num_samples < 2 * num_classes:
        raise UsageError(
            f"num_samples is at least {2 * num_classes}, two pictures of each of {num_classes} classes;"
            f" got {num_samples}."
        )


def accuracy(read: Tensor, asked: Tensor) -> float:
    return float((read == asked).float().mean())


def distance(reader: Reader, images: Tensor, real: Tensor) -> float:
    """The Fréchet distance between the features that the reader has for both."""
    frechet = Frechet()
    frechet.update((reader.seen(real), reader.seen(images)))
    return frechet.finish()


def spread(images: Tensor, labels: Tensor) -> float:
    """The mean distance between two pictures of one class, over the classes: of pixels, as vectors."""
    of_class = [images[labels == label].flatten(1) for label in labels.unique()]
    return float(torch.stack([torch.pdist(some).mean() for some in of_class]).mean())


def draw_guidance(measured: Mapping[float, Metrics]) -> Figure:
    """Both against the guidance."""
    guidances: Sequence[float] = [*measured]
    axes = new_axes(xlabel="guidance", ylabel="share", title="Guidance")
    axes.plot(guidances, [values["read_accuracy"] for values in measured.values()], label="read as asked")
    axes.plot(guidances, [values["diversity"] for values in measured.values()], label="diversity, of real ones")
    return axes.figure  # pyright: ignore[reportReturnType]

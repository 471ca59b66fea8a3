"""Ask the model of a run about pictures that it has never seen."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from dongshou.data.images import IMAGE_SETS
from dongshou.data.photo import read_photo
from dongshou.errors import DongshouError, UsageError
from dongshou.runs.files import write_whole
from dongshou.runs.rebuild import rebuild
from dongshou.runs.run import Run
from dongshou.tasks import Classification
from dongshou.training import Experiment
from dongshou.training.checkpoint import read_checkpoint
from dongshou.training.state import load_weights

DIRECTORY = "predictions"
ENLARGED = 8  # times, in the picture of what the network saw


@dataclass(frozen=True)
class Prediction:
    """What a model says of one picture.

    probabilities  by name of the class, the most probable first
    seen           a picture of what the network was given
    """

    image: str
    probabilities: dict[str, float]
    seen: Path


def predict(run: Run, images: Sequence[str | Path]) -> list[Prediction]:
    """The class probabilities of each picture, by the best weights of the run. Needs no data set.

    Writes what the network saw of each into `predictions/` of the run's directory.
    Raises UsageError when the run is no classification of images, DongshouError when it has no checkpoint or
    a picture cannot be used: then nothing is written.
    """
    experiment = trained(run)
    return predictions_of(run, experiment, [(image, as_seen(experiment, image)) for image in images])


def predict_usable(run: Run, images: Sequence[str | Path]) -> tuple[list[Prediction], list[str]]:
    """As `predict`, but of those pictures that can be used; and what is wrong with each of the others."""
    experiment = trained(run)
    usable, faults = [], []
    for image in images:
        try:
            usable.append((image, as_seen(experiment, image)))
        except DongshouError as error:
            faults.append(str(error))
    return predictions_of(run, experiment, usable) if usable else [], faults


def as_seen(experiment: Experiment, image: str | Path) -> Tensor:
    """The picture as the network is given it, uint8 (1, size, size)."""
    return read_photo(image, experiment.data.name, experiment.data.shape[-1])


def predictions_of(run: Run, experiment: Experiment, pictures: Sequence[tuple[str | Path, Tensor]]) -> list[Prediction]:
    """What the model says of each picture; what it saw is written."""
    probabilities = ask(experiment, torch.stack([pixels for _, pixels in pictures]))  # (images, classes)
    names = free_names([Path(image).stem for image, _ in pictures])
    predictions = []
    for (image, seen), name, row in zip(pictures, names, probabilities, strict=True):
        path = run.path / DIRECTORY / f"{name}.png"
        write_whole(path, enlarged(seen))
        predictions.append(Prediction(str(image), ranked(experiment.data.classes, row), path))
    return predictions


def trained(run: Run) -> Experiment:
    """The run's experiment with the weights of its best checkpoint."""
    with torch.random.fork_rng():  # the weights that it starts with are drawn, then thrown away
        work = rebuild(run)
    if not (isinstance(work, Experiment) and isinstance(work.task, Classification) and work.data.name in IMAGE_SETS):
        raise UsageError(f"{run.path} is a run of {run.experiment}, which does not classify images.")
    line = run.checkpoint("best")
    if line is None:
        raise DongshouError(
            f"{run.path} has no checkpoint: it was stopped in its first epoch. "
            f"Train it with: dongshou run {run.experiment} --resume {run.path}"
        )
    weights, _ = read_checkpoint(run.path / line["path"], line["sha256"])
    load_weights(work, weights)
    return work


@torch.no_grad()
def ask(experiment: Experiment, pixels: Tensor) -> Tensor:
    """Probabilities (images, classes) of uint8 pixels (images, channels, height, width)."""
    experiment.model.eval()
    transform = experiment.data.transform
    inputs = pixels.float() if transform is None else transform(pixels)
    return experiment.task.predict(experiment.model, inputs)


def ranked(classes: Sequence[str], probabilities: Tensor) -> dict[str, float]:
    order: list[int] = probabilities.argsort(descending=True).tolist()
    return {classes[index]: float(probabilities[index]) for index in order}


def free_names(stems: Sequence[str]) -> list[str]:
    """A file name for each picture: pictures of one name in several folders are numbered."""
    names: list[str] = []
    for stem in stems:
        count = sum(name == stem or name.startswith(f"{stem}-") for name in names)
        names.append(f"{stem}-{count + 1}" if stem in names else stem)
    return names


def enlarged(pixels: Tensor) -> bytes:
    """The PNG of uint8 (1, height, width), each pixel a square."""
    height, width = pixels.shape[-2:]
    picture = Image.fromarray(pixels[0].numpy()).resize((ENLARGED * width, ENLARGED * height), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    picture.save(buffer, format="png")
    return buffer.getvalue()

"""Ask the model of a run about pictures that it has never seen."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from dongshou.data.images.files import read_colour
from dongshou.data.images.load import IMAGE_SETS
from dongshou.data.images.photo import read_photo
from dongshou.data.images.photo_frame import Frame, middle_frame, thing_frame
from dongshou.errors import DongshouError, UsageError
from dongshou.runs.explanation import write_explanations
from dongshou.runs.files import write_whole
from dongshou.runs.run import Run
from dongshou.runs.trained import Answering, load_best, untrained
from dongshou.tasks import Classification
from dongshou.tasks.explain import grad_cam
from dongshou.training import Experiment

DIRECTORY = "predictions"
COLOURS = 3  # channels: red, green, blue
SIDE = 224  # pixels: up to that a picture of what the network saw is enlarged


@dataclass(frozen=True)
class Prediction:
    """What a model says of one picture.

    probabilities  by name of the class, the most probable first
    seen           a picture of what the network was given
    part           whose network answered, of a run of several; empty where there is one
    explanations   where it saw the most probable class: over that picture, and over the photo itself
    """

    image: str
    probabilities: dict[str, float]
    seen: Path
    part: str = ""
    explanations: tuple[Path, ...] = ()


def predict(run: Run, images: Sequence[str | Path], explain: bool = False) -> list[Prediction]:
    """The class probabilities of each picture, by the best weights of the run; of several fits, one answers.

    Needs no data set. Writes what the network saw of each into `predictions/` of the run's directory; with `explain`,
    where it saw the class (Grad-CAM) into `explanations/`.
    Raises UsageError when the run is no classification of images or has nothing to explain, DongshouError when it
    has no checkpoint or a picture cannot be used: then nothing is written.
    """
    answering = trained(run)
    pictures = [(image, as_seen(answering.experiment, image)) for image in images]
    return predictions_of(run, answering, pictures, explain)


def predict_usable(run: Run, images: Sequence[str | Path], explain: bool = False) -> tuple[list[Prediction], list[str]]:
    """As `predict`, but of those pictures that can be used; and what is wrong with each of the others."""
    answering = trained(run)
    usable, faults = [], []
    for image in images:
        try:
            usable.append((image, as_seen(answering.experiment, image)))
        except DongshouError as error:
            faults.append(str(error))
    return predictions_of(run, answering, usable, explain) if usable else [], faults


def as_seen(experiment: Experiment, image: str | Path) -> Tensor:
    """The picture as the network is given it, uint8 (channels, size, size).

    In colour its middle square, as it is; in grey the thing on it, bright on black.
    """
    channels, _, size = experiment.data.shape
    return read_colour(image, size) if channels == COLOURS else read_photo(image, image_set_of(experiment), size)


def frame_of(experiment: Experiment, image: str | Path) -> Frame:
    """The part of the picture that `as_seen` is made of."""
    is_colour = experiment.data.shape[0] == COLOURS
    return middle_frame(image) if is_colour else thing_frame(image, image_set_of(experiment))


def predictions_of(
    run: Run, answering: Answering, pictures: Sequence[tuple[str | Path, Tensor]], explain: bool = False
) -> list[Prediction]:
    """What the model says of each picture; what it saw is written, and where if it is to explain."""
    part, experiment = answering
    inputs = as_inputs(experiment, torch.stack([pixels for _, pixels in pictures]))
    probabilities = ask(experiment, inputs)  # (images, classes)
    maps = [grad_cam(experiment.model, one[None])[0] if explain else None for one in inputs]
    names = free_names([Path(image).stem for image, _ in pictures])
    predictions = []
    for (image, pixels), name, row, heat in zip(pictures, names, probabilities, maps, strict=True):
        seen = run.path / DIRECTORY / f"{name}.png"
        write_whole(seen, enlarged(pixels))
        where = () if heat is None else write_explanations(run.path, seen, frame_of(experiment, image), heat)
        predictions.append(Prediction(str(image), ranked(experiment.data.classes, row), seen, part, where))
    return predictions


def trained(run: Run) -> Answering:
    """The experiment that answers for the run, with the weights of its best checkpoint."""
    answering = untrained(run)
    if answering is None or not classifies_images(answering.experiment):
        raise UsageError(f"{run.path} is a run of {run.experiment}, which does not classify images.")
    experiment = answering.experiment
    if experiment.data.shape[0] != COLOURS and image_set_of(experiment) not in IMAGE_SETS:
        raise UsageError(
            f"A photo can be made to look like images in colour, and like those of {', '.join(IMAGE_SETS)}; "
            f"{run.path} is of {experiment.data.name or 'other images'}."
        )
    load_best(run, answering)
    return answering


def classifies_images(experiment: Experiment) -> bool:
    return isinstance(experiment.task, Classification) and len(experiment.data.shape) == 3


def image_set_of(experiment: Experiment) -> str:
    """The data set that its images are from: `digits` of `digits, 5 classes`."""
    return experiment.data.name.partition(",")[0]


def as_inputs(experiment: Experiment, pixels: Tensor) -> Tensor:
    """What the model is given for uint8 pixels (images, channels, height, width)."""
    transform = experiment.data.transform
    return pixels.float() if transform is None else transform(pixels)


@torch.no_grad()
def ask(experiment: Experiment, inputs: Tensor) -> Tensor:
    """Class probabilities (images, classes) of inputs (images, channels, height, width)."""
    experiment.model.eval()
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
    """The PNG of uint8 (channels, height, width), each pixel a square."""
    _, height, width = pixels.shape
    times = max(1, SIDE // max(height, width))
    picture = Image.fromarray(pixels.permute(1, 2, 0).squeeze(2).numpy())  # (height, width, 3) or (height, width)
    picture = picture.resize((times * width, times * height), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    picture.save(buffer, format="png")
    return buffer.getvalue()

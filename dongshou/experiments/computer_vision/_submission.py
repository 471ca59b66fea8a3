"""A fit that ends with a submission to Kaggle: what the network says of the pictures that nobody has labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import torch
from torch import Tensor

from dongshou.data.images.folder import ImageFolder
from dongshou.data.images.pixels import evaluation_batch
from dongshou.data.tables.submission import submission
from dongshou.training import Event, Experiment, Finished, Wrote
from dongshou.training.experiment import Conclude

Answer = Literal["classes", "probabilities"]


def submitting(to_classify: Callable[[], ImageFolder | None], answer: Answer = "classes") -> Conclude:
    """The end of an experiment that writes submission.csv once it is trained.

    to_classify  finds the pictures without labels; finding none, nothing is submitted
    answer       the most probable class of each, or the probability of every class
    """

    def conclude(trained: Experiment, finished: Finished) -> Iterator[Event]:
        if (pictures := to_classify()) is not None:
            yield Wrote("submission.csv", submission_of(trained, pictures, answer))
        yield finished

    return conclude


def submission_of(trained: Experiment, pictures: ImageFolder, answer: Answer) -> str:
    """What the model says of each picture, as Kaggle reads it."""
    probabilities, classes = probabilities_of(trained, pictures), trained.data.classes
    if answer == "probabilities":
        return submission(pictures.ids, probabilities, classes)
    return submission(pictures.ids, [classes[index] for index in probabilities.argmax(1).tolist()])


@torch.no_grad()
def probabilities_of(trained: Experiment, pictures: ImageFolder) -> Tensor:
    """(images, classes); no more images at a time than the memory can bear."""
    model, data = trained.model.eval(), trained.data
    device, size = next(model.parameters()).device, data.shape[-1]
    transform = data.transform or Tensor.float
    chunks = torch.arange(len(pictures)).split(evaluation_batch(size, len(pictures)))
    inputs = (transform(pictures.rows(rows).read(size).to(device)) for rows in chunks)
    return torch.cat([trained.task.predict(model, images).cpu() for images in inputs])

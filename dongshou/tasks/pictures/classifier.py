"""Which pictures are drawn of a trained classifier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from dongshou.data import TextSplits
from dongshou.models import DecomposableAttention
from dongshou.tasks.explain import feature_maps, grad_cam
from dongshou.tasks.pictures.alignment import one_of_each_class
from dongshou.tasks.pictures.answers import Examples, ask, guesses_of
from dongshou.tasks.pictures.class_activation import activation_images
from dongshou.tasks.pictures.confusion import confusion_matrix
from dongshou.tasks.pictures.feature_maps import stage_images
from dongshou.tasks.pictures.first_layer import first_weights, weight_images
from dongshou.tasks.pictures.predictions import MOST_WRONG, predicted_images, titled_images

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.tasks.task import Task

EXPLAINED = 8  # images with a class activation map

Pictures = Iterator[tuple[str, "Figure"]]


def of_classification(task: Task, model: nn.Module, data: Splits) -> Pictures:
    """The confusion matrix always; where the inputs are images, what the network says of them and why."""
    batches = data.valid() if data.test() is None else data.test()
    if batches is None:
        return
    inputs, labels = next(iter(batches))
    if isinstance(data, TextSplits) or not isinstance(inputs, Tensor) or has_many(labels):  # cannot be shown
        guesses, labels = guesses_of(task, model, batches)
        if len(labels):
            yield "confusion", confusion_matrix(guesses, labels, data.classes or numbered(guesses, labels))
        if isinstance(data, TextSplits) and isinstance(model, DecomposableAttention):
            yield from one_of_each_class(model, data, batches)
        return
    answers = ask(task, model, batches, data.shape)
    first, worst = answers.first, answers.worst
    names = data.classes or tuple(str(index) for index in range(first.probabilities.shape[1]))
    yield "confusion", confusion_matrix(answers.guesses, answers.labels, names, answers.every)
    if len(data.shape) == 3 and len(first):
        yield "predictions", predicted_images(first, names)
        if len(worst):
            yield "most-wrong", predicted_images(worst, names, MOST_WRONG)
        yield from of_layers(model, first, names)


def has_many(labels: Tensor) -> bool:
    """Whether each input has a label for every pixel or step."""
    return labels.dim() > (2 if labels.is_floating_point() else 1)


def numbered(guesses: Tensor, labels: Tensor) -> tuple[str, ...]:
    """Names of the classes that have none."""
    return tuple(str(index) for index in range(int(torch.cat([guesses, labels]).max()) + 1))


def of_layers(model: nn.Module, examples: Examples, names: tuple[str, ...]) -> Pictures:
    """The first layer's weights; of a convolutional network also its feature maps, and where it saw the classes."""
    if (weights := first_weights(model, tuple(examples.inputs.shape[1:]))) is not None:
        yield "first-layer", weight_images(weights)
    device = next(model.parameters(), torch.empty(0)).device
    inputs = examples.inputs[:EXPLAINED].to(device)
    if stages := feature_maps(model, inputs[:1]):
        yield "feature-maps", stage_images(inputs[0], stages)
        images = titled_images(examples.chosen(slice(EXPLAINED)), names)
        yield "class-activation", activation_images(images, grad_cam(model, inputs))

"""Pictures of a trained classifier: what it says of some images, what it confuses, what its first layer looks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from dongshou.drawing import new_axes, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.tasks.task import Task


def of_classification(task: Task, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
    """Sample predictions and first-layer weights where the inputs are images; the confusion matrix always."""
    batches = data.valid() if data.test() is None else data.test()
    if batches is None:
        return
    predicted, labels = predictions(task, model, batches)
    names = data.classes or tuple(str(index) for index in range(predicted.shape[1]))
    is_image = len(data.shape) == 3
    if is_image:
        inputs = next(iter(batches))[0][:24].cpu()
        yield "predictions", predicted_images(inputs, predicted[:24], labels[:24], names)
    yield "confusion", confusion_matrix(predicted.argmax(1), labels, names)
    if is_image and (weights := first_weights(model, data.shape)) is not None:
        yield "first-layer", weight_images(weights)


@torch.no_grad()
def predictions(task: Task, model: nn.Module, batches) -> tuple[Tensor, Tensor]:
    """Probabilities (n, classes) and labels (n,) over all batches."""
    model.eval()
    pairs = [(task.predict(model, inputs).cpu(), labels.cpu()) for inputs, labels in batches]
    return torch.cat([pair[0] for pair in pairs]), torch.cat([pair[1] for pair in pairs])


def predicted_images(inputs: Tensor, probabilities: Tensor, labels: Tensor, names: tuple[str, ...]) -> Figure:
    """A grid of images, each with its true class, and below it what the network said; mistakes in red."""
    columns = 8
    rows = -(-len(inputs) // columns)
    figure = new_figure(1.35 * columns, 1.75 * rows + 0.3)
    figure.suptitle("true / predicted", fontsize=9)
    for index, image in enumerate(inputs):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.imshow(as_picture(image), cmap="gray")
        axes.set_axis_off()
        probability, guess = probabilities[index].max(0)
        right = int(guess) == int(labels[index])
        axes.set_title(
            f"{names[int(labels[index])]}\n{names[int(guess)]} {probability:.0%}",
            fontsize=7,
            color="black" if right else "crimson",
        )
    return figure


def confusion_matrix(guesses: Tensor, labels: Tensor, names: tuple[str, ...]) -> Figure:
    """How often each true class (rows) was taken for each class (columns), as a share of the row."""
    num_classes = len(names)
    counts = torch.bincount(labels * num_classes + guesses, minlength=num_classes**2)
    counts = counts.view(num_classes, num_classes)
    shares = counts / counts.sum(1, keepdim=True).clamp(min=1)
    side = 2.0 + 0.45 * num_classes
    axes = new_axes(side + 0.6, side, xlabel="predicted", ylabel="true")
    axes.set_title("Examples by true and predicted class", fontsize=10)
    axes.grid(False)
    axes.imshow(shares.numpy(), cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(num_classes), names, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(num_classes), names, fontsize=8)
    if num_classes <= 20:
        for row, column in counts.nonzero().tolist():
            share = float(shares[row, column])
            colour = "white" if share > 0.5 else "black"
            axes.text(column, row, str(int(counts[row, column])), ha="center", va="center", fontsize=6, color=colour)
    return axes.figure  # pyright: ignore[reportReturnType]


def first_weights(model: nn.Module, shape: tuple[int, ...]) -> Tensor | None:
    """The first layer's weights as images (units, channels, height, width), where they have that shape."""
    weight = next((parameter for parameter in model.parameters() if parameter.dim() >= 2), None)
    if weight is None:
        return None
    weight = weight.detach().float().cpu()
    if weight.dim() == 4:
        return weight
    channels, height, width = shape
    return weight.view(-1, *shape) if weight.shape[1] == channels * height * width else None


def weight_images(weights: Tensor, most: int = 32) -> Figure:
    """What each of the first units looks for: bright where it wants light, dark where it wants none."""
    shown = weights[:most].mean(1)  # (units, height, width)
    columns = 8
    rows = -(-len(shown) // columns)
    figure = new_figure(columns, rows)
    bound = float(shown.abs().max())
    for index, weight in enumerate(shown):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.imshow(weight.numpy(), cmap="RdBu", vmin=-bound, vmax=bound)
        axes.set_axis_off()
    return figure


def as_picture(image: Tensor):
    """(channels, height, width) -> (height, width) or (height, width, 3), values stretched to 0..1."""
    image = image.float()
    image = (image - image.min()) / (image.max() - image.min()).clamp(min=1e-6)
    return image[0].numpy() if image.shape[0] == 1 else image.permute(1, 2, 0).numpy()

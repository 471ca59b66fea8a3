"""What the loss of a batch is a mean over, so that batches of any size give one and the same loss of a set."""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import torch
from torch import Tensor

from dongshou.errors import DongshouError, UsageError, kind_of
from dongshou.tasks.misfit import Misfit, misfit_of_classes, misfit_of_numbers, misfit_of_probabilities, no_tensors
from dongshou.tasks.quantity import Quantity

OF_CLASSES = ("CrossEntropyLoss", "NLLLoss")  # torch's, and ours of these names
OF_EXAMPLES = ("MultiMarginLoss", "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss")  # a mean over the examples
OF_ELEMENTS = (
    "L1Loss",
    "MSELoss",
    "SmoothL1Loss",
    "HuberLoss",
    "BCELoss",
    "BCEWithLogitsLoss",
    "PoissonNLLLoss",
    "SoftMarginLoss",
    "HingeEmbeddingLoss",
    "KLDivLoss",
)  # a mean over all numbers of the outputs


class BatchLoss(NamedTuple):
    """The loss of a batch to descend along, and what the batch adds to the loss of the set."""

    value: Tensor
    quantity: Quantity


def batch_loss(loss: Any, outputs: Tensor, targets: Tensor) -> BatchLoss:
    """The loss as it is, of each number too (reduction="none"), whose mean is then descended along.

    Raises DongshouError for what is not a loss of outputs and targets, Misfit for those that do not fit it.
    """
    try:
        value = loss(outputs, targets)
    except (RuntimeError, IndexError, ValueError, TypeError, AttributeError) as error:  # whatever a loss raises
        if (why := misfit(loss, outputs, targets)) is None:
            raise
        raise Misfit(why) from error
    if not isinstance(value, Tensor):
        raise DongshouError(f"{kind_of(loss)} gives a {kind_of(value)}; a loss gives a tensor.")
    weight = weight_of(loss, outputs, targets)
    if value.dim():
        total = value.sum()
        value = total / (weight.clamp(min=1e-12) if isinstance(weight, Tensor) else weight)
        return BatchLoss(value, Quantity(total.detach(), weight))
    if getattr(loss, "reduction", "mean") == "sum":
        return BatchLoss(value, Quantity(value.detach(), weight))
    return BatchLoss(value, Quantity(value.detach() * weight, weight))


def misfit(loss: Any, outputs: Any, targets: Any) -> str | None:
    """Why a loss of a known kind does not take these outputs and targets; None where it is not known why."""
    if is_one_of(loss, OF_CLASSES):
        return misfit_of_classes(outputs, targets, loss.ignore_index)
    if not is_one_of(loss, OF_ELEMENTS):
        return no_tensors(outputs, targets)
    said = misfit_of_numbers(outputs, targets)
    return misfit_of_probabilities(outputs) if said is None and is_one_of(loss, ("BCELoss",)) else said


def weight_of(loss: Any, outputs: Tensor, targets: Tensor) -> Tensor | float:
    """What torch divides the sum by for reduction="mean": labels, their weights, examples or numbers.

    A loss that is not torch's is taken for a mean over the examples.
    """
    if is_one_of(loss, OF_CLASSES):
        return weight_of_classes(loss, outputs, targets)
    if is_one_of(loss, OF_ELEMENTS) and getattr(loss, "reduction", "") != "batchmean":
        return outputs.numel()
    return len(targets)


def weight_of_classes(loss: Any, logits: Tensor, labels: Tensor) -> Tensor | float:
    """The number of labels that are not ignored, or the sum of their classes' weights; of shares, all of them."""
    if labels.is_floating_point():
        return labels.numel() // logits.shape[1]
    is_kept = labels != loss.ignore_index
    if loss.weight is None:
        return is_kept.sum()
    return (loss.weight[torch.where(is_kept, labels, 0)] * is_kept).sum()


def hits(logits: Tensor, labels: Tensor, loss: Any = None) -> Quantity:
    """How many labels have their own class on top, of those that the loss does not ignore; of mixed labels the class
    with the largest share counts.

    logits (batch, classes, ...), labels (batch, ...), or shares of the classes (batch, classes, ...)
    """
    classes = classes_of(logits, labels)
    is_hit = logits.detach().argmax(1) == classes
    ignored = getattr(loss, "ignore_index", None)
    if ignored is None or labels.is_floating_point():
        return Quantity(is_hit.sum(), classes.numel(), higher_is_better=True)
    is_kept = classes != ignored
    return Quantity((is_hit & is_kept).sum(), is_kept.sum(), higher_is_better=True)


def classes_of(logits: Tensor, labels: Tensor) -> Tensor:
    """The class of each label (batch, ...). Raises DongshouError for labels of another shape."""
    if labels.shape == logits.shape and labels.is_floating_point():
        return labels.argmax(1)
    if labels.shape != logits.shape[:1] + logits.shape[2:]:
        raise DongshouError(
            f"Labels are classes (batch, ...) or shares of them; got {tuple(labels.shape)} for logits"
            f" {tuple(logits.shape)}."
        )
    return labels


def check_loss(loss: Any) -> None:
    """Raise UsageError for a loss that cannot be called with outputs and targets, its bare class among them."""
    if isinstance(loss, type):
        raise UsageError(f"A loss is an object; got {kind_of(loss)}: write {loss.__name__}().")
    if not callable(loss):
        raise UsageError(f"A loss is a module such as nn.CrossEntropyLoss(); got {kind_of(loss)}.")
    parameters = inspect.signature(getattr(loss, "forward", loss)).parameters.values()
    needed = [one.name for one in parameters if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD]
    if len(needed) > 2:
        raise UsageError(
            f"A loss is called with outputs and targets; {kind_of(loss)} takes {', '.join(needed)}: write a task that"
            " has them."
        )


def is_one_of(loss: Any, names: tuple[str, ...]) -> bool:
    return any(parent.__name__ in names for parent in type(loss).__mro__)

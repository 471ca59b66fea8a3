"""Why a loss does not take what it is given, in the terms of the data: types, shapes and numbers of classes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.errors import DongshouError, kind_of


class Misfit(DongshouError):
    """Outputs and targets that a loss does not take, said in their own terms."""


def misfit_of_classes(logits: Any, labels: Any, ignored: int) -> str | None:
    """What is wrong with logits (batch, classes, ...) or their labels; None where it is something else.

    ignored  the label that counts for nothing, such as -100
    """
    if (said := no_tensors(logits, labels)) or labels.is_floating_point() and labels.shape == logits.shape:
        return said
    if labels.shape == logits.shape and labels.dim() > 1:
        return (
            f"Labels (batch, ...) are the classes themselves; got {tuple(labels.shape)}, an entry for each class. Take"
            " labels.argmax(1), or labels.float() where they are shares of the classes."
        )
    if labels.dtype not in (torch.int64, torch.uint8):
        kind = str(labels.dtype).removeprefix("torch.")
        return f"Labels are whole numbers of the type int64; got {kind}. Convert them with labels.long()."
    if logits.dim() < 2 or labels.shape != logits.shape[:1] + logits.shape[2:]:
        return (
            "Logits are (batch, classes, ...) and labels (batch, ...); got logits"
            f" {tuple(logits.shape)} and labels {tuple(labels.shape)}. Reshape the one that differs."
        )
    classes, kept = logits.shape[1], labels[labels != ignored]
    wrong = kept[(kept < 0) | (kept >= classes)]
    if not len(wrong):
        return None
    return (
        f"The model has {classes} outputs, for the labels 0 to {classes - 1}; got the label {int(wrong[0])}."
        " Count labels from 0, and give the model an output for each class."
    )


def misfit_of_numbers(outputs: Any, targets: Any) -> str | None:
    """What is wrong with outputs of any shape or their targets; None where it is something else."""
    if said := no_tensors(outputs, targets):
        return said
    if outputs.shape != targets.shape:
        shapes = f"{tuple(outputs.shape)} and {tuple(targets.shape)}"
        return (
            f"Outputs and targets need one shape; got {shapes}. Reshape the targets, for example with targets[:, None]."
        )
    if not targets.is_floating_point():
        kind = str(targets.dtype).removeprefix("torch.")
        return f"Targets of this loss are floating-point numbers; got {kind}. Convert them with targets.float()."
    return None


def misfit_of_probabilities(outputs: Tensor) -> str | None:
    """What is wrong with outputs that have to be probabilities; None where they are some."""
    given = outputs.detach()
    wrong = given[~((given >= 0) & (given <= 1))]
    if not len(wrong):
        return None
    if not wrong.isfinite().all():
        return (
            f"The model gives {float(wrong[~wrong.isfinite()][0])} for a probability: the training has diverged. Try a"
            " tenth of the learning rate."
        )
    return (
        f"BCELoss takes probabilities; the model gives {float(wrong[0]):.3g}. Let it end with nn.Sigmoid(), or use"
        " BCEWithLogitsLoss, which takes any number."
    )


def check_truth(labels: Tensor) -> None:
    """Raise Misfit unless all labels are 0 for no, 1 for yes, or a share between the two."""
    if ((labels >= 0) & (labels <= 1)).all():
        return
    wrong = labels[~((labels >= 0) & (labels <= 1))]
    raise Misfit(
        f"The labels of a binary classification are 0 for no and 1 for yes; got {float(wrong[0]):g}. Write two classes"
        " so, as in (labels > 0).float(); for more of them use Classification, with an output for each."
    )


def no_tensors(outputs: Any, targets: Any) -> str | None:
    for name, value in (("The model's outputs", outputs), ("Targets", targets)):
        if not isinstance(value, Tensor):
            return f"{name} have to be one tensor; got {kind_of(value)}."
    return None

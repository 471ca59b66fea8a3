"""How good the classes of pixels are: counted in a confusion matrix, which adds up over batches and processes."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.tasks.quantity import Quantity


def confusion(logits: Tensor, classes: Tensor, void: int) -> Quantity:
    """How many pixels of each class (rows) were given which class (columns), but for those of void.

    logits (batch, num_classes, height, width), classes (batch, height, width). Finished as pixel_accuracy and miou.
    """
    num_classes = logits.shape[1]
    guesses = logits.detach().max(1).indices  # argmax takes four times as long along an axis that is not the last
    pairs = classes * num_classes + guesses
    pairs = pairs.masked_fill(classes == void, num_classes**2).flatten()  # void is counted apart, and dropped
    counts = torch.zeros(num_classes**2 + 1, dtype=torch.int64, device=logits.device)
    counts.scatter_add_(0, pairs, torch.ones_like(pairs))  # bincount would make the host wait for the device
    return Quantity(counts[:-1].view(num_classes, num_classes), finish=measures, higher_is_better=True)


def measures(counts: Tensor) -> dict[str, float]:
    """The share of pixels that got their class, and the mean of the classes' intersection over union."""
    return {
        "pixel_accuracy": float(counts.diagonal().sum() / counts.sum()),
        "miou": float(intersections_over_unions(counts).nanmean()),
    }


def intersections_over_unions(counts: Tensor) -> Tensor:
    """n_ii / (sum_j n_ij + sum_j n_ji - n_ii) of each class, float64 (classes,); nan of one that occurs nowhere.

    counts (classes, classes): pixels of class i that were given class j. Everingham et al., 2010, section 4.2.
    """
    counts = counts.double()
    shared = counts.diagonal()
    return shared / (counts.sum(0) + counts.sum(1) - shared)

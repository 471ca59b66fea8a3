"""The class of a pixel by its colour alone: the baseline of every segmentation."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dongshou.models.checks import check_counts


class ColorTable(nn.Module):
    """p(class | colour) = (n(class, colour) + p(class)) / (n(colour) + 1), counted, not trained.

    Each channel is cut into `num_levels` steps between `lowest` and `highest`; a colour that was never seen has the
    shares of the whole set, and so the class that most pixels have. With one level it knows those shares alone.
    (batch, 3, height, width) -> log p (batch, num_classes, height, width)
    """

    counts: Tensor
    lowest: Tensor
    highest: Tensor

    def __init__(self, num_classes: int, num_levels: int, lowest: Tensor, highest: Tensor) -> None:
        super().__init__()
        check_counts(num_classes=num_classes, num_levels=num_levels)
        self.num_levels = num_levels
        self.register_buffer("counts", torch.zeros(num_levels**3, num_classes))
        self.register_buffer("lowest", lowest.view(1, 3, 1, 1))
        self.register_buffer("highest", highest.view(1, 3, 1, 1))

    def colors(self, images: Tensor) -> Tensor:
        """The row of the table for each pixel: (batch, height, width)."""
        shares = (images - self.lowest) / (self.highest - self.lowest)
        red, green, blue = (shares * self.num_levels).long().clamp_(0, self.num_levels - 1).unbind(1)
        return (red * self.num_levels + green) * self.num_levels + blue

    def count(self, images: Tensor, classes: Tensor) -> None:
        """Take in pictures with the class of each pixel (batch, height, width), that of others than the classes too."""
        num_classes = self.counts.shape[1]
        is_known = (classes >= 0) & (classes < num_classes)
        cells = self.colors(images)[is_known] * num_classes + classes[is_known]
        self.counts += torch.bincount(cells, minlength=self.counts.numel()).view_as(self.counts)

    def forward(self, images: Tensor) -> Tensor:
        of_all = self.counts.sum(0) / self.counts.sum().clamp(min=1)  # (num_classes,)
        probabilities = (self.counts + of_all) / (self.counts.sum(1, keepdim=True) + 1)
        return probabilities.log()[self.colors(images)].movedim(-1, 1)

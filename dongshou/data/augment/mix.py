"""Two images in one, and the label shared between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor

from dongshou.data.augment.chance import beta, check_alpha, per_image, whole_numbers
from dongshou.data.augment.rectangle import around
from dongshou.errors import UsageError


@runtime_checkable
class Mixing(Protocol):
    """A step that changes labels too: class indices (batch,) become shares of num_classes (batch, classes)."""

    @property
    def num_classes(self) -> int: ...

    def __call__(self, images: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]: ...


@dataclass(frozen=True)
class Mixup:
    """mixup: x' = s x + (1 - s) x_partner and y' likewise, s of Beta(alpha, alpha) for each image (Zhang et al., 2018).

    The partner is another image of the batch, chosen at random. Gives float32 images.
    Raises UsageError for an alpha that is not positive, and for labels that are no classes.
    """

    stays: ClassVar[str] = "two pictures in one have two targets"

    num_classes: int
    alpha: float = 0.2

    def __post_init__(self) -> None:
        check_alpha(self.alpha)

    def __call__(self, images: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        share = beta(generator, len(images), self.alpha)
        partner = torch.randperm(len(images), generator=generator).to(images.device)
        own = per_image(share, images)
        mixed = own * images.float() + (1 - own) * images.index_select(0, partner).float()
        return mixed, mixed_labels(labels, partner, share, self.num_classes)


@dataclass(frozen=True)
class CutMix:
    """CutMix.

    A rectangle of the image is that of a partner; labels go by their shares of the pixels (Yun et al., 2019).

    The sides of the rectangle are sqrt(1 - s) of the image's, s of Beta(alpha, alpha); its centre is any pixel,
    and what lies outside the image is cut off. Images keep their dtype.
    Raises UsageError for an alpha that is not positive, and for labels that are no classes.
    """

    stays: ClassVar[str] = "two pictures in one have two targets"

    num_classes: int
    alpha: float = 1.0

    def __post_init__(self) -> None:
        check_alpha(self.alpha)

    def __call__(self, images: Tensor, labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        num_images, _, height, width = images.shape
        side = (1 - beta(generator, num_images, self.alpha)).sqrt()
        row, column = (whole_numbers(generator, num_images, below=size) for size in (height, width))
        pasted = around(row, column, (side * height).long(), (side * width).long(), images)
        partner = torch.randperm(num_images, generator=generator).to(images.device)
        mixed = torch.where(pasted.mask(images), images[partner], images)
        share = 1 - pasted.height * pasted.width / (height * width)  # what is left of the image itself
        return mixed, mixed_labels(labels, partner, share, self.num_classes)


def mixed_labels(labels: Tensor, partner: Tensor, share: Tensor, num_classes: int) -> Tensor:
    """s y + (1 - s) y_partner (batch, classes)."""
    shares = as_shares(labels, num_classes)
    share = share.to(shares.device)[:, None]
    return share * shares + (1 - share) * shares[partner]


def as_shares(labels: Tensor, num_classes: int) -> Tensor:
    """Class indices (batch,) as one whole share each (batch, classes); shares as they are."""
    if labels.dim() == 2 and labels.shape[1] == num_classes:
        return labels
    if labels.dim() != 1 or labels.is_floating_point():
        raise UsageError(f"Mixing takes class indices (batch,); got {labels.dtype} of shape {tuple(labels.shape)}.")
    # only on the CPU: on an accelerator the answer would be waited for at every step
    if labels.device.type == "cpu" and not 0 <= int(labels.min()) <= int(labels.max()) < num_classes:
        raise UsageError(f"Labels to mix must be below num_classes={num_classes}; got {int(labels.max())}.")
    return (labels[:, None] == torch.arange(num_classes, device=labels.device)).float()

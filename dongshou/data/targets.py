"""What a batch holds beside its pictures, where that has a place in them: boxes around things, a class for each pixel.

Class labels and shares of classes have no place and stay plain tensors; `Boxes` and `Mask` are values with a name, so
that an augmentation moves them with the pictures or refuses them. Both are cut into batches as a tensor is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from dongshou.errors import UsageError

ABSENT = -1  # the label of a place that holds no box
VOID = 255  # the class of a pixel that none is known of, as in Pascal VOC
LEAST_VISIBLE = 0.25  # of the area of a box: of what is cut off further, too little is left to know it by


class Target:
    """Tensors that share their first axis, the pictures, and are cut, chosen and moved together as one of them is."""

    def _each(self, change: Callable[[Tensor], Tensor]) -> Any:
        tensors = {field.name: getattr(self, field.name) for field in fields(self)}  # pyright: ignore
        changed = {name: change(value) for name, value in tensors.items() if isinstance(value, Tensor)}
        return replace(self, **changed)  # pyright: ignore

    def _first(self) -> Tensor:
        return next(value for field in fields(self) if isinstance(value := getattr(self, field.name), Tensor))  # pyright: ignore

    def __len__(self) -> int:
        return len(self._first())

    def __getitem__(self, pictures: slice) -> Any:
        return self._each(lambda tensor: tensor[pictures])

    @property
    def device(self) -> torch.device:
        return self._first().device

    def to(self, device: torch.device | str) -> Any:
        return self._each(lambda tensor: tensor.to(device))

    def index_select(self, axis: int, indices: Tensor) -> Any:
        return self._each(lambda tensor: tensor.index_select(axis, indices))

    def split(self, size: int) -> list[Any]:
        return [self[start : start + size] for start in range(0, max(1, len(self)), size)]


@dataclass(frozen=True, eq=False)
class Boxes(Target):
    """The boxes of each picture, filled up to the most that one of them has.

    corners   (batch, most, 4) float32: left, top, right, bottom in pixels, the picture from 0 to its width and height
    labels    (batch, most) int64: classes from 0; ABSENT, -1, where there is no box
    is_crowd  (batch, most) bool: around many of its class together, as COCO has them, which are neither learnt from nor
              counted; None where there are none

    Raises UsageError for other shapes, for corners that are not finite or labels below -1.
    """

    corners: Tensor
    labels: Tensor
    is_crowd: Tensor | None = None

    def __post_init__(self) -> None:
        if self.corners.dim() != 3 or self.corners.shape[-1] != 4 or self.labels.shape != self.corners.shape[:2]:
            raise UsageError(
                "Boxes are corners (batch, most, 4) and labels (batch, most); got corners of shape"
                f" {tuple(self.corners.shape)} and labels of shape {tuple(self.labels.shape)}."
            )
        if not self.corners.is_floating_point() or self.labels.dtype != torch.int64:
            raise UsageError(
                f"Boxes have float corners and int64 labels; got {self.corners.dtype} and {self.labels.dtype}."
            )

    @classmethod
    def of(cls, corners: Sequence[Any], labels: Sequence[Any], is_crowd: Sequence[Any] | None = None) -> Boxes:
        """From a list of boxes and one of their classes for each picture, of any number, none as well.

        Raises UsageError for lists that do not go together, and for a box whose right or bottom is not beyond its
        left or top, which has no area.
        """
        rows = [torch.as_tensor(row, dtype=torch.float32).reshape(-1, 4) for row in corners]
        names = [torch.as_tensor(row, dtype=torch.int64).reshape(-1) for row in labels]
        if [*map(len, rows)] != [*map(len, names)]:
            raise UsageError("Boxes need one class for each box of each picture; the two lists do not go together.")
        for picture, row in enumerate(rows):
            if not (row.isfinite().all() and (row[:, 2:] > row[:, :2]).all()):
                raise UsageError(
                    f"A box is left, top, right, bottom with left < right and top < bottom; picture {picture} has"
                    f" {row.tolist()}. Mend or remove it."
                )
        most = max(map(len, rows), default=0)
        if not rows or most == 0:
            return cls(torch.zeros(len(rows), 0, 4), torch.zeros(len(rows), 0, dtype=torch.int64))
        crowds = None
        if is_crowd is not None:
            crowds = pad_sequence([torch.as_tensor(row).reshape(-1).bool() for row in is_crowd], batch_first=True)
        filled = pad_sequence(names, batch_first=True, padding_value=ABSENT)
        return cls(pad_sequence(rows, batch_first=True), filled, crowds)

    @property
    def is_present(self) -> Tensor:
        """True where there is a box (batch, most)."""
        return self.labels != ABSENT

    def without_crowds(self) -> Boxes:
        """Those around one thing each; the others are ABSENT."""
        return self if self.is_crowd is None else Boxes(self.corners, self.labels.masked_fill(self.is_crowd, ABSENT))

    def listed(self) -> list[tuple[Tensor, Tensor]]:
        """The corners (boxes, 4) and labels (boxes,) of each picture, without what fills it up."""
        pictures = zip(self.corners, self.labels, self.is_present, strict=True)
        return [(corners[present], labels[present]) for corners, labels, present in pictures]

    def moved(self, linear: Tensor, shift: Tensor, size: tuple[int, int]) -> Boxes:
        """The upright boxes around the boxes under p' = linear p + shift, cut to pictures of size (height, width).

        linear (batch, 2, 2) and shift (batch, 2) act on points (x, y). A box of which less than a quarter of the
        area, or of a pixel, is left in the picture becomes ABSENT.
        """
        device, dtype = self.corners.device, self.corners.dtype
        linear, shift = (value.to(device, torch.float64) for value in (linear, shift))
        left, top, right, bottom = self.corners.double().unbind(-1)
        x, y = torch.stack([left, right, left, right], -1), torch.stack([top, top, bottom, bottom], -1)
        points = torch.stack([x, y], -1)  # (batch, most, 4, 2)
        points = points @ linear.mT[:, None] + shift[:, None, None]
        around = torch.cat([points.amin(2), points.amax(2)], -1)  # (batch, most, 4)
        limit = torch.tensor([size[1], size[0]] * 2, dtype=torch.float64, device=device)
        within = around.clamp(min=0).minimum(limit)
        is_left = area(within) >= torch.clamp(LEAST_VISIBLE * area(around), min=LEAST_VISIBLE)
        labels = self.labels.masked_fill(~is_left, ABSENT)
        return Boxes((within * (labels != ABSENT)[..., None]).to(dtype), labels, self.is_crowd)


def area(corners: Tensor) -> Tensor:
    """(..., 4) -> (...,)."""
    return (corners[..., 2] - corners[..., 0]) * (corners[..., 3] - corners[..., 1])


@dataclass(frozen=True, eq=False)
class Mask(Target):
    """A class for each pixel, of any integer dtype (batch, height, width).

    void  the class of pixels that none is known of: of those that come from outside a picture, for example

    Raises UsageError for another number of axes, or classes that are no integers.
    """

    classes: Tensor
    void: int = VOID

    def __post_init__(self) -> None:
        if self.classes.dim() != 3 or self.classes.is_floating_point() or self.classes.is_complex():
            raise UsageError(
                "A Mask holds integer classes (batch, height, width);"
                f" got {self.classes.dtype} of shape {tuple(self.classes.shape)}."
            )

    def moved(self, move: Callable[[Tensor], Tensor]) -> Mask:
        """The classes, moved as pictures with one channel are: move maps (batch, 1, height, width) to the same."""
        return replace(self, classes=move(self.classes[:, None])[:, 0])


Typed = Boxes | Mask


def check_plain(labels: Tensor) -> None:
    """Raise UsageError for a plain tensor that may have a place in the pictures: boxes, a mask, without their names."""
    is_number = labels.dim() <= 1 or (labels.dim() == 2 and labels.shape[1] == 1)
    if not is_number and not is_shares(labels):
        raise UsageError(
            f"Labels of shape {tuple(labels.shape)} are neither classes (batch,) nor shares of classes: augmentation"
            " would leave them where they are. Give boxes as Boxes(corners, labels), a mask as Mask(classes)."
        )


def is_shares(labels: Tensor) -> bool:
    """Whether the rows (batch, classes) may be shares of classes, or 0 and 1 for each of them."""
    if labels.dim() != 2:
        return False
    is_switch = ((labels == 0) | (labels == 1)).all()
    sums_to_one = ((labels >= 0).all(1) & ((labels.sum(1) - 1).abs() < 1e-3)).all()
    return bool(is_switch | sums_to_one)

"""The operations that the policies choose from, each with a strength for every image."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor

from dongshou.data.augment import tone
from dongshou.data.augment.blend import brightness_, color_, contrast_, sharpness_
from dongshou.data.augment.geometry import moved, moved_with_pictures
from dongshou.data.augment.together import T

# Strengths s (batch,) lie in -1..1. The ranges are those of AutoAugment (Cubuk et al., 2019, table 6), but for
# brightness and its kin, where strength 0 is the image as it is, as in torchvision: in the paper it is the darkest.
# Shifts are those of its authors for CIFAR, 10 of 32 pixels: twice the 150 of 331 would leave nothing of an image.

# what strength 1 is: the shear of x and of y, the shift of x and of y as shares of the side, the degrees of a turn
MOVES: dict[str, tuple[float, ...]] = {
    "ShearX": (0.3, 0, 0, 0, 0),
    "ShearY": (0, 0.3, 0, 0, 0),
    "TranslateX": (0, 0, 10 / 32, 0, 0),
    "TranslateY": (0, 0, 0, 10 / 32, 0),
    "Rotate": (0, 0, 0, 0, 30),
}

# uint8 images and strengths to uint8 images
CHANGES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "Identity": lambda images, s: images,
    "AutoContrast": lambda images, s: tone.autocontrast(images),
    "Invert": lambda images, s: tone.invert(images),
    "Equalize": lambda images, s: tone.equalize(images),
    "Solarize": lambda images, s: tone.solarize(images, 256 * (1 - s.abs())),
    "Posterize": lambda images, s: tone.posterize(images, 8 - (4 * s.abs()).round()),
    "Contrast": lambda images, s: contrast_(images.float(), 1 + 0.9 * s).to(torch.uint8),
    "Color": lambda images, s: color_(images.float(), 1 + 0.9 * s).to(torch.uint8),
    "Brightness": lambda images, s: brightness_(images.float(), 1 + 0.9 * s).to(torch.uint8),
    "Sharpness": lambda images, s: sharpness_(images.float(), 1 + 0.9 * s).to(torch.uint8),
}

MOVE = "Move"  # all moves are one operation, by different amounts


def operate(names: tuple[str, ...], choice: Tensor, images: Tensor, strength: Tensor, fill: int) -> Tensor:
    """Each image under the operation names[choice] at its strength, both (batch,) on the CPU.

    Images of one operation are brought together, changed at once, and brought back. `fill` is the level of what
    comes from outside an image.
    """
    kinds, kind_of_name, moves_of_name = grouped(names)
    kind = kind_of_name[choice]  # (batch,)
    moves = moves_of_name[choice] * strength[:, None]  # (batch, 5)
    order = kind.argsort(stable=True)
    counts = kind.bincount(minlength=len(kinds)).tolist()
    gathered = (images.index_select(0, order.to(images.device)), strength[order], moves[order])
    groups = zip(kinds, *(tensor.split(counts) for tensor in gathered), strict=True)
    changed = [
        moved(group, amounts, fill) if name == MOVE else CHANGES[name](group, s)
        for name, group, s, amounts in groups
        if len(group)
    ]
    return torch.cat(changed).index_select(0, order.argsort().to(images.device))


def operate_target(names: tuple[str, ...], choice: Tensor, target: T, strength: Tensor, size: tuple[int, int]) -> T:
    """Boxes or a mask of pictures of size (height, width), moved as `operate` moves these."""
    amounts = grouped(names)[2][choice] * strength[:, None]  # (batch, 5)
    return moved_with_pictures(target, amounts, size)


@lru_cache
def grouped(names: tuple[str, ...]) -> tuple[list[str], Tensor, Tensor]:
    """The kinds of operations among the names, the kind of each name, and what it moves at strength 1 (names, 5)."""
    kind_of_name = [MOVE if name in MOVES else name for name in names]
    kinds = [*dict.fromkeys(kind_of_name)]
    places = torch.tensor([kinds.index(kind) for kind in kind_of_name])
    return kinds, places, torch.tensor([MOVES.get(name, (0.0,) * 5) for name in names])

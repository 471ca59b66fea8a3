"""Augmentation: training images changed at random, a whole batch at a time, on the training device.

`Batches(..., augment=Augment(RandomCrop(), RandomHorizontalFlip()))` applies the steps in turn to every batch of
uint8 images (batch, channels, height, width), before `transform` makes inputs of them. In the place of labels, `Boxes`
and a `Mask` (dongshou.data.targets) move with their pictures; a step that cannot move them is refused by its name.
"""

from dongshou.data.augment.augment import Augment
from dongshou.data.augment.augmix import AugMix
from dongshou.data.augment.autoaugment import AutoAugment
from dongshou.data.augment.color import ColorJitter
from dongshou.data.augment.crop import RandomCrop, RandomResizedCrop
from dongshou.data.augment.erase import Cutout, RandomErasing
from dongshou.data.augment.flip import RandomHorizontalFlip, RandomVerticalFlip
from dongshou.data.augment.mix import CutMix, Mixup
from dongshou.data.augment.normalize import Normalize
from dongshou.data.augment.pictures import grid
from dongshou.data.augment.randaugment import RandAugment

__all__ = [
    "AugMix",
    "Augment",
    "AutoAugment",
    "ColorJitter",
    "CutMix",
    "Cutout",
    "Mixup",
    "Normalize",
    "RandAugment",
    "RandomCrop",
    "RandomErasing",
    "RandomHorizontalFlip",
    "RandomResizedCrop",
    "RandomVerticalFlip",
    "grid",
]


def __dir__() -> list[str]:
    """The public names, without the modules they come from."""
    return sorted(__all__)

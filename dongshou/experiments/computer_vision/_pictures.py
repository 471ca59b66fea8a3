"""The pictures of this unit: your own folder, or by default the 1,000 of cifar10-tiny."""

from __future__ import annotations

from dataclasses import dataclass

from dongshou.data import Splits, load_image_folder, read_image_folder
from dongshou.data.augment import Augment
from dongshou.data.images.folder import ImageFolder
from dongshou.data.images.pixels import Normalize
from dongshou.data.sets import cifar10_tiny
from dongshou.errors import UsageError

PIXELS = 0.5, 0.25  # mean and standard deviation, roughly, of any pictures
# Of red, green and blue on ImageNet: its networks expect them.
IMAGENET_PIXELS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Pictures:
    """
    images  a folder of pictures; empty for cifar10-tiny
    labels  their table, id,label; empty for a folder that holds a folder for each class
    test    a folder of pictures that nobody has labelled

    Raises UsageError for labels or a test without images.
    """

    images: str = ""
    labels: str = ""
    test: str = ""

    def __post_init__(self) -> None:
        if not self.images and (self.labels or self.test):
            raise UsageError("labels and test belong to a folder of pictures of yours: name it with --images DIR.")

    def splits(self, batch_size: int, *, size: int, valid: float, normalize: Normalize, augment: Augment) -> Splits:
        """Training and validation pictures, (batch, 3, size, size) and (batch,), split by class."""
        if self.images:
            images, labels = self.images, self.labels or None
        else:
            images, labels = cifar10_tiny.directory() / "train", cifar10_tiny.directory() / "trainLabels.csv"
        return load_image_folder(
            images, labels, batch_size, size=size, valid=valid, normalize=normalize, augment=augment
        )

    @property
    def registered(self) -> str | None:
        """The name of the data set, where it has one."""
        return None if self.images else "cifar10-tiny"

    def to_classify(self) -> ImageFolder | None:
        """The pictures without labels; None where there are none."""
        if not self.images:
            return read_image_folder(cifar10_tiny.directory() / "test")
        return read_image_folder(self.test) if self.test else None

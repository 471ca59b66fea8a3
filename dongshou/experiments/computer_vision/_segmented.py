"""What is segmented: pictures and masks of your own, Pascal VOC, CamVid, or by default digits on photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from torch import nn
from torch.optim import AdamW

from dongshou.data import Splits, load_camvid, load_masked_images, load_scenes
from dongshou.data.augment import Augment, ColorJitter, RandomCrop, RandomHorizontalFlip, RandomResizedCrop
from dongshou.data.images.masks.read import Size
from dongshou.errors import UsageError
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments.computer_vision._pictures import IMAGENET_PIXELS
from dongshou.tasks import Segmentation
from dongshou.training import Experiment
from dongshou.training.experiment import Conclude

MaskedImages = Annotated[str, "folder of pictures of your own, or that of Pascal VOC, VOC2012; else digit-scenes"]
Masks = Annotated[str, "folder with a mask of the same name for each picture"]
Classes = Annotated[str, "voc, or a text file with a class a line: `road`, or `road, 128, 64, 128`; else their numbers"]
NumScenes = Annotated[int, "digit scenes to learn from"]
SceneSize = Annotated[int, "height and width that pictures are fitted into, in pixels"]

BASELINES = ("majority_miou", "color_miou", "gained_miou")

OF_DIGITS = Augment(RandomCrop(padding=8), ColorJitter(brightness=0.2, contrast=0.2))  # a mirrored 2 is no 2
OF_STREETS = Augment(
    RandomResizedCrop(scale=(0.25, 1.0), ratio=(1.0, 1.0)),
    RandomHorizontalFlip(),
    ColorJitter(brightness=0.3, contrast=0.3, saturation=0.3),
)


@dataclass(frozen=True)
class Segmented:
    """
    images   a folder of pictures; empty for digit-scenes
    masks    the folder of their masks; empty for that of Pascal VOC
    classes  see `load_masked_images`
    num_scenes  to train on, where they are generated

    Raises UsageError for masks or classes without images.
    """

    images: str = ""
    masks: str = ""
    classes: str = ""
    num_scenes: int = 4000

    def __post_init__(self) -> None:
        if not self.images and (self.masks or self.classes):
            raise UsageError("masks and classes belong to a folder of pictures of yours: name it with --images DIR.")

    def splits(self, batch_size: int, size: Size, valid: float = 0.1, augment: Augment | None = None) -> Splits:
        """(batch, 3, height, width) and a Mask."""
        if not self.images:
            return load_scenes(
                "mask",
                batch_size,
                size=max(size),
                num_train=self.num_scenes,
                normalize=IMAGENET_PIXELS,
                augment=augment or OF_DIGITS,
            )
        return load_masked_images(
            self.images,
            self.masks or None,
            batch_size,
            size=size,
            classes=self.classes or None,
            valid=valid,
            normalize=IMAGENET_PIXELS,
            augment=augment or OF_STREETS,
        )


def streets(batch_size: int, height: int) -> Splits:
    """CamVid at this height and 4/3 of it in width."""
    size = height, height * 4 // 3
    return load_camvid(batch_size, size=size, normalize=IMAGENET_PIXELS, augment=OF_STREETS)


def segmenting(
    data: Splits, model: nn.Module, lr: float, weight_decay: float, epochs: int, conclude: Conclude | None = None
) -> Experiment:
    """AdamW, its rate up for a tenth of the epochs and down along a cosine."""
    return Experiment(
        data=data,
        model=model,
        task=Segmentation(),
        optimizer=AdamW(model.parameters(), lr=lr, weight_decay=weight_decay),
        epochs=epochs,
        schedule=cosine(epochs, warmup_epochs=epochs // 10),
        conclude=conclude,
        higher_is_better=BASELINES,
    )

"""What the detectors of this unit share: their pictures, and how they are trained."""

from __future__ import annotations

from typing import Annotated

from torch import nn
from torch.optim import AdamW

from dongshou.data import Splits, load_annotated, load_scenes
from dongshou.data.augment import Augment, ColorJitter, RandomCrop
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments.computer_vision._pictures import PIXELS
from dongshou.tasks import Detection
from dongshou.tasks.detection.detection import Method
from dongshou.training import Experiment

SCENES = "digit-scenes"
MOST_TEST = 500  # scenes to be tested on
BoxedPictures = Annotated[
    str, "digit-scenes, or a folder of pictures with boxes in the form of Pascal VOC, COCO or YOLO"
]


NumScenes = Annotated[int, "digit scenes to learn from"]


def boxed_pictures(data: str, batch_size: int, size: int, num_scenes: int, augment: Augment | None = None) -> Splits:
    """Pictures (batch, 3, size, size) and their Boxes."""
    if data == SCENES:
        return load_scenes(
            batch_size=batch_size,
            size=size,
            num_train=num_scenes,
            num_test=min(num_scenes, MOST_TEST),
            normalize=PIXELS,
            augment=augment,
        )
    return load_annotated(data, batch_size, size=size, normalize=PIXELS, augment=augment)


def shifted(size: int) -> Augment:
    """Pictures and boxes moved a little, in another light: a mirror image of a digit would be none."""
    return Augment(RandomCrop(padding=size // 12, fill=128), ColorJitter(0.2, 0.2, 0.2))


def detector(
    data: Splits, model: nn.Module, method: Method, lr: float, weight_decay: float, epochs: int, clip: float = 5.0
) -> Experiment:
    """Adam with decoupled decay, an epoch of warm-up and a cosine."""
    return Experiment(
        data=data,
        model=model,
        task=Detection(len(data.classes), method),
        optimizer=AdamW(model.parameters(), lr=lr, weight_decay=weight_decay),
        epochs=epochs,
        schedule=cosine(epochs, warmup_epochs=1),
        clip=clip,
    )

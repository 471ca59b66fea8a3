"""SSD: one network, one pass, all boxes (Liu et al., 2016)."""

from __future__ import annotations

from typing import Annotated, Literal

from dongshou import models
from dongshou.data import load_annotated
from dongshou.data.augment import Augment, ColorJitter, RandomCrop, RandomHorizontalFlip, RandomVerticalFlip
from dongshou.data.sets import bccd as blood
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSize, LearningRate, WeightDecay
from dongshou.experiments.computer_vision._detection import (
    SCENES,
    BoxedPictures,
    NumScenes,
    boxed_pictures,
    detector,
    shifted,
)
from dongshou.experiments.computer_vision._pictures import PIXELS
from dongshou.models.detection import AnchorScales
from dongshou.models.detection.ssd import SSD
from dongshou.tasks.detection.single_shot import SingleShot
from dongshou.training import Experiment, Goal, Published, Reported

SECTIONS = {"zh": "13.7", "en": "14.7"}

Network = Annotated[
    Literal["small", "tiny", "resnet18"], "a small residual network, TinySSD of the course, or ResNet-18"
]

ANY_SCALES = AnchorScales(((0.08, 0.12), (0.2, 0.28), (0.4, 0.6)), ((1.0, 1.6, 0.6),) * 3)
CELL_SCALES = AnchorScales(((0.08, 0.11), (0.2, 0.25), (0.36, 0.48)), ((1.0, 1.35, 0.75),) * 3)


def network_for(network: str, num_classes: int, scales: AnchorScales | None) -> SSD:
    if network == "tiny":
        return models.tiny_ssd(num_classes)
    make = models.ssd_resnet18 if network == "resnet18" else models.small_ssd
    return make(num_classes, scales=scales) if network == "small" else make(num_classes)


@Goal("digits found and read", test_map50=Reported(0.90))
def experiment(
    data: BoxedPictures = SCENES,
    network: Network = "small",
    size: ImageSize = 96,
    batch_size: BatchSize = 32,
    lr: LearningRate = 2e-3,
    weight_decay: WeightDecay = 0.01,
    epochs: Epochs = 12,
    num_scenes: NumScenes = 4000,
) -> Experiment:
    """A small residual network finds handwritten digits on photographs, in minutes on two cores.

    Anchors on three grids; of those without a digit, three times as many as have one are learnt from, the hardest.
    """
    pictures = boxed_pictures(data, batch_size, size, num_scenes, shifted(size))
    scales = None if data == SCENES else ANY_SCALES
    model = network_for(network, len(pictures.classes), scales)
    return detector(pictures, model, SingleShot(), lr, weight_decay, epochs)


def tiny(
    data: BoxedPictures = SCENES,
    size: ImageSize = 96,
    batch_size: BatchSize = 32,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 12,
    num_scenes: NumScenes = 4000,
) -> Experiment:
    """TinySSD as the course builds it: blocks of two convolutions that halve the picture, anchors on five grids."""
    return experiment(data, "tiny", size, batch_size, lr, epochs=epochs, num_scenes=num_scenes)


@Published("YOLOv8n on a GPU, as others report", test_map50=Reported(0.935), secondary=("test_map50",))
@Published("Faster R-CNN on a GPU, as others report", test_map50=Reported(0.903), secondary=("test_map50",))
@Goal("cells found", test_map50=Reported(0.70))
def bccd(
    height: Annotated[int, "height that pictures are scaled to, in pixels; the width is a third more"] = 192,
    batch_size: BatchSize = 16,
    lr: LearningRate = 2e-3,
    weight_decay: WeightDecay = 0.05,
    epochs: Epochs = 60,
) -> Experiment:
    """Red and white blood cells and platelets under a microscope: 205 pictures to learn from, 72 to be tested on."""
    augment = Augment(
        RandomHorizontalFlip(), RandomVerticalFlip(), RandomCrop(padding=24, fill=200), ColorJitter(0.2, 0.2, 0.2)
    )
    pictures = load_annotated(
        blood.directory(),
        batch_size,
        size=(height, 4 * height // 3),
        classes=blood.CLASSES,
        normalize=PIXELS,
        augment=augment,
        name="bccd",
    )
    model = models.small_ssd(len(blood.CLASSES), scales=CELL_SCALES)
    return detector(pictures, model, SingleShot(), lr, weight_decay, epochs)

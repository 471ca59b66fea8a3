"""U-Net: which pixels belong to what (Ronneberger et al., 2015)."""

from __future__ import annotations

from typing import Annotated

from dongshou import models
from dongshou.experiments._shared.settings import BatchSize, Epochs, HeldOut, LearningRate, WeightDecay
from dongshou.experiments.computer_vision._pixel_baselines import beside_baselines
from dongshou.experiments.computer_vision._segmented import (
    Classes,
    MaskedImages,
    Masks,
    NumScenes,
    SceneSize,
    Segmented,
    segmenting,
    streets,
)
from dongshou.training import Experiment, Goal, Reported

Width = Annotated[int, "channels at the top of the U; each halving doubles them"]
NumHalvings = Annotated[int, "how often the picture is halved on the way down"]


@Goal("digits on photographs", test_miou=Reported(0.85))
def experiment(
    images: MaskedImages = "",
    masks: Masks = "",
    classes: Classes = "",
    num_scenes: NumScenes = 4000,
    size: SceneSize = 96,
    valid: HeldOut = 0.1,
    width: Width = 16,
    num_halvings: NumHalvings = 4,
    batch_size: BatchSize = 16,
    lr: LearningRate = 3e-3,
    weight_decay: WeightDecay = 1e-2,
    epochs: Epochs = 6,
) -> Experiment:
    """Digits are cut out of photographs by a network that goes down to see the whole and up again to see every pixel.

    images, masks: pictures of your own and a mask for each; without them digit-scenes, generated from a seed.
    """
    found = Segmented(images, masks, classes, num_scenes)
    data = found.splits(batch_size, (size, size), valid)  # (batch, 3, size, size), Mask
    model = models.unet(3, len(data.classes), width=width, num_halvings=num_halvings)
    return segmenting(data, model, lr, weight_decay, epochs)


@Goal("above the class that most pixels of a color have", gained_miou=Reported(0.1))
def camvid(
    height: Annotated[int, "height of the pictures in pixels, their width is 4/3 of it"] = 120,
    width: Width = 16,
    num_halvings: NumHalvings = 4,
    batch_size: BatchSize = 4,
    lr: LearningRate = 2e-3,
    weight_decay: WeightDecay = 1e-2,
    epochs: Epochs = 80,
) -> Experiment:
    """Streets seen from a car: 37 pictures to learn 11 classes from, cropped, mirrored and in other light.

    Beside it stand the class that most pixels have, and the class that most pixels of a color have.
    """
    data = streets(batch_size, height)  # (batch, 3, height, 4/3 height), Mask
    model = models.unet(3, len(data.classes), width=width, num_halvings=num_halvings)
    return segmenting(data, model, lr, weight_decay, epochs, beside_baselines)

"""FCN: a classifier of pictures made a classifier of every pixel (Long et al., 2015)."""

from __future__ import annotations

from typing import Annotated

from torch.optim import SGD

from dongshou import models
from dongshou.data.augment import Augment, RandomCrop, RandomHorizontalFlip
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
from dongshou.experiments.computer_vision._transfer import load_pretrained
from dongshou.models.fcn import FCN
from dongshou.models.resnet import ResNet, resnet18
from dongshou.tasks import Segmentation
from dongshou.training import Band, Experiment, Goal, Published, Reported

SECTIONS = {"zh": "13.9, 13.10, 13.11", "en": "14.9, 14.10, 14.11"}

NumSkips = Annotated[int, "stages before the last one that are scored too: 0, 1, 2 are FCN-32s, FCN-16s, FCN-8s"]
Width = Annotated[int, "channels of the first stage of the ResNet-18; each of the next three doubles them"]
Weights = Annotated[str, "imagenet, or a file with the weights of a ResNet-18; else it learns from scratch"]


@Goal("digits on photographs", test_miou=Reported(0.85))
def experiment(
    images: MaskedImages = "",
    masks: Masks = "",
    classes: Classes = "",
    num_scenes: NumScenes = 4000,
    size: SceneSize = 96,
    valid: HeldOut = 0.1,
    num_skips: NumSkips = 3,
    width: Width = 16,
    batch_size: BatchSize = 16,
    lr: LearningRate = 3e-3,
    weight_decay: WeightDecay = 1e-2,
    epochs: Epochs = 6,
) -> Experiment:
    """Digits are cut out of photographs by a narrow ResNet-18 whose four stages are all scored: strokes are thin.

    images, masks: pictures of your own and a mask for each; without them digit-scenes, generated from a seed.
    """
    found = Segmented(images, masks, classes, num_scenes)
    data = found.splits(batch_size, (size, size), valid)  # (batch, 3, size, size), Mask
    model = models.fcn(3, len(data.classes), num_skips=num_skips, stem="cifar", width=width)
    return segmenting(data, model, lr, weight_decay, epochs)


@Goal("above the class that most pixels of a color have", gained_miou=Reported(0.1))
def camvid(
    height: Annotated[int, "height of the pictures in pixels, their width is 4/3 of it"] = 180,
    num_skips: NumSkips = 3,
    width: Width = 32,
    weights: Weights = "",
    batch_size: BatchSize = 4,
    lr: LearningRate = 2e-3,
    weight_decay: WeightDecay = 1e-2,
    epochs: Epochs = 80,
) -> Experiment:
    """Streets seen from a car: 37 pictures to learn 11 classes from, cropped, mirrored and in other light.

    Beside it stand the class that most pixels have, and the class that most pixels of a color have.
    """
    data = streets(batch_size, height)  # (batch, 3, height, 4/3 height), Mask
    model = FCN(pretrained(weights, width), len(data.classes), num_skips)
    return segmenting(data, model, lr, weight_decay, epochs, beside_baselines)


@Published(
    "d2l-zh 2.0, 2021-2023",
    train_loss=Band.between(0.436, 0.449, 0.461),
    train_pixel_accuracy=Band.between(0.858, 0.861, 0.865),
    test_pixel_accuracy=Band.between(0.837, 0.851, 0.855),
    secondary=("train_pixel_accuracy", "test_pixel_accuracy"),
)
def voc(
    images: Annotated[str, "the folder of Pascal VOC, VOC2012"] = "VOC2012",
    weights: Weights = "imagenet",
    batch_size: BatchSize = 32,
    lr: LearningRate = 1e-3,
    weight_decay: WeightDecay = 1e-3,
    epochs: Epochs = 5,
) -> Experiment:
    """The book's settings on Pascal VOC 2012: FCN-32s, its ResNet-18 from ImageNet, pictures of 320x480, for a GPU.

    The book cuts a random part of this size out of each picture; here it is fitted into it, so that none is too small.
    The rate and the decay are for gradients summed over a batch, as the book's loss makes them.
    """
    augment = Augment(RandomCrop(padding=32), RandomHorizontalFlip())
    data = Segmented(images).splits(batch_size, (320, 480), augment=augment)
    model = FCN(pretrained(weights), len(data.classes), num_skips=0)
    rate, decay = batch_size * lr, weight_decay / batch_size  # of the mean over the batch
    optimizer = SGD(model.parameters(), lr=rate, weight_decay=decay)
    return Experiment(data, model, Segmentation(), optimizer, epochs)


def pretrained(weights: str, width: int = 64) -> ResNet:
    """A ResNet-18 with these weights, which are 64 wide; with none, of the width named."""
    if not weights:
        return resnet18(width=width)
    network = load_pretrained("resnet18", weights)
    assert isinstance(network, ResNet)
    return network

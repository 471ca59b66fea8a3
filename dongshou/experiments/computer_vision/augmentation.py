"""Augmentation: one picture is many, and a network that has seen them all is harder to fool."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from torch.optim import SGD, Adam

from dongshou import models
from dongshou.data import load_images
from dongshou.data.augment import (
    Augment,
    AugMix,
    AutoAugment,
    ColorJitter,
    CutMix,
    Mixup,
    RandAugment,
    RandomCrop,
    RandomErasing,
    RandomHorizontalFlip,
    grid,
)
from dongshou.data.images.load import image_set, read_images
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments._shared.settings import BatchSize, Epochs, ImageSet, LearningRate, WeightDecay
from dongshou.experiments.computer_vision._networks import Network, network_for_small_images
from dongshou.experiments.computer_vision._pictures import PIXELS
from dongshou.tasks import Classification
from dongshou.tasks.pictures.bars import draw_bars
from dongshou.training import Band, Drew, Event, Experiment, Finished, Published, Series
from dongshou.training.series import Histories, last_of

SECTIONS = {"zh": "13.1", "en": "14.1"}

Name = Literal[
    "all",
    "none",
    "flip-crop",
    "colour-jitter",
    "mixup",
    "cutmix",
    "random-erasing",
    "augmix",
    "autoaugment",
    "randaugment",
]
Augmentation = Annotated[Name, "one of the nine augmentations, or all of them in turn"]


def experiment(
    data: ImageSet = "cifar10",
    augment: Augmentation = "all",
    network: Annotated[Network, "architecture of the network"] = "resnet18",
    batch_size: BatchSize = 128,
    lr: LearningRate = 0.1,
    weight_decay: WeightDecay = 5e-4,
    epochs: Epochs = 30,
) -> Series:
    """The same network under nine ways to change its training images, one after the other or only one of them.

    The pictures show what each makes of the same eight images; `mixup_test_accuracy`, ... is what it ends with. The
    test images are left as they are.
    """
    steps = augmentations(len(image_set(data).CLASSES))
    chosen = steps if augment == "all" else {augment: steps[augment]}

    def fit_with(augmentation: Augment) -> Experiment:
        images = load_images(data, batch_size, normalize=PIXELS, augment=augmentation)  # (batch, 3, 32, 32), (batch,)
        model = network_for_small_images(network, images.shape[0], len(images.classes))
        optimizer = SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=weight_decay, nesterov=True)
        return Experiment(images, model, Classification(), optimizer, epochs, cosine(epochs))

    parts = {name: partial(fit_with, augmentation) for name, augmentation in chosen.items()}
    return Series(parts, partial(conclude, data, chosen), data=data)


def small(
    augment: Augmentation = "all", batch_size: BatchSize = 32, lr: LearningRate = 0.05, epochs: Epochs = 30
) -> Series:
    """On the 1,000 pictures of cifar10-tiny, with a residual network of 8 layers: minutes on two cores."""
    return experiment("cifar10-tiny", augment, "small", batch_size, lr, epochs=epochs)


@Published(
    "d2l-zh 2.0, 2021-2023",
    test_accuracy=Band(0.798, 0.817, 0.839, 0.850, 0.856),
    train_loss=Band.between(0.161, 0.174, 0.231),
    train_accuracy=Band.between(0.920, 0.940, 0.945),
    secondary=("train_loss", "train_accuracy"),
)
def book(batch_size: BatchSize = 256, lr: LearningRate = 1e-3, epochs: Epochs = 10) -> Experiment:
    """The book's settings: ResNet-18 on flipped images, Adam, pixels in 0..1, Xavier initialization.

    The band belongs to all 50,000 training images; with the first 10,000 of them the accuracy is lower.
    """
    images = load_images("cifar10", batch_size, size=32, augment=Augment(RandomHorizontalFlip()))
    model = models.initialize(models.resnet18(3, len(images.classes), stem="cifar"))
    return Experiment(
        data=images,
        model=model,
        task=Classification(),
        optimizer=Adam(model.parameters(), lr=lr),
        epochs=epochs,
    )


def augmentations(num_classes: int) -> dict[str, Augment]:
    """Each by its name; those that make one image of itself stand behind the usual crop and flip."""
    usual = RandomCrop(padding=4), RandomHorizontalFlip()
    return {
        "none": Augment(),
        "flip-crop": Augment(*usual),
        "colour-jitter": Augment(*usual, ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)),
        "mixup": Augment(*usual, Mixup(num_classes)),
        "cutmix": Augment(*usual, CutMix(num_classes)),
        "random-erasing": Augment(*usual, RandomErasing()),
        "augmix": Augment(*usual, AugMix()),
        "autoaugment": Augment(*usual, AutoAugment()),
        "randaugment": Augment(*usual, RandAugment()),
    }


def conclude(data: str, chosen: dict[str, Augment], histories: Histories) -> Iterator[Event]:
    """A grid of pictures for each, and the accuracies side by side."""
    images, _ = read_images(data, "train", image_set(data).SHAPE[-1])
    for name, augmentation in chosen.items():
        yield Drew(name, grid(images[:8], augmentation, heading=f"Augmentation: {name}"))
    ends = last_of(histories)
    accuracies = {name: metrics["test_accuracy"] for name, metrics in ends.items()}
    yield Drew(
        "accuracy",
        draw_bars(
            dict(sorted(accuracies.items(), key=lambda item: -item[1])),
            "test accuracy",
            "Test accuracy by augmentation",
        ),
    )
    kept = ("test_accuracy", "train_accuracy")
    yield Finished({f"{name.replace('-', '_')}_{it}": metrics[it] for it in kept for name, metrics in ends.items()})

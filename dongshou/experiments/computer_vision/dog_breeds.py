"""Dog breeds, as on Kaggle: a frozen backbone that has seen other pictures, under a small head of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from torch import nn
from torch.optim import SGD, Adam

from dongshou.data import Batches, Splits, read_image_folder
from dongshou.data.augment import Augment, RandomCrop, RandomHorizontalFlip, RandomResizedCrop
from dongshou.data.images.load import read_images
from dongshou.data.images.pixels import ToFloat
from dongshou.data.sets import cifar10, cifar10_tiny
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments._shared.settings import (
    BatchSize,
    Epochs,
    HeldOut,
    Images,
    ImageSize,
    Labels,
    LearningRate,
    WeightDecay,
)
from dongshou.experiments.computer_vision._networks import ImageNetNetwork, small_resnet
from dongshou.experiments.computer_vision._pictures import IMAGENET_PIXELS, Pictures
from dongshou.experiments.computer_vision._submission import submission_of, submitting
from dongshou.experiments.computer_vision._transfer import (
    Frozen,
    Transfer,
    Weights,
    load_pretrained,
    with_head,
    without_head,
)
from dongshou.scratch.optim.lr_scheduler import StepLR
from dongshou.tasks import Classification
from dongshou.training import Event, Experiment, Finished, Work, Wrote
from dongshou.training.series import Histories, last_of

SECTIONS = {"zh": "13.14", "en": "14.14"}


Hidden = Annotated[int, "hidden units of the new head"]

CIFAR_PIXELS = cifar10.MEAN, cifar10.STD


def experiment(
    images: Images = "",
    labels: Labels = "",
    test: Annotated[str, "folder of pictures to classify, for submission.csv"] = "",
    weights: Annotated[str, "imagenet, or a file with the backbone's weights"] = "imagenet",
    network: Annotated[ImageNetNetwork, "architecture of the network"] = "resnet34",
    hidden: Hidden = 256,
    size: ImageSize = 224,
    valid: HeldOut = 0.1,
    batch_size: BatchSize = 32,
    lr: LearningRate = 1e-4,
    weight_decay: WeightDecay = 1e-4,
    epochs: Epochs = 10,
) -> Experiment:
    """The book's settings on any folder of pictures and its table; only the head learns. valid_loss is the log loss.

    weights: "imagenet", or a .pth or .safetensors file of that network. submission.csv holds the probability of
    every class. The rate and the decay are for gradients summed over a batch, as the book's loss makes them. Without
    images the 1,000 + 100 pictures of cifar10-tiny are taken.
    """
    pictures = Pictures(images, labels, test)
    augment = Augment(RandomResizedCrop(), RandomHorizontalFlip())
    data = pictures.splits(batch_size, size=size, valid=valid, normalize=IMAGENET_PIXELS, augment=augment)
    trained = load_pretrained(network, weights)
    model = frozen_under_head(trained, hidden, len(data.classes))
    rate, decay = batch_size * lr, weight_decay / batch_size  # of the mean over the batch
    return Experiment(
        data=data,
        model=model,
        task=Classification(headline="loss"),
        optimizer=SGD(model.get_submodule("head").parameters(), lr=rate, momentum=0.9, weight_decay=decay),
        epochs=epochs,
        schedule=lambda optimizer: StepLR(optimizer, step_size=2, gamma=0.9),
        conclude=submitting(pictures.to_classify, "probabilities"),
    )


def small(
    hidden: Hidden = 64,
    lr: LearningRate = 3e-3,
    epochs: Epochs = 20,
    backbone_epochs: Annotated[int, "epochs in which the backbone is trained first"] = 10,
) -> Work:
    """On two cores and without a download of weights: a small backbone learns CIFAR-10, its head cifar10-tiny.

    None of the 1,000 pictures of the tiny set is among those that the backbone sees.
    """
    pictures = Pictures()
    fitted: list[Experiment] = []  # the head's, once it is made

    def backbone() -> Experiment:
        data = unseen_pictures(batch_size=64)
        features, num_features = without_head(small_resnet(3, len(data.classes)))
        model = with_head(features, nn.Linear(num_features, len(data.classes)))
        optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
        return Experiment(data, model, Classification(), optimizer, backbone_epochs, cosine(backbone_epochs))

    def head(weights: Weights) -> Experiment:
        augment = Augment(RandomCrop(padding=4), RandomHorizontalFlip())
        data = pictures.splits(32, size=32, valid=0.1, normalize=CIFAR_PIXELS, augment=augment)
        network = small_resnet(3, len(data.classes))
        model = frozen_under_head(network, hidden, len(data.classes), weights)
        optimizer = Adam(model.get_submodule("head").parameters(), lr=lr)
        fitted.append(Experiment(data, model, Classification(headline="loss"), optimizer, epochs, cosine(epochs)))
        return fitted[0]

    def conclude(histories: Histories) -> Iterator[Event]:
        if (unlabeled := pictures.to_classify()) is not None:
            yield Wrote("submission.csv", submission_of(fitted[0], unlabeled, "probabilities"))
        yield Finished(last_of(histories)["head"])

    return Transfer(backbone, {"head": head}, conclude, data=["cifar10", "cifar10-tiny"])


def frozen_under_head(
    network: nn.Module, hidden: int, num_classes: int, weights: Weights | None = None
) -> nn.Sequential:
    """(batch, 3, height, width) -> features that stay as they are -> hidden units -> (batch, classes)"""
    backbone, num_features = without_head(network, weights)
    head = nn.Sequential(nn.Linear(num_features, hidden), nn.ReLU(), nn.Linear(hidden, num_classes))
    return with_head(Frozen(backbone), head)


def unseen_pictures(batch_size: int) -> Splits:
    """CIFAR-10 without the pictures of cifar10-tiny, whose ids are its rows counted from 1."""
    augment = Augment(RandomCrop(padding=4), RandomHorizontalFlip())
    transform = ToFloat(CIFAR_PIXELS, channels=3)

    def train() -> Batches:
        pixels, labels = read_images("cifar10", "train", 32)
        tiny = read_image_folder(cifar10_tiny.directory() / "train")
        unseen = torch.ones(len(labels), dtype=torch.bool)
        unseen[[row for id in tiny.ids if (row := int(id) - 1) < len(labels)]] = False
        return Batches(
            pixels[unseen],
            labels[unseen],
            batch_size=batch_size,
            shuffle=True,
            transform=transform,
            augment=augment,
        )

    shape, classes = cifar10.SHAPE, cifar10.CLASSES
    return Splits(train, name="cifar10", classes=classes, shape=shape, transform=transform, files="cifar10")

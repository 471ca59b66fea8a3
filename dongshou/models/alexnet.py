"""AlexNet: LeNet grown up, with ReLU, dropout and a GPU, and the ImageNet contest won (Krizhevsky et al., 2012)."""

from __future__ import annotations

from typing import Literal, get_args

from torch import Tensor, nn

from dongshou.models.checks import check_choice, check_counts, check_dropout
from dongshou.models.sizes import size_after

Variant = Literal["course", "torchvision"]


class AlexNet(nn.Module):
    """Convolutions, then two hidden linear layers with dropout and one for the classes; names are torchvision's.

    `avgpool` has no work to do on images of the size that the network was made for; it fits larger ones to the
    linear layers.
    """

    def __init__(self, features: nn.Sequential, avgpool: nn.Module, classifier: nn.Sequential) -> None:
        super().__init__()
        self.features = features
        self.avgpool = avgpool
        self.flatten = nn.Flatten()
        self.classifier = classifier

    def forward(self, images: Tensor) -> Tensor:
        x = self.avgpool(self.features(images))  # (batch, 256, height, width)
        return self.classifier(self.flatten(x))  # (batch, num_classes)


def alexnet(
    in_channels: int = 3,
    num_classes: int = 1000,
    *,
    size: int = 224,
    variant: Variant = "course",
    dropout: float = 0.5,
) -> AlexNet:
    """Five convolutions and three linear layers. (batch, in_channels, size, size) -> (batch, num_classes)

    course       the layout of 2012, 96 to 384 channels wide, on one device and without response normalisation
    torchvision  the narrower one of 2014 (Krizhevsky, One weird trick), for which there are published weights

    Raises UsageError for images that nothing is left of, numbers below 1, or an unknown variant.
    """
    check_counts(in_channels=in_channels, num_classes=num_classes)
    check_choice("variant", variant, get_args(Variant))
    check_dropout(dropout)
    features = wide_features(in_channels) if variant == "course" else narrow_features(in_channels)
    side = size_after("AlexNet", features, size)
    num_features = 256 * side * side
    classifier = after_relu(num_features, num_classes, dropout)
    if variant == "torchvision":
        classifier = before_linear(num_features, num_classes, dropout)
    return AlexNet(features, nn.AdaptiveAvgPool2d(side), classifier)


def wide_features(in_channels: int) -> nn.Sequential:
    """The convolutions of 2012, sizes for images of 224x224."""
    return nn.Sequential(
        nn.Conv2d(in_channels, 96, kernel_size=11, stride=4, padding=1),  # (batch, 96, 54, 54)
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 96, 26, 26)
        nn.Conv2d(96, 256, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 256, 12, 12)
        nn.Conv2d(256, 384, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 384, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 256, 5, 5)
    )


def narrow_features(in_channels: int) -> nn.Sequential:
    """The convolutions of 2014, sizes for images of 224x224."""
    return nn.Sequential(
        nn.Conv2d(in_channels, 64, kernel_size=11, stride=4, padding=2),  # (batch, 64, 55, 55)
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 64, 27, 27)
        nn.Conv2d(64, 192, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 192, 13, 13)
        nn.Conv2d(192, 384, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(256, 256, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 256, 6, 6)
    )


def after_relu(num_features: int, num_classes: int, dropout: float) -> nn.Sequential:
    """Three linear layers; hidden units are dropped as they come out of the ReLU."""
    return nn.Sequential(
        nn.Linear(num_features, 4096),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(4096, num_classes),
    )


def before_linear(num_features: int, num_classes: int, dropout: float) -> nn.Sequential:
    """The same three layers; what goes into the hidden ones is dropped, the image's features among it."""
    return nn.Sequential(
        nn.Dropout(dropout),
        nn.Linear(num_features, 4096),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Linear(4096, num_classes),
    )

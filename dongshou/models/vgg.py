"""VGG: blocks of 3x3 convolutions, each block at half the size and twice the width (Simonyan and Zisserman, 2015).

Parameters bear the names of torchvision's, so that its published weights load as they are.
"""

from __future__ import annotations

from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_counts, check_dropout
from dongshou.models.sizes import size_after

CHANNELS = (64, 128, 256, 512, 512)  # of each block


class VGG(nn.Module):
    """Five blocks of convolutions and three linear layers. (batch, in_channels, size, size) -> (batch, num_classes)

    depths             the number of convolutions in each block
    divide_channels_by makes every convolution narrower, for small images or little time

    `avgpool` has no work to do on images of the size that the network was made for; it fits larger ones to the
    linear layers. Raises UsageError for images that nothing is left of, or numbers that leave a layer no channels.
    """

    def __init__(
        self,
        depths: tuple[int, ...],
        in_channels: int,
        num_classes: int,
        size: int,
        batch_norm: bool,
        divide_channels_by: int,
        dropout: float,
    ) -> None:
        super().__init__()
        check_counts(in_channels=in_channels, num_classes=num_classes)
        check_dropout(dropout)
        check_divisor(divide_channels_by)
        channels = [width // divide_channels_by for width in CHANNELS]
        widths = [in_channels, *channels]
        blocks = [vgg_block(depths[i], widths[i], widths[i + 1], batch_norm) for i in range(len(depths))]
        self.features = nn.Sequential(*(layer for block in blocks for layer in block))
        side = size_after("VGG", self.features, size)
        self.avgpool = nn.AdaptiveAvgPool2d(side)
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Linear(channels[-1] * side * side, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4096, num_classes),
        )

    def forward(self, images: Tensor) -> Tensor:
        x = self.avgpool(self.features(images))  # (batch, 512, size/32, size/32)
        return self.classifier(self.flatten(x))  # (batch, num_classes)


def check_divisor(divide_channels_by: int) -> None:
    """Raises UsageError for a number that leaves the first convolutions without a channel, or is none."""
    if not 1 <= divide_channels_by <= min(CHANNELS):
        raise UsageError(
            f"divide_channels_by is from 1 to {min(CHANNELS)}, so that every layer keeps a channel; "
            f"got divide_channels_by={divide_channels_by}."
        )


def vgg_block(depth: int, in_channels: int, out_channels: int, batch_norm: bool) -> list[nn.Module]:
    """relu(conv3x3(x)) as often as `depth` says, then the larger of every 2x2.

    (batch, in_channels, height, width) -> (batch, out_channels, height/2, width/2)
    """
    layers: list[nn.Module] = []
    for index in range(depth):
        layers.append(nn.Conv2d(out_channels if index else in_channels, out_channels, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(out_channels))
        layers.append(nn.ReLU())
    return [*layers, nn.MaxPool2d(kernel_size=2, stride=2)]


def vgg11(
    in_channels: int = 3,
    num_classes: int = 1000,
    *,
    size: int = 224,
    batch_norm: bool = False,
    divide_channels_by: int = 1,
    dropout: float = 0.5,
) -> VGG:
    """Configuration A: 1, 1, 2, 2, 2 convolutions."""
    return VGG((1, 1, 2, 2, 2), in_channels, num_classes, size, batch_norm, divide_channels_by, dropout)


def vgg13(
    in_channels: int = 3,
    num_classes: int = 1000,
    *,
    size: int = 224,
    batch_norm: bool = False,
    divide_channels_by: int = 1,
    dropout: float = 0.5,
) -> VGG:
    """Configuration B: 2, 2, 2, 2, 2 convolutions."""
    return VGG((2, 2, 2, 2, 2), in_channels, num_classes, size, batch_norm, divide_channels_by, dropout)


def vgg16(
    in_channels: int = 3,
    num_classes: int = 1000,
    *,
    size: int = 224,
    batch_norm: bool = False,
    divide_channels_by: int = 1,
    dropout: float = 0.5,
) -> VGG:
    """Configuration D: 2, 2, 3, 3, 3 convolutions."""
    return VGG((2, 2, 3, 3, 3), in_channels, num_classes, size, batch_norm, divide_channels_by, dropout)


def vgg19(
    in_channels: int = 3,
    num_classes: int = 1000,
    *,
    size: int = 224,
    batch_norm: bool = False,
    divide_channels_by: int = 1,
    dropout: float = 0.5,
) -> VGG:
    """Configuration E: 2, 2, 4, 4, 4 convolutions."""
    return VGG((2, 2, 4, 4, 4), in_channels, num_classes, size, batch_norm, divide_channels_by, dropout)

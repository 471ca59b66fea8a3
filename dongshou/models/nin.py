"""Network in network: a small perceptron at every pixel, and no linear layer at the end (Lin, Chen and Yan, 2013)."""

from __future__ import annotations

from torch import Tensor, nn

from dongshou.models.checks import check_counts, check_dropout
from dongshou.models.sizes import check_images, smallest_size


class NiN(nn.Module):
    """Four blocks, the last one with a channel for each class, whose mean over the image is the logit.

    (batch, in_channels, height, width) of any size from the smallest on -> (batch, num_classes)
    Raises DongshouError for images that nothing is left of.
    """

    def __init__(self, in_channels: int, num_classes: int, batch_norm: bool, dropout: float) -> None:
        super().__init__()
        normalized = 3 if batch_norm else 0
        self.features = nn.Sequential(
            nin_block(in_channels, 96, kernel_size=11, stride=4, padding=0, num_normalized=normalized),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 96, 26, 26) of 224x224
            nin_block(96, 256, kernel_size=5, stride=1, padding=2, num_normalized=normalized),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 256, 12, 12)
            nin_block(256, 384, kernel_size=3, stride=1, padding=1, num_normalized=normalized),
            nn.MaxPool2d(kernel_size=3, stride=2),  # (batch, 384, 5, 5)
            nn.Dropout(dropout),
            nin_block(384, num_classes, kernel_size=3, stride=1, padding=1, num_normalized=2 if batch_norm else 0),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.smallest_size = smallest_size(self.features)  # pixels

    def forward(self, images: Tensor) -> Tensor:
        check_images("NiN", images, self.smallest_size)
        x = self.features(images)  # (batch, num_classes, height, width)
        return self.flatten(self.avgpool(x))  # (batch, num_classes)


def nin_block(
    in_channels: int, out_channels: int, *, kernel_size: int, stride: int, padding: int, num_normalized: int
) -> nn.Sequential:
    """A convolution and two of 1x1, which are linear layers over the channels of each pixel; a ReLU behind each.

    num_normalised  how many of the three, from the first on, have batch normalisation before their ReLU
    """
    convolutions = [
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding),
        nn.Conv2d(out_channels, out_channels, kernel_size=1),
        nn.Conv2d(out_channels, out_channels, kernel_size=1),
    ]
    layers: list[nn.Module] = []
    for index, convolution in enumerate(convolutions):
        norm = [nn.BatchNorm2d(out_channels)] if index < num_normalized else []
        layers += [convolution, *norm, nn.ReLU()]
    return nn.Sequential(*layers)


def nin(in_channels: int = 3, num_classes: int = 1000, *, batch_norm: bool = False, dropout: float = 0.5) -> NiN:
    """Four blocks of 96, 256, 384 and num_classes channels.

    The ReLU of the last block can silence a class for good, and without normalisation some seeds never learn.
    `batch_norm` stands before every ReLU but the last: logits of fixed spread could not grow sure of themselves.
    Raises UsageError for numbers below 1, or a dropout that is no probability.
    """
    check_counts(in_channels=in_channels, num_classes=num_classes)
    check_dropout(dropout)
    return NiN(in_channels, num_classes, batch_norm, dropout)

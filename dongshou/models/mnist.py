"""Three small networks for MNIST that grow out of one another: plain, with inception blocks, with residual blocks.

All are convolution 5x5 - max pooling - ReLU twice over, and one linear layer at the end; what differs is what
stands behind each pooling.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dongshou.models.checks import check_counts
from dongshou.models.sizes import size_after


def mnist_cnn(in_channels: int = 1, num_classes: int = 10, *, size: int = 28) -> nn.Sequential:
    """Two convolutions of 10 and 20 channels. (batch, in_channels, size, size) -> (batch, num_classes)

    Raises UsageError for images that nothing is left of, or numbers below 1.
    """
    check_counts(in_channels=in_channels, num_classes=num_classes)
    features = nn.Sequential(
        nn.Conv2d(in_channels, 10, kernel_size=5),  # (batch, 10, 24, 24)
        nn.MaxPool2d(2),
        nn.ReLU(),  # (batch, 10, 12, 12)
        nn.Conv2d(10, 20, kernel_size=5),  # (batch, 20, 8, 8)
        nn.MaxPool2d(2),
        nn.ReLU(),  # (batch, 20, 4, 4)
    )
    return with_classifier("mnist_cnn", features, 20, num_classes, size)


def mnist_inception(in_channels: int = 1, num_classes: int = 10, *, size: int = 28) -> nn.Sequential:
    """An inception block of 88 channels behind each convolution. (batch, in_channels, size, size) -> logits

    Raises UsageError for images that nothing is left of, or numbers below 1.
    """
    check_counts(in_channels=in_channels, num_classes=num_classes)
    features = nn.Sequential(
        nn.Conv2d(in_channels, 10, kernel_size=5),  # (batch, 10, 24, 24)
        nn.MaxPool2d(2),
        nn.ReLU(),
        SmallInception(10),  # (batch, 88, 12, 12)
        nn.Conv2d(88, 20, kernel_size=5),  # (batch, 20, 8, 8)
        nn.MaxPool2d(2),
        nn.ReLU(),
        SmallInception(20),  # (batch, 88, 4, 4)
    )
    return with_classifier("mnist_inception", features, 88, num_classes, size)


def mnist_residual(in_channels: int = 1, num_classes: int = 10, *, size: int = 28) -> nn.Sequential:
    """Convolutions of 16 and 32 channels, a residual block behind each. (batch, in_channels, size, size) -> logits

    Raises UsageError for images that nothing is left of, or numbers below 1.
    """
    check_counts(in_channels=in_channels, num_classes=num_classes)
    features = nn.Sequential(
        nn.Conv2d(in_channels, 16, kernel_size=5),  # (batch, 16, 24, 24)
        nn.ReLU(),
        nn.MaxPool2d(2),
        SmallResidual(16),  # (batch, 16, 12, 12)
        nn.Conv2d(16, 32, kernel_size=5),  # (batch, 32, 8, 8)
        nn.ReLU(),
        nn.MaxPool2d(2),
        SmallResidual(32),  # (batch, 32, 4, 4)
    )
    return with_classifier("mnist_residual", features, 32, num_classes, size)


def with_classifier(name: str, features: nn.Sequential, channels: int, num_classes: int, size: int) -> nn.Sequential:
    """The features (batch, channels, side, side), flattened, and one linear layer of as many inputs as there are."""
    side = size_after(name, features, size)
    return nn.Sequential(*features, nn.Flatten(), nn.Linear(channels * side * side, num_classes))


class SmallInception(nn.Module):
    """Four looks at the same input, side by side: (batch, channels, h, w) -> (batch, 24 + 16 + 24 + 24, h, w)

    1x1 behind an average, 1x1, 5x5, and two 3x3; the 1x1 before the larger kernels save arithmetic.
    A small block after Szegedy et al. (2015), without activations inside, as the lectures draw it.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch_pool = nn.Sequential(
            nn.AvgPool2d(kernel_size=3, stride=1, padding=1),
            nn.Conv2d(in_channels, 24, kernel_size=1),
        )
        self.branch1x1 = nn.Conv2d(in_channels, 16, kernel_size=1)
        self.branch5x5 = nn.Sequential(
            nn.Conv2d(in_channels, 16, kernel_size=1),
            nn.Conv2d(16, 24, kernel_size=5, padding=2),
        )
        self.branch3x3 = nn.Sequential(
            nn.Conv2d(in_channels, 16, kernel_size=1),
            nn.Conv2d(16, 24, kernel_size=3, padding=1),
            nn.Conv2d(24, 24, kernel_size=3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        branches = (self.branch_pool, self.branch1x1, self.branch5x5, self.branch3x3)
        return torch.cat([branch(x) for branch in branches], dim=1)  # (batch, 88, height, width)


class SmallResidual(nn.Module):
    """y = relu(x + conv(relu(conv(x)))): (batch, channels, h, w) -> the same. He et al., 2016, figure 2."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(x + self.conv2(self.relu(self.conv1(x))))  # (batch, channels, height, width)

"""LeNet-5: two convolutions, three linear layers, and the first network that read cheques (LeCun et al., 1998)."""

from __future__ import annotations

from typing import Literal

from torch import nn

from dongshou.models.checks import check_choice, check_counts
from dongshou.models.sizes import size_after

Activation = Literal["sigmoid", "relu"]
Pooling = Literal["average", "max"]
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "relu": nn.ReLU}
POOLINGS = {"average": nn.AvgPool2d, "max": nn.MaxPool2d}


def lenet(
    in_channels: int = 1,
    num_classes: int = 10,
    *,
    size: int = 28,
    activation: Activation = "sigmoid",
    pooling: Pooling = "average",
    batch_norm: bool = False,
) -> nn.Sequential:
    """Twice convolution, activation, pooling; then 120 - 84 - num_classes. (batch, in_channels, size, size) -> logits

    Of 1998 but for the output, which was one of distances to drawn digits. `batch_norm` normalises what each
    layer but the last one says, before its activation (Ioffe and Szegedy, 2015).
    Raises UsageError for images that nothing is left of, numbers below 1, or an unknown activation or pooling.
    """
    check_counts(in_channels=in_channels, num_classes=num_classes)
    check_choice("activation", activation, ACTIVATIONS)
    check_choice("pooling", pooling, POOLINGS)

    def unit(layer: nn.Conv2d | nn.Linear) -> list[nn.Module]:
        return [layer, *([normalization(layer)] if batch_norm else []), ACTIVATIONS[activation]()]

    pool = POOLINGS[pooling]
    features = nn.Sequential(
        *unit(nn.Conv2d(in_channels, 6, kernel_size=5, padding=2)),  # (batch, 6, 28, 28)
        pool(kernel_size=2),  # (batch, 6, 14, 14)
        *unit(nn.Conv2d(6, 16, kernel_size=5)),  # (batch, 16, 10, 10)
        pool(kernel_size=2),  # (batch, 16, 5, 5)
        nn.Flatten(),  # (batch, 400)
    )
    side = size_after("LeNet", features, size)
    return nn.Sequential(
        *features,
        *unit(nn.Linear(16 * side * side, 120)),
        *unit(nn.Linear(120, 84)),
        nn.Linear(84, num_classes),
    )


def normalization(layer: nn.Conv2d | nn.Linear) -> nn.Module:
    """Batch normalisation of a layer's outputs: by channel, or by feature."""
    if isinstance(layer, nn.Conv2d):
        return nn.BatchNorm2d(layer.out_channels)
    return nn.BatchNorm1d(layer.out_features)

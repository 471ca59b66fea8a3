"""GoogLeNet as its published ImageNet weights need it, and the factory of all its variants.

The layout is torchvision's: normalised, a 3x3 where the paper has a 5x5, pooling that rounds sizes up.
"""

from __future__ import annotations

from typing import get_args

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_choice, check_counts
from dongshou.models.googlenet import Block, ConvUnit, GoogLeNet, Variant

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of pixels in 0..1, by channel


class AuxiliaryClassifier(nn.Module):
    """Logits from the middle of the network, which bring gradients there in training (section 5 of the paper).

    (batch, in_channels, height, width) -> (batch, num_classes)
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(4)
        self.conv = ConvUnit(in_channels, 128, 1, batch_norm=True)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.7)
        self.fc2 = nn.Linear(1024, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.flatten(self.conv(self.avgpool(x)))  # (batch, 2048)
        return self.fc2(self.dropout(self.relu(self.fc1(x))))  # (batch, num_classes)


class PublishedGoogLeNet(GoogLeNet):
    """GoogLeNet with its two auxiliary classifiers. (batch, 3, height, width) -> (batch, num_classes)

    Takes colour images standardised by ImageNet's mean and standard deviation, as every published network does. Its
    weights were trained on (pixel - 0.5) / 0.5 instead; what leads from the one to the other is done here, always.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, in_channels: int, num_classes: int) -> None:
        pools = [nn.MaxPool2d(kernel_size=size, stride=2, ceil_mode=True) for size in (3, 3, 3, 2)]
        super().__init__(in_channels, num_classes, pools, wide="one-3x3", batch_norm=True, dropout=0.2)
        self.aux1 = AuxiliaryClassifier(512, num_classes)
        self.aux2 = AuxiliaryClassifier(528, num_classes)
        is_colored = in_channels == len(IMAGENET_MEAN)
        mean = torch.tensor(IMAGENET_MEAN if is_colored else 0.5).view(-1, 1, 1)  # (channels, 1, 1)
        std = torch.tensor(IMAGENET_STD if is_colored else 0.5).view(-1, 1, 1)
        # not persistent: the published files do not hold them
        self.register_buffer("scale", std / 0.5, persistent=False)
        self.register_buffer("shift", (mean - 0.5) / 0.5, persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        return super().forward(images * self.scale + self.shift)

    def all_logits(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The logits and those of the auxiliary classifiers, whose losses the paper adds with weight 0.3 each."""
        middle = self.until_4a(images * self.scale + self.shift)  # (batch, 512, height/16, width/16)
        late = self.until_4d(middle)  # (batch, 528, height/16, width/16)
        return self.logits(late), self.aux1(middle), self.aux2(late)


def googlenet(
    in_channels: int = 3,
    num_classes: int = 1000,
    *,
    variant: Variant = "course",
    block: Block = "inception",
    batch_norm: bool = False,
) -> GoogLeNet:
    """Nine inception blocks. (batch, in_channels, height, width) -> (batch, num_classes)

    course       as in the paper, without auxiliary classifiers; `block` replaces each 5x5 as Inception-v3 does:
                 by two 3x3, or by 1x7 and 7x1; `batch_norm` stands before every ReLU
    torchvision  the layout of the published weights, always normalised, with one block of its own

    Some seeds of the course variant never learn without normalisation.
    Raises UsageError for numbers below 1, an unknown variant or block, or a block of the variant that has its own.
    """
    check_counts(in_channels=in_channels, num_classes=num_classes)
    check_choice("variant", variant, get_args(Variant))
    check_choice("block", block, get_args(Block))
    if variant == "torchvision":
        if block != "inception":
            raise UsageError(f'block is for variant="course"; variant="torchvision" has its own, got block="{block}".')
        return PublishedGoogLeNet(in_channels, num_classes)
    pools = [nn.MaxPool2d(kernel_size=3, stride=2, padding=1) for _ in range(4)]
    return GoogLeNet(in_channels, num_classes, pools, block, batch_norm, dropout=0.0)

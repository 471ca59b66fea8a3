"""U-Net: down to see the whole, up again to see every pixel, and a bridge at each height (Ronneberger et al., 2015)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dongshou.models.checks import check_counts
from dongshou.models.fcn import cut


class UNet(nn.Module):
    """Blocks of two convolutions: one before each halving, one at the bottom, one behind each doubling.

    x_0 = block(images),  x_i = block(pool(x_{i-1})),  y_bottom = x_bottom,  y_i = block([x_i, up(y_{i+1})])

    Each halving doubles the channels. The logits are a 1x1 convolution of y_0.
    (batch, in_channels, height, width) of any size -> (batch, num_classes, height, width)

    As most write it today, otherwise than the paper: the convolutions keep the size, so that nothing is cropped, and
    batch normalisation follows each. Raises UsageError for numbers below 1.
    """

    def __init__(self, in_channels: int, num_classes: int, width: int, num_halvings: int) -> None:
        super().__init__()
        check_counts(in_channels=in_channels, num_classes=num_classes, width=width, num_halvings=num_halvings)
        widths = [width * 2**level for level in range(num_halvings + 1)]
        self.pool = nn.MaxPool2d(kernel_size=2, ceil_mode=True)  # of an odd side the last pixel counts too
        self.down = nn.ModuleList(block(*pair) for pair in zip([in_channels, *widths], widths, strict=False))
        self.up = nn.ModuleList(Rise(here) for here in widths[-2::-1])  # from the bottom to the top
        self.head = nn.Conv2d(width, num_classes, kernel_size=1)

    def forward(self, images: Tensor) -> Tensor:
        x, bridges = images, []
        for level, block in enumerate(self.down):
            x = block(self.pool(x) if level else x)  # (batch, 2**level width, height / 2**level, ...)
            bridges.append(x)
        x = bridges.pop()
        for rise in self.up:
            x = rise(x, bridges.pop())
        return self.head(x)  # (batch, num_classes, height, width)


class Rise(nn.Module):
    """block([bridge, up(x)]), where up doubles the size by a transposed convolution without overlaps.

    x (batch, 2 channels, height/2, width/2), bridge (batch, channels, height, width) -> of the shape of the bridge
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(2 * channels, channels, kernel_size=2, stride=2)
        self.join = block(2 * channels, channels)

    def forward(self, x: Tensor, bridge: Tensor) -> Tensor:
        return self.join(torch.cat([bridge, cut(self.up(x), bridge)], 1))


def block(in_channels: int, out_channels: int) -> nn.Sequential:
    """relu(bn(conv3x3(relu(bn(conv3x3(x))))))"""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def unet(in_channels: int = 3, num_classes: int = 21, *, width: int = 64, num_halvings: int = 4) -> UNet:
    """With the widths of the paper: 64 channels at the top, 1024 at the bottom, 31 million parameters."""
    return UNet(in_channels, num_classes, width, num_halvings)

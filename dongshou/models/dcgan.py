"""DCGAN: pictures out of noise by transposed convolutions, and the convolutions that find them out
(Radford, Metz and Chintala, 2016).
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from dongshou.errors import UsageError
from dongshou.models.checks import check_choice, check_counts

Norm = Literal["batch", "layer", "none"]
NORMS = {
    "batch": nn.BatchNorm2d,
    "layer": lambda channels: nn.GroupNorm(1, channels),  # of all channels and pixels of one picture
    "none": lambda channels: nn.Identity(),
}
SLOPE = 0.2  # of LeakyReLU below 0


def dcgan_generator(
    num_latents: int = 100, out_channels: int = 3, *, size: int = 64, width: int = 64, num_classes: int = 0
) -> nn.Module:
    """Noise (batch, num_latents) -> pictures (batch, out_channels, size, size) of values -1..1

    A transposed convolution makes 4x4 of the noise, each further one doubles the side and halves the channels, down
    to `width` before the last. Batch normalisation and ReLU behind all but the last, tanh at the end.
    With `num_classes` it is also given classes (batch,), as further entries of the noise.
    Raises UsageError unless size is a power of two from 8, or for numbers below 1.
    """
    check_counts(num_latents=num_latents, out_channels=out_channels, width=width)
    widths = [width << level for level in range(levels(size))][::-1]  # from 4x4 to size / 2
    num_inputs = num_latents + num_classes
    layers: list[nn.Module] = [nn.Unflatten(1, (num_inputs, 1, 1))]
    for index, (inputs, outputs) in enumerate(zip([num_inputs, *widths], widths, strict=False)):
        place = dict(stride=2, padding=1) if index else {}
        layers += [nn.ConvTranspose2d(inputs, outputs, kernel_size=4, bias=False, **place)]  # pyright: ignore
        layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
    layers += [nn.ConvTranspose2d(width, out_channels, kernel_size=4, stride=2, padding=1), nn.Tanh()]
    body = started(nn.Sequential(*layers))
    return ClassGenerator(body, num_classes) if num_classes else body


def dcgan_discriminator(
    in_channels: int = 3,
    *,
    size: int = 64,
    width: int = 64,
    norm: Norm = "batch",
    norm_first: bool = False,
    num_classes: int = 0,
) -> nn.Module:
    """Pictures (batch, in_channels, size, size) -> logits (batch, 1): real or made

    Each convolution halves the side and doubles the channels, from `width` behind the first, down to 4x4. LeakyReLU
    behind each, normalisation before it behind all but the first, and behind that one too with `norm_first`.
    With `num_classes` it is also given classes (batch,), each a plane of ones among planes of zeros.
    Raises UsageError unless size is a power of two from 8, for numbers below 1 or an unknown norm.
    """
    check_counts(in_channels=in_channels, width=width)
    check_choice("norm", norm, NORMS)
    widths = [width << level for level in range(levels(size))]  # from size / 2 to 4x4
    num_inputs = in_channels + num_classes
    layers: list[nn.Module] = []
    for index, (inputs, outputs) in enumerate(zip([num_inputs, *widths], widths, strict=False)):
        is_normalized = norm != "none" and (index > 0 or norm_first)
        layers.append(nn.Conv2d(inputs, outputs, kernel_size=4, stride=2, padding=1, bias=not is_normalized))
        layers += [NORMS[norm](outputs)] if is_normalized else []
        layers.append(nn.LeakyReLU(SLOPE))
    layers += [nn.Conv2d(widths[-1], 1, kernel_size=4), nn.Flatten()]
    body = started(nn.Sequential(*layers))
    return ClassDiscriminator(body, num_classes) if num_classes else body


class ClassGenerator(nn.Module):
    """Noise (batch, num_latents) and classes (batch,), put behind the noise as ones and zeros (Mirza and Osindero,
    2014).
    """

    def __init__(self, body: nn.Module, num_classes: int) -> None:
        super().__init__()
        self.body = body
        self.num_classes = num_classes

    def forward(self, latents: Tensor, classes: Tensor) -> Tensor:
        asked = one_hot(classes, self.num_classes).to(latents.dtype)  # (batch, num_classes)
        return self.body(torch.cat([latents, asked], dim=1))


class ClassDiscriminator(nn.Module):
    """Pictures (batch, channels, height, width) and classes (batch,), put behind the channels as planes."""

    def __init__(self, body: nn.Module, num_classes: int) -> None:
        super().__init__()
        self.body = body
        self.num_classes = num_classes

    def forward(self, images: Tensor, classes: Tensor) -> Tensor:
        asked = one_hot(classes, self.num_classes).to(images.dtype)[:, :, None, None]
        planes = asked.expand(-1, -1, *images.shape[2:])  # (batch, num_classes, height, width)
        return self.body(torch.cat([images, planes], dim=1))


def levels(size: int) -> int:
    """How often 4x4 is doubled until it is half of size. Raises UsageError unless that comes out even."""
    if size < 8 or size & (size - 1):
        raise UsageError(f"DCGAN makes pictures of 8, 16, 32, 64, ... pixels a side; got size={size}.")
    return size.bit_length() - 3


def started(network: nn.Sequential) -> nn.Sequential:
    """Weights of N(0, 0.02^2), those of normalisation N(1, 0.02^2), as in the paper."""
    for layer in network:
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, 0, 0.02)
        elif isinstance(layer, (nn.BatchNorm2d, nn.GroupNorm)):
            nn.init.normal_(layer.weight, 1, 0.02)
    return network

"""AdaIN: any style in one pass, by giving the features of the content the statistics of those of the style.

Huang and Belongie, 2017.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from dongshou.models.checks import check_counts
from dongshou.models.layer_outputs import LayerOutputs


class Restyled(NamedTuple):
    """A picture (batch, 3, height, width), the features (batch, channels, ...) that it was to have, and the outputs of
    every layer for the style."""

    picture: Tensor
    features: Tensor
    styles: list[Tensor]


class AdaIN(nn.Module):
    """t = AdaIN(f(content), f(style)),  picture = g(t): f sees, and learns no more; g has learnt to draw what f sees.

    encoder  f: gives the outputs of several layers, the last of which g begins with
    decoder  g
    """

    def __init__(self, encoder: LayerOutputs, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        self.decoder = decoder

    def train(self, mode: bool = True) -> AdaIN:
        super().train(mode)
        self.encoder.eval()
        return self

    def forward(self, contents: Tensor, styles: Tensor) -> Restyled:
        """Both (batch, 3, height, width), of any size; a style may be one for all contents."""
        seen = self.encoder(styles)
        features = adaptive_instance_norm(self.encoder(contents)[-1], seen[-1])
        return Restyled(self.decoder(features), features, seen)


def adaptive_instance_norm(contents: Tensor, styles: Tensor, eps: float = 1e-5) -> Tensor:
    """sigma(y) (x - mu(x)) / sigma(x) + mu(y), with the mean and the deviation over the places of each channel.

    (batch, channels, height, width), of which the styles may have others. Equation 8 of the paper.
    """
    mean, std = moments(contents, eps)
    style_mean, style_std = moments(styles, eps)
    return style_std * (contents - mean) / std + style_mean


def moments(features: Tensor, eps: float = 1e-5) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over the places of each channel: (batch, channels, 1, 1) each."""
    mean = features.mean((2, 3), keepdim=True)
    return mean, (features.var((2, 3), keepdim=True, correction=0) + eps).sqrt()


def mirrored_decoder(channels: int, num_doublings: int) -> nn.Sequential:
    """Half the channels and twice the size `num_doublings` times, then the three colours.

    (batch, channels, height, width) -> (batch, 3, 2**num_doublings height, ...). The border is reflected, not filled
    with zeros, which would frame every picture. Raises UsageError for numbers below 1.
    """
    check_counts(channels=channels, num_doublings=num_doublings)
    layers: list[nn.Module] = []
    for _ in range(num_doublings):
        layers += [*convolution(channels, channels // 2), nn.ReLU(), nn.Upsample(scale_factor=2, mode="nearest")]
        layers += [*convolution(channels // 2, channels // 2), nn.ReLU()]
        channels //= 2
    return nn.Sequential(*layers, *convolution(channels, 3))


def convolution(in_channels: int, out_channels: int) -> list[nn.Module]:
    return [nn.ReflectionPad2d(1), nn.Conv2d(in_channels, out_channels, kernel_size=3)]

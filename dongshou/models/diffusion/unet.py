"""The U-Net that sees the noise in a picture: down to a small grid, up again, past each level a bridge."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dongshou.errors import DongshouError, UsageError
from dongshou.models.attention import MultiHeadAttention, sinusoids
from dongshou.models.checks import check_counts
from dongshou.models.diffusion.conditions import CaptionCondition, ClassCondition, Clue

GROUPS = 8  # of channels, each normalised by itself
MOST_STEPS = 4096  # of a noise schedule


class StepEmbedding(nn.Module):
    """The step t as sines and cosines, through two layers. t (batch,) -> (batch, num_hiddens)

    Ho et al., 2020, appendix B, with the positions of Vaswani et al., 2017.
    """

    positions: Tensor

    def __init__(self, num_hiddens: int) -> None:
        super().__init__()
        self.register_buffer("positions", sinusoids(MOST_STEPS, num_hiddens), persistent=False)
        self.layers = nn.Sequential(nn.Linear(num_hiddens, num_hiddens), nn.SiLU(), nn.Linear(num_hiddens, num_hiddens))

    def forward(self, t: Tensor) -> Tensor:
        return self.layers(self.positions[t])


class ResidualBlock(nn.Module):
    """x + conv(silu(norm(h) (1 + scale) + shift)), h = conv(silu(norm(x))); scale and shift come from the clue.

    x (batch, in, height, width), clue (batch, num_hiddens) -> (batch, out, height, width). Where the channels differ, a
    1x1 convolution takes x along. The last convolution starts at 0, so that a block begins as the identity. Dhariwal
    and Nichol, 2021, section 3.
    """

    def __init__(self, in_channels: int, out_channels: int, num_hiddens: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.clue = nn.Linear(num_hiddens, 2 * out_channels)
        self.norm2 = nn.GroupNorm(GROUPS, out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.skip = nn.Identity() if in_channels == out_channels else nn.Conv2d(in_channels, out_channels, 1)
        self.silu = nn.SiLU()
        zeros(self.conv2)

    def forward(self, x: Tensor, clue: Tensor) -> Tensor:
        h = self.conv1(self.silu(self.norm1(x)))  # (batch, out, height, width)
        scale, shift = self.clue(self.silu(clue))[:, :, None, None].chunk(2, 1)  # (batch, out, 1, 1)
        return self.skip(x) + self.conv2(self.silu(self.norm2(h) * (1 + scale) + shift))


class Looking(nn.Module):
    """Each pixel looks at all others, and at the words of a caption where there is one; what it sees is added.

    x (batch, channels, height, width), clue -> the same shape. Both outputs start at 0. Rombach et al., 2022,
    section 3.3 for the words.
    """

    def __init__(self, channels: int, num_heads: int, num_hiddens: int | None) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, channels)
        self.pixels = MultiHeadAttention(channels, num_heads)
        zeros(self.pixels.W_o)
        if num_hiddens is not None:
            self.norm2 = nn.GroupNorm(GROUPS, channels)
            self.project = nn.Linear(num_hiddens, channels)
            self.words = MultiHeadAttention(channels, num_heads)
            zeros(self.words.W_o)

    def forward(self, x: Tensor, clue: Clue) -> Tensor:
        pixels = as_sequence(self.norm1(x))  # (batch, height width, channels)
        x = x + as_grid(self.pixels(pixels, pixels, pixels), x)
        if clue.words is None:
            return x
        words = self.project(clue.words)  # (batch, words, channels)
        return x + as_grid(self.words(as_sequence(self.norm2(x)), words, words, clue.mask), x)


def zeros(layer: nn.Module) -> None:
    """Let a layer say nothing at the start."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


def as_sequence(x: Tensor) -> Tensor:
    """(batch, channels, height, width) -> (batch, height width, channels)"""
    return x.flatten(2).transpose(1, 2)


def as_grid(pixels: Tensor, like: Tensor) -> Tensor:
    """`as_sequence` undone."""
    return pixels.transpose(1, 2).reshape(like.shape)


class DenoisingUNet(nn.Module):
    """The noise in x_t.

    x_t (batch, channels, height, width), t (batch,), condition (batch, ...) -> (batch, channels, height, width)

    Down, level by level, each half as high and wide as the one before; up again, where each level is given what the
    same level had on the way down (Ronneberger et al., 2015). Every block is told the step and the condition. Blocks
    of patch x patch pixels are one pixel with as many more channels: a quarter of the work at patch 2.
    Ho et al., 2020, appendix B. Raises DongshouError for a picture that cannot be halved so often.
    """

    def __init__(
        self,
        in_channels: int,
        condition: ClassCondition | CaptionCondition,
        num_hiddens: int,
        channels: Sequence[int] = (32, 64),
        num_blocks: int = 1,
        num_heads: int = 4,
        patch: int = 1,
    ) -> None:
        super().__init__()
        check_counts(in_channels=in_channels, num_blocks=num_blocks, patch=patch)
        check_channels(channels, num_heads)
        self.condition = condition
        self.divisor = patch * 2 ** (len(channels) - 1)  # of height and width
        self.step = StepEmbedding(num_hiddens)
        self.to_patches, self.to_pixels = nn.PixelUnshuffle(patch), nn.PixelShuffle(patch)
        self.first = nn.Conv2d(in_channels * patch**2, channels[0], 3, padding=1)
        self.down, self.smaller = nn.ModuleList(), nn.ModuleList()
        self.up, self.larger = nn.ModuleList(), nn.ModuleList()
        for width in channels:
            self.down.append(nn.ModuleList([ResidualBlock(width, width, num_hiddens) for _ in range(num_blocks)]))
            blocks = [ResidualBlock(2 * width, width, num_hiddens)]  # beside the bridge
            blocks += [ResidualBlock(width, width, num_hiddens) for _ in range(num_blocks - 1)]
            self.up.append(nn.ModuleList(blocks))
        for width, narrower in itertools.pairwise(channels):
            self.smaller.append(nn.Conv2d(width, narrower, 3, stride=2, padding=1))
            self.larger.append(nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(narrower, width, 3, padding=1)))
        lowest = channels[-1]
        self.middle = nn.ModuleList([ResidualBlock(lowest, lowest, num_hiddens) for _ in range(2)])
        self.look = Looking(lowest, num_heads, num_hiddens if isinstance(condition, CaptionCondition) else None)
        self.last = nn.Sequential(
            nn.GroupNorm(GROUPS, channels[0]), nn.SiLU(), nn.Conv2d(channels[0], in_channels * patch**2, 3, padding=1)
        )

    def forward(self, x_t: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        self.check_size(x_t)
        clue = self.condition(condition)
        vector = self.step(t) + clue.vector  # (batch, num_hiddens)
        x = self.first(self.to_patches(x_t))  # (batch, channels, height, width), by patches
        bridges: list[Tensor] = []
        for level, blocks in enumerate(self.down):
            for block in blocks:  # pyright: ignore[reportGeneralTypeIssues]
                x = block(x, vector)
            bridges.append(x)
            if level < len(self.smaller):
                x = self.smaller[level](x)
        x = self.middle[1](self.look(self.middle[0](x, vector), clue), vector)
        for level in reversed(range(len(self.up))):
            x = torch.cat([x, bridges[level]], 1)
            for block in self.up[level]:  # pyright: ignore[reportGeneralTypeIssues]
                x = block(x, vector)
            if level > 0:
                x = self.larger[level - 1](x)
        return self.to_pixels(self.last(x))

    def check_size(self, x: Tensor) -> None:
        height, width = x.shape[-2:]
        if height % self.divisor or width % self.divisor:
            raise DongshouError(
                f"This U-Net needs pictures whose sides are multiples of {self.divisor} pixels; got {width}x{height}."
            )


def check_channels(channels: Sequence[int], num_heads: int) -> None:
    """Raises UsageError unless there are levels, and their channels can be dealt out to groups and heads."""
    if not channels or any(width < 1 or width % GROUPS or width % num_heads for width in channels):
        raise UsageError(
            f"The channels of each level are a multiple of {GROUPS}, the groups that are normalised together, and of"
            f" the number of heads, {num_heads}; got {tuple(channels)}."
        )


def denoising_unet(
    in_channels: int = 1,
    num_classes: int = 10,
    *,
    channels: Sequence[int] = (32, 64),
    num_hiddens: int = 128,
    num_blocks: int = 1,
    num_heads: int = 4,
    patch: int = 1,
) -> DenoisingUNet:
    """A U-Net that is told a class; num_classes itself is no class.

    Raises UsageError for sizes below 1, or channels that are no multiple of 8 and of the heads.
    """
    condition = ClassCondition(num_classes, num_hiddens)
    return DenoisingUNet(in_channels, condition, num_hiddens, channels, num_blocks, num_heads, patch)

"""Upsampling layers; the formulas stand in `functional/upsampling.py`."""

from __future__ import annotations

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.functional.convolution import Sizes
from dongshou.scratch.functional.upsampling import Factors
from dongshou.scratch.nn.container import Layer, torch_nn


class Upsample(Layer, torch_nn.Upsample):
    """A picture of another size: to size, or by scale_factor.

    (batch, channels, *sizes) -> (batch, channels, *other_sizes); mode says what is read between the elements.
    """

    def __init__(
        self,
        size: Sizes | None = None,
        scale_factor: Factors | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, tuple):
            self.scale_factor = tuple(float(factor) for factor in scale_factor)
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None  # pyright: ignore[reportArgumentType]
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        given = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{given}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample, torch_nn.UpsamplingNearest2d):
    """Every pixel becomes a block of its like."""

    def __init__(self, size: Sizes | None = None, scale_factor: Factors | None = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample, torch_nn.UpsamplingBilinear2d):
    """New pixels are weighted means of the four around them; the corners stay."""

    def __init__(self, size: Sizes | None = None, scale_factor: Factors | None = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)


class PixelShuffle(Layer, torch_nn.PixelShuffle):
    """Channels become pixels: (..., c r^2, height, width) -> (..., c, r height, r width). Shi et al., 2016."""

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Layer, torch_nn.PixelUnshuffle):
    """Pixels become channels: (..., c, r height, r width) -> (..., c r^2, height, width)."""

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"

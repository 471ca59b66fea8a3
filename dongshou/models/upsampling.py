"""Transposed convolution that begins as bilinear interpolation (Long, Shelhamer and Darrell, 2015, section 3.3)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_counts


class Upsampling(nn.Module):
    """Every channel enlarged by a transposed convolution that may learn to do it otherwise.

    (batch, channels, height, width) -> (batch, channels, factor height, factor width)

    It begins as bilinear interpolation, equal to torch's with align_corners=False. The border is repeated by a pixel
    first: without it a transposed convolution reads zeros beyond the image and darkens its edges.
    Raises UsageError for numbers below 1.
    """

    def __init__(self, channels: int, factor: int) -> None:
        super().__init__()
        check_counts(channels=channels, factor=factor)
        is_odd = factor % 2
        self.pad = nn.ReplicationPad2d(1)
        self.enlarge = nn.ConvTranspose2d(
            channels,
            channels,
            kernel_size=2 * factor - is_odd,
            stride=factor,
            padding=(3 * factor - is_odd) // 2,  # what the repeated border became is cut off again
            bias=False,
        )
        bilinear_(self.enlarge.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.enlarge(self.pad(x))


@torch.no_grad()
def bilinear_(weight: Tensor) -> Tensor:
    """The kernel with which a transposed convolution interpolates, in place, each channel by itself.

    w[i, j, y, x] = (1 - |y - c| / f) (1 - |x - c| / f) where i = j, else 0, with f = ceil(k / 2), c = (k - 1) / 2

    weight (channels, channels, k, k) of a stride of f. Raises UsageError for a weight of another shape.
    """
    if weight.dim() != 4 or weight.shape[0] != weight.shape[1] or weight.shape[2] != weight.shape[3]:
        raise UsageError(
            "Interpolation keeps the channels and has a square kernel: (channels, channels, k, k);"
            f" got a weight of shape {tuple(weight.shape)}."
        )
    size = weight.shape[-1]
    distance = (torch.arange(size, dtype=weight.dtype, device=weight.device) - (size - 1) / 2).abs()
    tent = 1 - distance / ((size + 1) // 2)  # (k,)
    weight.zero_().diagonal().copy_((tent[:, None] * tent)[..., None])  # the diagonal is (k, k, channels)
    return weight

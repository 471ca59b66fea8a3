"""The transposed convolution that begins as interpolation, beside torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import interpolate

from dongshou.errors import UsageError
from dongshou.models import Upsampling
from dongshou.models.upsampling import bilinear_


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 7, 8, 32])
@torch.no_grad()
def test_it_begins_as_interpolation(factor: int):
    images = torch.randn(2, 3, 5, 4, dtype=torch.float64)
    enlarge = Upsampling(3, factor).double()
    bilinear_(enlarge.enlarge.weight)  # in float64 a third is nearer to a third
    expected = interpolate(images, scale_factor=factor, mode="bilinear", align_corners=False)
    torch.testing.assert_close(enlarge(images), expected, rtol=1e-12, atol=1e-12)


@torch.no_grad()
def test_an_image_is_doubled_to_the_last_bit():
    levels = torch.randint(256, (1, 3, 9, 14)).double()  # products with quarters are exact
    assert torch.equal(Upsampling(3, 2).double()(levels), interpolate(levels, scale_factor=2, mode="bilinear"))


def test_what_interpolates_has_a_square_kernel_for_each_channel():
    for layer in (nn.ConvTranspose2d(2, 3, 4), nn.ConvTranspose2d(2, 2, (4, 3)), nn.ConvTranspose1d(2, 2, 4)):
        with pytest.raises(UsageError, match="a square kernel: .*; got a weight of shape"):
            bilinear_(layer.weight)

"""Images sheared, shifted and turned, each by its own amounts. The nearest pixel is taken, exactly as Pillow does."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from dongshou.data.augment.together import T, moved_target

FIXED_POINT = 2**16  # coordinates are whole numbers of 1/65536 pixel: the same pixels on every device


def moved(images: Tensor, amounts: Tensor, fill: int = 0) -> Tensor:
    """The images, any dtype, sheared, shifted and turned; what comes from outside has the level `fill`.

    The five amounts of each image, (batch, 5) on the CPU, are its shears and its shifts along x and y, shifts as
    shares of the side, rounded to pixels, and the degrees t by which it is turned counterclockwise around its
    middle. The new pixel at (x, y) is the old one at

        x' = cos t x + (shear_x - sin t) y + shift_x,    y' = (shear_y + sin t) x + cos t y + shift_y

    where the turn counts from the middle, a shear from the corner at the top left.
    """
    height, width = images.shape[-2:]
    (xx, xy, shift_x), (yx, yy, shift_y) = old_places(amounts, height, width)
    framed = pad(images, [1, 1, 1, 1], value=fill).flatten(2)  # whatever lies outside is on the frame
    column = positions(xx, xy, shift_x + 1, images).clamp_(0, width + 1)  # (batch, height, width)
    row = positions(yx, yy, shift_y + 1, images).clamp_(0, height + 1)
    place = row.mul_(width + 2).add_(column).flatten(1).long()
    return framed.gather(2, place[:, None].expand(-1, images.shape[1], -1)).view_as(images)


def old_places(amounts: Tensor, height: int, width: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """The factors of x, of y and the shift, (batch,) each, that give x' and those that give y'."""
    shear_x, shear_y, share_x, share_y, degrees = amounts.double().unbind(1)
    cos, sin = degrees.deg2rad().cos(), degrees.deg2rad().sin()
    shift_x = (share_x * width).round() + (width - cos * width + sin * height) / 2
    shift_y = (share_y * height).round() + (height - sin * width - cos * height) / 2
    return (cos, shear_x - sin, shift_x), (shear_y + sin, cos, shift_y)


def moved_with_pictures(target: T, amounts: Tensor, size: tuple[int, int]) -> T:
    """Boxes or a mask where `moved` brings the pictures (height, width) of these amounts."""
    to_old = torch.stack([torch.stack(line, -1) for line in old_places(amounts, *size)], -2)  # (batch, 2, 3)
    linear = to_old[..., :2].inverse()
    shift = -(linear @ to_old[..., 2:])[..., 0]
    return moved_target(target, lambda mask, void: moved(mask, amounts, void), linear, shift, size)


def positions(by_x: Tensor, by_y: Tensor, shift: Tensor, images: Tensor) -> Tensor:
    """by_x x + by_y y + shift at the middle of every new pixel, rounded down: int32 (batch, height, width)."""
    line = torch.stack([by_x, by_y, by_x / 2 + by_y / 2 + shift])  # (3, batch)
    fixed = (line * FIXED_POINT + 0.5).floor().int().to(images.device)
    by_x, by_y, start = fixed[:, :, None, None]  # (batch, 1, 1)
    x = torch.arange(images.shape[-1], dtype=torch.int32, device=images.device)
    y = torch.arange(images.shape[-2], dtype=torch.int32, device=images.device)[:, None]
    return (by_x * x + (by_y * y + start)).bitwise_right_shift_(16)

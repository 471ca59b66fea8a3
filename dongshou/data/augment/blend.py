"""Between an image and a poorer one, and beyond: brightness, contrast, colour and sharpness.

x' = poorer + factor (x - poorer): a factor of 0 gives the poorer image, 1 the image, 2 twice what it lacked
(Haeberli & Voorhies, 1994). Images (batch, channels, height, width) are float32 with levels 0..255 and are changed
in place, factors (batch,).
"""

from __future__ import annotations

from torch import Tensor

from dongshou.data.augment.chance import per_image

RED, GREEN, BLUE = 19595 / 2**16, 38470 / 2**16, 7471 / 2**16  # 0.299, 0.587, 0.114: how bright each looks


def brightness_(images: Tensor, factor: Tensor) -> Tensor:
    """Poorer: black."""
    return images.mul_(per_image(factor, images)).clamp_(0, 255)


def contrast_(images: Tensor, factor: Tensor) -> Tensor:
    """Poorer: the mean grey everywhere."""
    return blend_(images, gray(images).mean((1, 2, 3), keepdim=True).add_(0.5).floor_(), factor)


def color_(images: Tensor, factor: Tensor) -> Tensor:
    """Poorer: without colour."""
    return blend_(images, gray(images), factor)


def sharpness_(images: Tensor, factor: Tensor) -> Tensor:
    """Poorer: smoothed."""
    return blend_(images, smooth(images), factor)


def blend_(images: Tensor, poorer: Tensor, factor: Tensor) -> Tensor:
    """poorer + factor (x - poorer), held within 0..255."""
    return images.sub_(poorer).mul_(per_image(factor, images)).add_(poorer).clamp_(0, 255)


def gray(images: Tensor) -> Tensor:
    """How bright each pixel looks, as a whole level (batch, 1, height, width)."""
    if images.shape[1] == 1:
        return images.clone()
    red, green, blue = images.split(1, dim=1)
    # 16 bits are exact in float32, so that the level is that of Pillow
    return (RED * red).add_(green, alpha=GREEN).add_(blue, alpha=BLUE).add_(0.5).floor_()


def smooth(images: Tensor) -> Tensor:
    """The mean over 3x3 pixels, the one in the middle counted five times, as a whole level; the border as it is."""
    down = images[..., :-2, :] + images[..., 1:-1, :] + images[..., 2:, :]
    sums = down[..., :-2] + down[..., 1:-1] + down[..., 2:]  # (batch, channels, height - 2, width - 2)
    smoothed = images.clone()
    inner = smoothed[..., 1:-1, 1:-1]
    inner.copy_(sums.add_(inner, alpha=4).div_(13).add_(0.5).floor_())
    return smoothed

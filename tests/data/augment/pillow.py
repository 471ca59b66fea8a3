"""Batches as Pillow's images, one by one, and back: the oracle of the tests of augmentation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor


def random_images(num_images: int = 6, channels: int = 3, height: int = 13, width: int = 17, seed: int = 0) -> Tensor:
    """Noise, gradients, and images of few levels: uint8 (batch, channels, height, width)."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(256, (num_images, channels, height, width), generator=generator, dtype=torch.uint8)
    images[1] = 40 + images[1] // 4  # little contrast
    images[2] = torch.arange(width, dtype=torch.uint8) * 9
    images[3] = images[3] // 128 * 200  # two levels
    images[4] = 77  # one level
    return images


def to_pillow(image: Tensor) -> Image.Image:
    array = image.permute(1, 2, 0).numpy()
    return Image.fromarray(array[..., 0] if image.shape[0] == 1 else np.ascontiguousarray(array))


def from_pillow(image: Image.Image) -> Tensor:
    array = torch.from_numpy(np.array(image))
    return array[None] if array.dim() == 2 else array.permute(2, 0, 1)


def by_pillow(images: Tensor, change: Callable[[Image.Image, int], Image.Image]) -> Tensor:
    """`change(image, index)` of every image of the batch."""
    return torch.stack([from_pillow(change(to_pillow(image), index)) for index, image in enumerate(images)])

"""Augmentation as many a tutorial has it: one image after the other through Pillow, stacked by a DataLoader."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps
from torch import Tensor
from torch.utils.data import Dataset

Change = Callable[[Image.Image], Image.Image]

BLACK, GRAY = (0, 0, 0), (128, 128, 128)


class PillowImages(Dataset):
    """uint8 images (n, channels, height, width); each is changed, then standardised, when it is asked for."""

    def __init__(self, images: Tensor, labels: Tensor, change: Change, mean: float, std: float) -> None:
        self.pixels = np.ascontiguousarray(images.movedim(1, 3).numpy())  # (n, height, width, channels)
        self.labels = labels.tolist()
        self.change = change
        self.mean, self.std = mean, std

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        picture = self.change(Image.fromarray(self.pixels[index]))
        values = torch.from_numpy(np.array(picture)).movedim(2, 0).float().div_(255)
        return values.sub_(self.mean).div_(self.std), self.labels[index]


def jittered(picture: Image.Image) -> Image.Image:
    """Crop with a border of 4, flip, and the four of colour jitter in a random order."""
    left, top = random.randint(0, 8), random.randint(0, 8)
    box = (left, top, left + picture.width, top + picture.height)
    picture = ImageOps.expand(picture, 4, BLACK).crop(box)
    if random.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for change in random.sample(JITTER, len(JITTER)):
        picture = change(picture)
    return picture


def turned_hue(picture: Image.Image) -> Image.Image:
    hue, saturation, value = picture.convert("HSV").split()
    turn = round(255 * random.uniform(-0.1, 0.1))
    turned = Image.fromarray(np.array(hue) + np.uint8(turn % 256))  # wraps around as hues do
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


JITTER: list[Change] = [
    lambda picture: ImageEnhance.Brightness(picture).enhance(random.uniform(0.6, 1.4)),
    lambda picture: ImageEnhance.Contrast(picture).enhance(random.uniform(0.6, 1.4)),
    lambda picture: ImageEnhance.Color(picture).enhance(random.uniform(0.6, 1.4)),
    turned_hue,
]


def randomly_augmented(picture: Image.Image) -> Image.Image:
    """RandAugment: two of its operations at magnitude 9 of 30."""
    for operation in random.choices(OPERATIONS, k=2):
        picture = operation(picture, random.choice((-0.3, 0.3)))
    return picture


def affine(picture: Image.Image, *matrix: float) -> Image.Image:
    return picture.transform(picture.size, Image.Transform.AFFINE, matrix, fillcolor=GRAY)


OPERATIONS: list[Callable[[Image.Image, float], Image.Image]] = [
    lambda picture, s: picture,
    lambda picture, s: ImageOps.autocontrast(picture),
    lambda picture, s: ImageOps.equalize(picture),
    lambda picture, s: picture.rotate(30 * s, fillcolor=GRAY),
    lambda picture, s: ImageOps.solarize(picture, round(256 * (1 - abs(s)))),
    lambda picture, s: ImageEnhance.Color(picture).enhance(1 + 0.9 * s),
    lambda picture, s: ImageOps.posterize(picture, 8 - round(4 * abs(s))),
    lambda picture, s: ImageEnhance.Contrast(picture).enhance(1 + 0.9 * s),
    lambda picture, s: ImageEnhance.Brightness(picture).enhance(1 + 0.9 * s),
    lambda picture, s: ImageEnhance.Sharpness(picture).enhance(1 + 0.9 * s),
    lambda picture, s: affine(picture, 1, 0.3 * s, 0, 0, 1, 0),
    lambda picture, s: affine(picture, 1, 0, 0, 0.3 * s, 1, 0),
    lambda picture, s: affine(picture, 1, 0, round(10 / 32 * s * picture.width), 0, 1, 0),
    lambda picture, s: affine(picture, 1, 0, 0, 0, 1, round(10 / 32 * s * picture.height)),
]

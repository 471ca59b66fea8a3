"""Crops, flips, colours and erasing: each against somebody else's, and what they must leave alone."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn.functional import interpolate

from dongshou.data.augment import (
    ColorJitter,
    Cutout,
    Normalize,
    RandomCrop,
    RandomErasing,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomVerticalFlip,
)
from dongshou.data.augment.blend import brightness_, color_, contrast_
from dongshou.data.augment.color import turn_hue_
from dongshou.data.augment.crop import cropped
from dongshou.data.augment.rectangle import random_rectangles
from dongshou.data.images.pixels import ToFloat
from dongshou.errors import UsageError
from tests.data.augment.pillow import by_pillow, random_images


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# Crops


def test_a_crop_is_pillows_crop_of_the_image_in_its_border():
    images, generator, replay = random_images(), seeded(4), seeded(4)
    ours = RandomCrop(padding=3, fill=50)(images, generator)
    top, left = torch.randint(7, (2, len(images)), generator=replay).tolist()

    def crop(image: Image.Image, index: int) -> Image.Image:
        bordered = ImageOps.expand(image, 3, (50, 50, 50))
        box = (left[index], top[index], left[index] + image.width, top[index] + image.height)
        return bordered.crop(box)

    assert torch.equal(ours, by_pillow(images, crop))


def test_crops_are_as_likely_at_every_place():
    pixel = torch.zeros(9000, 1, 3, 3, dtype=torch.uint8)
    pixel[:, :, 1, 1] = 1
    shares = RandomCrop(padding=1)(pixel, seeded()).float().mean(0)
    torch.testing.assert_close(shares, torch.full((1, 3, 3), 1 / 9), atol=0.02, rtol=0)


def test_any_part_of_images_in_any_layout():
    images = random_images().permute(0, 1, 3, 2)  # not contiguous
    top, left = torch.tensor([0, 1, 2, 3, 4, 5]), torch.tensor([5, 4, 3, 2, 1, 0])
    ours = cropped(images, top, left, 7, 6)
    assert all(torch.equal(ours[i], images[i, :, i : i + 7, 5 - i : 11 - i]) for i in range(6))


def parts_of(images: Tensor, seed: int):
    part = random_rectangles(images, (0.08, 1.0), (3 / 4, 4 / 3), seeded(seed))
    return zip(*(values.tolist() for values in (part.top, part.left, part.height, part.width)), strict=True)


@pytest.mark.parametrize("size", [(13, 17), (32, 32)], ids=str)
def test_a_resized_crop_is_torchs_and_pillows_bilinear(size: tuple[int, int]):
    images = random_images(height=size[0], width=size[1])
    ours = RandomResizedCrop()(images, seeded(3))
    assert ours.dtype == torch.float32
    for image, mine, (top, left, height, width) in zip(images, ours, parts_of(images, 3), strict=True):
        part = image[None, :, top : top + height, left : left + width].float()
        torch.testing.assert_close(mine[None], interpolate(part, size, mode="bilinear"), atol=1e-3, rtol=0)

    boxes = list(parts_of(images, 3))

    def resized(image: Image.Image, index: int) -> Image.Image:
        top, left, height, width = boxes[index]
        part = image.crop((left, top, left + width, top + height))
        return part.resize(image.size, Image.Resampling.BILINEAR)

    assert (ours - by_pillow(images, resized)).abs().max() <= 1.0  # Pillow rounds after rows and after columns


def test_the_area_and_shape_of_parts_are_within_their_ranges():
    images = torch.zeros(3000, 1, 60, 60)
    part = random_rectangles(images, (0.1, 0.6), (0.5, 2.0), seeded())
    share, ratio = part.height * part.width / 3600, part.width / part.height
    assert share.min() > 0.09 and share.max() < 0.62
    assert ratio.min() > 0.47 and ratio.max() < 2.15
    assert float(share.mean()) == pytest.approx(0.35, abs=0.02)
    assert float(ratio.log().mean()) == pytest.approx(0, abs=0.03)
    assert (part.top + part.height).max() <= 60 and (part.left + part.width).max() <= 60
    assert part.top.min() == 0 and part.left.min() == 0


# Flips


@pytest.mark.parametrize(
    ("flip", "method"),
    [
        (RandomHorizontalFlip, Image.Transpose.FLIP_LEFT_RIGHT),
        (RandomVerticalFlip, Image.Transpose.FLIP_TOP_BOTTOM),
    ],
)
def test_flips_are_pillows(flip, method: Image.Transpose):
    images = random_images(40)
    flipped = by_pillow(images, lambda image, index: image.transpose(method))
    assert torch.equal(flip(p=1.0)(images, seeded()), flipped)
    assert torch.equal(flip(p=0.0)(images, seeded()), images)
    half = flip()(images, seeded())
    is_flipped = (half == flipped).flatten(1).all(1)
    assert torch.equal(half[~is_flipped], images[~is_flipped])
    assert 10 < int(is_flipped.sum()) < 35


# Colours


def test_hue_is_that_of_colorsys():
    images = random_images(height=6, width=5)
    images[5, :, 0, :5] = torch.tensor([[255, 0, 0, 0, 90], [0, 255, 0, 200, 90], [0, 0, 255, 200, 90]])
    turns = torch.tensor([0.0, 0.1, -0.25, 0.5, -0.5, 1 / 3])

    def turned(pixel: np.ndarray, turn: float) -> tuple[float, ...]:
        hue, saturation, value = colorsys.rgb_to_hsv(*pixel.tolist())
        return colorsys.hsv_to_rgb((hue + turn) % 1.0, saturation, value)

    expected = images.double().clone()
    for image, turn in zip(expected, turns.tolist(), strict=True):
        for row in range(image.shape[1]):
            for column in range(image.shape[2]):
                pixel = image[:, row, column]
                image[:, row, column] = torch.tensor(turned(pixel.numpy(), turn))
    torch.testing.assert_close(turn_hue_(images.float(), turns).double(), expected, atol=2e-3, rtol=0)


def test_jitter_applies_the_four_in_one_of_their_orders_with_a_factor_for_each_image():
    images, replay = random_images(), seeded(9)
    ours = ColorJitter(0.4, 0.5, 2.0, 0.2)(images, seeded(9))
    changes = [(brightness_, 0.6, 1.4), (contrast_, 0.5, 1.5), (color_, 0.0, 3.0), (turn_hue_, -0.2, 0.2)]
    expected = images.float()
    for index in torch.randperm(4, generator=replay).tolist():
        change, low, high = changes[index]
        expected = change(expected, low + (high - low) * torch.rand(6, generator=replay))
    assert torch.equal(ours, expected)


def test_jitter_of_nothing_changes_nothing():
    images = random_images()
    assert torch.equal(ColorJitter()(images, seeded()), images.float())


def test_gray_images_have_neither_saturation_nor_hue():
    images = random_images(channels=1)
    assert torch.equal(ColorJitter(saturation=0.9, hue=0.5)(images, seeded()), images.float())


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_normalize_gives_each_channel_its_own_mean_and_std(dtype: torch.dtype):
    images, mean, std = random_images().to(dtype), (0.1, 0.2, 0.3), (0.5, 0.25, 2.0)
    expected = (images / 255 - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)
    torch.testing.assert_close(Normalize(mean, std)(images), expected)
    torch.testing.assert_close(Normalize((0.1,), (0.3,))(images), ToFloat((0.1, 0.3))(images))


# Erasing


@pytest.mark.parametrize("value", [None, 7])
def test_what_is_erased_is_one_rectangle_and_the_rest_is_untouched(value: int | None):
    images = torch.full((200, 3, 20, 30), 255, dtype=torch.uint8)
    erased = RandomErasing(p=0.5, value=value)(images, seeded()) != images
    touched = erased.any(1)  # noise may keep the level of a pixel in some channel
    num_erased = 0
    for mask in touched:
        rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
        if len(rows) == 0:
            continue
        num_erased += 1
        area = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
        assert mask.sum() >= 0.99 * area
        assert 0.015 < area / 600 < 0.43
    assert 70 < num_erased < 130


def test_cutout_is_a_square_cut_off_at_the_border():
    images = torch.full((500, 1, 12, 12), 9, dtype=torch.uint8)
    holes = Cutout(size=4)(images, seeded())[:, 0] == 0
    sizes = holes.sum((1, 2))
    assert sizes.max() == 16 and sizes.min() == 4  # around a corner, a quarter of it is left
    assert (holes.any(1).sum(1) * holes.any(2).sum(1) == sizes).all()


# Wrong use

WRONG = [
    (lambda: RandomCrop(padding=-1), "padding .* at least 0; got -1"),
    (lambda: RandomHorizontalFlip(p=1.5), "p is a probability, from 0 to 1; got 1.5"),
    (lambda: RandomVerticalFlip(p=-0.1), "p is a probability"),
    (lambda: RandomResizedCrop(scale=(0.5, 0.1)), r"share of the area.*got \(0.5, 0.1\)"),
    (lambda: RandomResizedCrop(ratio=(0.0, 1.0)), r"width / height, above 0; got \(0.0, 1.0\)"),
    (lambda: ColorJitter(brightness=-0.1), "at least 0; got ColorJitter"),
    (lambda: ColorJitter(hue=0.6), "from 0 to 0.5; got 0.6"),
    (lambda: RandomErasing(scale=(0.0, 0.3)), "share of the area"),
    (lambda: Cutout(size=0), "at least 1 pixel; got 0"),
    (lambda: Normalize((0.5,), (0.0,)), "positive std"),
    (lambda: Normalize((0.5, 0.5), (1.0,)), "a mean and a positive std a channel"),
    (lambda: Normalize((0.5, 0.5), (1.0, 1.0))(random_images()), "means for 2 channels, the images have 3"),
]


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message for _, message in WRONG])
def test_wrong_numbers_are_refused(make, message: str):
    with pytest.raises(UsageError, match=message):
        make()

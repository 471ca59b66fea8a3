"""Every operation of the policies against Pillow, level for level, on images of its own each."""

from __future__ import annotations

import pytest
import torch
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from torch import Tensor

from dongshou.data.augment import blend, tone
from dongshou.data.augment.geometry import moved
from dongshou.data.augment.operations import CHANGES, MOVES, operate
from tests.data.augment.pillow import by_pillow, random_images

CHANNELS = [1, 3]
FACTORS = torch.tensor([0.0, 0.37, 1.0, 1.62, 1.9, 0.1])
AMOUNTS = torch.tensor([0.0, 0.23, -0.3, 0.11, -0.07, 0.29])

ENHANCE = {
    "Brightness": (blend.brightness_, ImageEnhance.Brightness),
    "Contrast": (blend.contrast_, ImageEnhance.Contrast),
    "Color": (blend.color_, ImageEnhance.Color),
    "Sharpness": (blend.sharpness_, ImageEnhance.Sharpness),
}


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("name", ENHANCE)
def test_blends(name: str, channels: int) -> None:
    ours, theirs = ENHANCE[name]
    images = random_images(channels=channels)
    expected = by_pillow(images, lambda image, index: theirs(image).enhance(float(FACTORS[index])))
    assert torch.equal(ours(images.float(), FACTORS).to(torch.uint8), expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (2, 9), (3, 3)], ids=str)
def test_images_too_small_to_smooth_stay_as_they_are(size: tuple[int, int]) -> None:
    images = random_images(height=size[0], width=size[1])
    expected = by_pillow(images, lambda image, index: image.filter(ImageFilter.SMOOTH))
    assert torch.equal(blend.smooth(images.float()).to(torch.uint8), expected)


@pytest.mark.parametrize("channels", CHANNELS)
def test_invert_solarize_posterize(channels: int) -> None:
    images = random_images(channels=channels)
    thresholds = torch.tensor([0.0, 100.0, 127.5, 200.0, 255.0, 256.0])
    bits = torch.tensor([1, 2, 4, 5, 7, 8])
    assert torch.equal(tone.invert(images), by_pillow(images, lambda image, index: ImageOps.invert(image)))
    solarized = by_pillow(images, lambda image, index: ImageOps.solarize(image, thresholds[index].item()))
    assert torch.equal(tone.solarize(images, thresholds), solarized)
    posterized = by_pillow(images, lambda image, index: ImageOps.posterize(image, int(bits[index])))
    assert torch.equal(tone.posterize(images, bits), posterized)


@pytest.mark.parametrize("size", [(13, 17), (32, 32), (64, 70)], ids=str)
@pytest.mark.parametrize("channels", CHANNELS)
def test_equalize(channels: int, size: tuple[int, int]) -> None:
    images = random_images(channels=channels, height=size[0], width=size[1])
    assert torch.equal(tone.equalize(images), by_pillow(images, lambda image, index: ImageOps.equalize(image)))


@pytest.mark.parametrize("channels", CHANNELS)
def test_autocontrast(channels: int) -> None:
    images = random_images(channels=channels)
    ours = tone.autocontrast(images).int()
    theirs = by_pillow(images, lambda image, index: ImageOps.autocontrast(image)).int()
    least, largest = images.amin((2, 3), keepdim=True).int(), images.amax((2, 3), keepdim=True).int()
    is_whole = (images.int() - least) * 255 % (largest - least).clamp(min=1) == 0
    assert torch.equal(ours[~is_whole], theirs[~is_whole])
    # where the quotient is a whole number, Pillow's float may fall just short of it
    assert ((ours - theirs)[is_whole] >= 0).all() and ((ours - theirs)[is_whole] <= 1).all()
    flat = least == largest
    assert torch.equal(ours[flat.expand_as(ours)], images.int()[flat.expand_as(ours)])


def only(place: int, amounts: Tensor) -> Tensor:
    """The five amounts of `moved`, all but one of them zero."""
    five = torch.zeros(len(amounts), 5)
    five[:, place] = amounts
    return five


@pytest.mark.parametrize("size", [(13, 17), (32, 32)], ids=str)
@pytest.mark.parametrize("channels", CHANNELS)
def test_shears(channels: int, size: tuple[int, int]) -> None:
    images = random_images(channels=channels, height=size[0], width=size[1])

    def sheared(image: Image.Image, x: float = 0.0, y: float = 0.0) -> Image.Image:
        fill = 9 if channels == 1 else (9, 9, 9)
        return image.transform(image.size, Image.Transform.AFFINE, (1, x, 0, y, 1, 0), fillcolor=fill)

    along_x = by_pillow(images, lambda image, index: sheared(image, x=AMOUNTS[index].item()))
    along_y = by_pillow(images, lambda image, index: sheared(image, y=AMOUNTS[index].item()))
    assert torch.equal(moved(images, only(0, AMOUNTS), fill=9), along_x)
    assert torch.equal(moved(images, only(1, AMOUNTS), fill=9), along_y)


@pytest.mark.parametrize("place", [2, 3])
def test_shifts_are_of_whole_pixels(place: int) -> None:
    images = random_images()
    side = images.shape[3 if place == 2 else 2]
    pixels = torch.tensor([0, 3, -4, side, -side, 1])

    def shifted(image: Image.Image, index: int) -> Image.Image:
        shift = (int(pixels[index]), 0) if place == 2 else (0, int(pixels[index]))
        return image.transform(
            image.size, Image.Transform.AFFINE, (1, 0, shift[0], 0, 1, shift[1]), fillcolor=(5, 5, 5)
        )

    assert torch.equal(moved(images, only(place, pixels / side), fill=5), by_pillow(images, shifted))


@pytest.mark.parametrize("size", [(13, 17), (32, 32), (8, 5)], ids=str)
def test_turns(size: tuple[int, int]) -> None:
    images = random_images(height=size[0], width=size[1])
    degrees = torch.tensor([0.0, 7.3, -30.0, 18.6, 45.0, -3.1])
    turned = by_pillow(images, lambda image, index: image.rotate(degrees[index].item(), fillcolor=(128, 128, 128)))
    assert torch.equal(moved(images, only(4, degrees), fill=128), turned)


def test_moves_take_any_dtype() -> None:
    images = random_images()
    amounts = only(4, AMOUNTS * 90)
    assert torch.equal(moved(images, amounts).float(), moved(images.float(), amounts))


NAMES = (*MOVES, *CHANGES)


def test_each_image_gets_its_own_operation_whatever_else_is_in_the_batch() -> None:
    images = random_images(60, height=9, width=8)
    choice = torch.randint(len(NAMES), (60,))
    strength = 2 * torch.rand(60) - 1
    together = operate(NAMES, choice, images, strength, fill=128)
    alone = [operate(NAMES, choice[[i]], images[[i]], strength[[i]], fill=128) for i in range(60)]
    assert torch.equal(together, torch.cat(alone))
    assert set(choice.tolist()) == set(range(len(NAMES)))


@pytest.mark.parametrize("name", [*MOVES, "Identity", "Solarize", "Posterize", "Contrast", "Color", "Brightness"])
def test_no_strength_no_change(name: str) -> None:
    images = random_images()
    strength = torch.zeros(len(images))
    assert torch.equal(operate((name,), torch.zeros(len(images), dtype=torch.int64), images, strength, fill=0), images)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_changed_in_place(name: str) -> None:
    images = random_images()
    before = images.clone()
    operate((name,), torch.zeros(len(images), dtype=torch.int64), images, torch.ones(len(images)), fill=0)
    assert torch.equal(images, before)

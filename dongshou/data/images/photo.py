"""Any picture of one thing, made to look like the grey images that a network was trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from dongshou.data.images.files import open_picture
from dongshou.data.images.load import image_set
from dongshou.data.images.pixels import check_size, scaled
from dongshou.errors import DongshouError

Gray = np.ndarray  # float32 (height, width), 0 black to 255 white

SIDE, MNIST_BOX = 28, 20  # pixels: an image, and the part of it that a digit of MNIST fills
LARGEST = 512  # pixels: more than that of a photograph is noise
LEAST_CONTRAST = 24  # grey levels between the background and the thing
DEEPEST_SHADE = 64  # grey levels between a corner and the border as a whole
FAINT = 0.25  # of the brightest pixel: what is darker belongs to the background


def read_photo(path: str | Path, data: str, size: int = SIDE) -> Tensor:
    """The picture as an image of a data set, uint8 (1, size, size): the thing bright, its background black.

    Cut to the thing and scaled with its aspect kept, as the data set was made. For MNIST the digit goes into a
    box of 20x20, its centre of mass into the middle of 28x28 (LeCun et al., "Gradient-based learning applied to
    document recognition", 1998); elsewhere the thing fills the image, at the resolution of the data set.
    Raises DongshouError when the file is missing, no image or cut off, or when there is nothing on it; UsageError for
    a size below 1.
    """
    check_size(size)
    thing = cropped(on_black(read_gray(path), path))
    image = centered_by_mass(fitted(thing, MNIST_BOX)) if data == "mnist" else centered(fitted(thing, SIDE))
    pixels = torch.from_numpy(image).round().to(torch.uint8)[None, None]  # (1, 1, 28, 28)
    seen = scaled(scaled(pixels, image_set(data).SHAPE[-1]), size)[0]
    return torch.from_numpy(stretched(seen.numpy())).round().to(torch.uint8)  # thin strokes were scaled to grey


def read_gray(path: str | Path) -> Gray:
    """The picture upright, without colour, on a plain ground where it is transparent. Raises as `open_picture`."""
    picture = open_picture(path).convert("RGBA")
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    return opaque(picture)


def opaque(picture: Image.Image) -> Gray:
    """On white where what is drawn is dark, on black where it is light."""
    gray = np.asarray(picture.convert("L"), dtype=np.float32)
    alpha = np.asarray(picture.getchannel("A"), dtype=np.float32) / 255
    drawn = (gray * alpha).sum() / max(alpha.sum(), 1)  # mean level of what is not transparent
    ground = 255.0 if drawn < 128 else 0.0
    return alpha * gray + (1 - alpha) * ground


def on_black(gray: Gray, path: str | Path) -> Gray:
    """Background 0, the brightest pixel of the thing 255.

    The picture is inverted when it departs from its background towards black rather than white.
    Raises DongshouError for a picture that hardly departs from its background at all.
    """
    departure = gray - background_of(gray)
    if abs(departure).max() < LEAST_CONTRAST:
        raise DongshouError(f"{path} is blank: there is nothing on it that stands out from the background.")
    return stretched((departure if departure.max() > -departure.min() else -departure).clip(min=0))


def background_of(gray: Gray) -> Gray:
    """The level of the background at each pixel: the median of the border, tilted as light falls on paper.

    Interpolated between the four corners, as far as those are a shade of the border and nothing drawn there.
    """
    height, width = gray.shape
    top, left = slice(0, 1 + height // 16), slice(0, 1 + width // 16)
    bottom, right = slice(-1 - height // 16, None), slice(-1 - width // 16, None)
    border = np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]]))
    corners = [[np.median(gray[rows, columns]) for columns in (left, right)] for rows in (top, bottom)]
    shades = np.clip(corners, border - DEEPEST_SHADE, border + DEEPEST_SHADE)  # (2, 2)
    down, along = np.linspace(0, 1, height), np.linspace(0, 1, width)
    return np.stack([1 - down, down], axis=1) @ shades @ np.stack([1 - along, along])  # (height, width)


def stretched(image: Gray) -> Gray:
    """The brightest pixel at 255."""
    return image * (255 / image.max())


def cropped(image: Gray) -> Gray:
    """The rows and columns that the thing reaches, what is faint not counting."""
    seen = image >= FAINT * 255
    rows, columns = seen.any(axis=1).nonzero()[0], seen.any(axis=0).nonzero()[0]
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fitted(image: Gray, side: int) -> Gray:
    """Scaled so that its longer side is `side`, and its brightest pixel 255 again."""
    scale = side / max(image.shape)
    height, width = (max(1, round(length * scale)) for length in image.shape)
    smaller = Image.fromarray(image.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    return stretched(np.asarray(smaller))


def centered(image: Gray) -> Gray:
    """In the middle of a black square; an odd row or column is left over above and on the left."""
    height, width = image.shape
    return placed(image, (SIDE - height + 1) // 2, (SIDE - width + 1) // 2)


def centered_by_mass(image: Gray) -> Gray:
    """On a black square, the centre of mass in its middle as far as the image stays inside."""
    mass = image.sum()
    row = (image.sum(axis=1) @ np.arange(image.shape[0])) / mass
    column = (image.sum(axis=0) @ np.arange(image.shape[1])) / mass
    middle = SIDE // 2  # MNIST has it at pixel 14, not between 13 and 14: a network notices the half pixel
    top, left = round(middle - row), round(middle - column)
    height, width = image.shape
    return placed(image, min(max(top, 0), SIDE - height), min(max(left, 0), SIDE - width))


def placed(image: Gray, top: int, left: int) -> Gray:
    """On a black square of 28x28, at this corner."""
    square = np.zeros((SIDE, SIDE), dtype=np.float32)
    square[top : top + image.shape[0], left : left + image.shape[1]] = image
    return square

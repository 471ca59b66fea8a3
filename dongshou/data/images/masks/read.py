"""A mask file as classes, and a picture with its mask at the size of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from dongshou.data.images.files import on_white, open_picture
from dongshou.data.images.letterbox import fitted, framed
from dongshou.data.images.masks.palette import Palette
from dongshou.data.targets import VOID
from dongshou.errors import DongshouError

NUMBERED = ("1", "L", "P", "I", "I;16")  # modes of a picture whose pixels are numbers

Size = tuple[int, int]  # height, width


def read_pair(picture: Path, mask: Path, size: Size, palette: Palette) -> tuple[Tensor, Tensor]:
    """The pixels uint8 (3, height, width) and the classes uint8 (height, width), VOID where none is known.

    Both are scaled until they fit into the size, the mask by the nearest pixel; what is left is grey and void.
    Raises DongshouError, naming the file, for a mask of another size than its picture's, and as `read_mask`.
    """
    image = on_white(open_picture(picture))
    classes = read_mask(mask, palette)
    if classes.shape != (image.height, image.width):
        height, width = classes.shape
        raise DongshouError(
            f"{mask} has {width}x{height} pixels, its picture {picture.name} {image.width}x{image.height}:"
            " a mask has the size of its picture."
        )
    pixels, fit = fitted(image, size)
    mask_there = framed(Image.fromarray(classes), fit, size, VOID, Image.Resampling.NEAREST)
    return pixels, torch.from_numpy(np.array(mask_there))


def read_mask(path: Path, palette: Palette) -> np.ndarray:
    """The class of each pixel, uint8 (height, width); VOID where none is known, and where the mask is transparent.

    A mask has numbers, as PNG files with a palette have, or the colours of the palette. Raises DongshouError for
    a number or a colour that is no class, with its place, and for what is not an image.
    """
    picture = open_mask(path)
    if picture.mode in NUMBERED:
        return of_numbers(np.asarray(picture).astype(np.int64), palette, path)
    colored = np.asarray(picture.convert("RGBA")).astype(np.int64)  # (height, width, 4)
    is_clear = colored[..., 3] == 0
    if not palette.colors:
        if not (colored[..., :1] == colored[..., 1:3]).all():
            raise DongshouError(
                f"{path} is in colour, and no colour is known of any class. Name a file of classes with colours,"
                " or save masks with numbers."
            )
        return of_numbers(np.where(is_clear, VOID, colored[..., 0]), palette, path)
    return of_colors(colored[..., :3], is_clear, palette, path)


def open_mask(path: Path) -> Image.Image:
    try:
        with Image.open(path) as file:
            file.load()
            return file
    except FileNotFoundError:
        raise DongshouError(f"There is no mask at {path}; check the path.") from None
    except UnidentifiedImageError:
        raise DongshouError(f"{path} is not an image that can be read; save masks as PNG.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DongshouError(f"{path} cannot be read as an image: {error}. Save it again as PNG.") from None


def of_numbers(numbers: np.ndarray, palette: Palette, path: Path) -> np.ndarray:
    is_void = (numbers == palette.void) | (numbers == VOID)
    is_strange = ~is_void & ((numbers < 0) | (numbers >= len(palette.names)))
    if is_strange.any():
        row, column = np.argwhere(is_strange)[0]
        raise DongshouError(
            f"{path} holds {numbers[row, column]} at column {column}, row {row}; the classes are 0 to"
            f" {len(palette.names) - 1}, and {palette.void} is void."
        )
    return np.where(is_void, VOID, numbers).astype(np.uint8)


def of_colors(colors: np.ndarray, is_clear: np.ndarray, palette: Palette, path: Path) -> np.ndarray:
    """colors (height, width, 3)"""
    known = {packed(color): number for number, color in enumerate(palette.colors)}
    if palette.void_color is not None:
        known[packed(palette.void_color)] = VOID
    red, green, blue = np.moveaxis(colors, 2, 0)
    values, places = np.unique(packed((red, green, blue)), return_inverse=True)
    table = np.array([known.get(int(value), -1) for value in values])
    classes = np.where(is_clear, VOID, table[places.reshape(is_clear.shape)])
    if (classes < 0).any():
        row, column = np.argwhere(classes < 0)[0]
        levels = ", ".join(map(str, colors[row, column]))
        lossy = " JPEG changes colours: save masks as PNG." if path.suffix.lower() in (".jpg", ".jpeg") else ""
        raise DongshouError(f"{path} holds the colour {levels} at column {column}, row {row}: of no class.{lossy}")
    return classes.astype(np.uint8)


def packed(color: Sequence[Any]) -> Any:
    """Red, green and blue as one number; of arrays, of each place."""
    red, green, blue = color
    return (red << 16) + (green << 8) + blue

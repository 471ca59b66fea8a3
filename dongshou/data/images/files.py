"""A picture file, whatever a camera or a program made of it, as pixels."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from dongshou.errors import DongshouError

SUFFIXES = frozenset(
    {".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"}
)
SMALLEST = 8  # pixels on the shorter side: less shows nothing


def read_pictures(paths: Sequence[Path], size: int) -> Tensor:
    """The pictures in colour, uint8 (n, 3, size, size), decoded by several threads. Raises as `read_color` does."""
    pixels = torch.empty(len(paths), 3, size, size, dtype=torch.uint8)
    with ThreadPoolExecutor() as threads:  # decoding releases Python's lock
        for index, picture in enumerate(threads.map(partial(read_color, size=size), paths)):
            pixels[index] = picture
    return pixels


def read_color(path: str | Path, size: int) -> Tensor:
    """The picture in colour, uint8 (3, size, size): scaled until its shorter side fits, the middle square of it.

    Grey becomes three equal channels, what is transparent white. Raises DongshouError as `open_picture` does.
    """
    square = ImageOps.fit(on_white(open_picture(path)), (size, size), Image.Resampling.BILINEAR)
    return pixels_of(square)


def pixels_of(picture: Image.Image) -> Tensor:
    """An RGB picture, uint8 (3, height, width)."""
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)


def open_picture(path: str | Path) -> Image.Image:
    """The picture upright, as RGB, or as RGBA where some of it is transparent; of an animation the first frame.

    Raises DongshouError when the file is missing, a folder, no image, cut off, or too small to show anything.
    """
    if Path(path).is_dir():
        raise DongshouError(f"{path} is a directory; name the pictures in it.")
    try:
        with Image.open(path) as file:
            upright = eight_bit(ImageOps.exif_transpose(file))
            picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except FileNotFoundError:
        raise DongshouError(f"There is no picture at {path}; check the path.") from None
    except UnidentifiedImageError:
        raise DongshouError(f"{path} is not an image that can be read; save it as PNG or JPEG.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DongshouError(f"{path} cannot be read as an image: {error}. Save it again as PNG or JPEG.") from None
    if min(picture.size) < SMALLEST:
        size = "x".join(map(str, picture.size))
        raise DongshouError(
            f"{path} is too small: a picture needs at least {SMALLEST}x{SMALLEST} pixels, it has {size}."
            " Take a larger one."
        )
    return picture


def eight_bit(picture: Image.Image) -> Image.Image:
    """Levels 0..65535 as 0..255; Pillow itself would cut them off at 255."""
    if picture.mode == "F":
        raise ValueError("its pixels are floating-point numbers, whose white is unknown")
    if picture.mode != "I" and not picture.mode.startswith("I;16"):
        return picture
    return Image.fromarray((np.asarray(picture).clip(0, 65535) // 257).astype(np.uint8))


def on_white(picture: Image.Image) -> Image.Image:
    """RGB, on white where it is transparent."""
    if picture.mode == "RGB":
        return picture
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def on_plain(picture: Image.Image, largest: int) -> Image.Image:
    """RGB, reduced to `largest` pixels; where it is transparent, on white if what is drawn is dark, else on black."""
    reduced = picture.convert("RGBA")
    reduced.thumbnail((largest, largest), Image.Resampling.BOX)
    gray, alpha = (np.asarray(reduced.convert("LA").getchannel(name), dtype=np.float32) for name in "LA")
    drawn = (gray * alpha).sum() / max(alpha.sum(), 1)  # mean level of what is not transparent
    ground = Image.new("RGBA", reduced.size, "white" if drawn < 128 else "black")
    return Image.alpha_composite(ground, reduced).convert("RGB")

"""A picture file in colour, whatever made it: compared with Pillow's own pixels."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dongshou.data.images.files import open_picture, read_color, read_pictures
from dongshou.errors import DongshouError
from tests.data.images.seen import read_photo

RED, BLUE = (200, 30, 40), (20, 60, 220)


def pixels(height: int, width: int) -> np.ndarray:
    """A smooth picture, so that JPEG and palettes stay near it."""
    down, along = np.linspace(0, 255, height)[:, None, None], np.linspace(0, 255, width)[None, :, None]
    return ((down + along) / 2 * np.array([1.0, 0.6, 0.3])).round().astype(np.uint8)


def seen(path: Path, size: int = 32) -> np.ndarray:
    """The pixels that `read_color` gives, as Pillow has them: (size, size, 3)."""
    tensor = read_color(path, size)
    assert tensor.dtype == torch.uint8 and tensor.shape == (3, size, size)
    return tensor.permute(1, 2, 0).numpy()


def test_a_picture_of_the_right_size_is_left_as_it_is(tmp_path: Path) -> None:
    Image.fromarray(pixels(32, 32)).save(tmp_path / "a.png")
    assert np.array_equal(seen(tmp_path / "a.png"), pixels(32, 32))


@pytest.mark.parametrize(("height", "width"), [(60, 100), (100, 60), (64, 64), (20, 30)])
def test_the_shorter_side_fits_and_the_middle_is_seen(height: int, width: int, tmp_path: Path) -> None:
    picture = Image.fromarray(pixels(height, width))
    picture.save(tmp_path / "a.png")
    side = min(height, width)
    box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
    expected = picture.resize((32, 32), Image.Resampling.BILINEAR, box=box)
    assert np.array_equal(seen(tmp_path / "a.png"), np.asarray(expected))


@pytest.mark.parametrize("mode", ["CMYK", "P", "L", "LA", "1", "RGBA", "YCbCr", "16 bit", "32 bit"])
def test_every_kind_of_pixel(mode: str, tmp_path: Path) -> None:
    color = Image.fromarray(pixels(32, 32))
    gray = np.asarray(color.convert("L"))
    whole = {
        "CMYK": lambda: (color.convert("CMYK"), "jpg"),
        "P": lambda: (color.quantize(256), "png"),
        "16 bit": lambda: (Image.fromarray(gray.astype(np.uint16) * 257), "png"),
        "32 bit": lambda: (Image.fromarray(gray.astype(np.int32) * 257), "tif"),
        "YCbCr": lambda: (color.convert("YCbCr"), "jpg"),
    }
    picture, suffix = whole.get(mode, lambda: (color.convert(mode), "png"))()
    picture.save(tmp_path / f"a.{suffix}", **({"quality": 100} if suffix == "jpg" else {}))
    expected = {"L": gray, "LA": gray, "16 bit": gray, "32 bit": gray, "1": np.asarray(color.convert("1")) * 255}
    reference = np.asarray(expected.get(mode, pixels(32, 32)), dtype=float)
    reference = reference if reference.ndim == 3 else np.stack([reference] * 3, axis=2)
    within = {"CMYK": 6, "P": 12, "YCbCr": 4}.get(mode, 0)
    assert abs(seen(tmp_path / f"a.{suffix}") - reference).max() <= within


@pytest.mark.parametrize("kind", ["alpha", "palette"])
def test_what_is_transparent_becomes_white(kind: str, tmp_path: Path) -> None:
    picture = Image.new("RGBA", (32, 32), (*RED, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 16, 32))
    if kind == "palette":
        picture = picture.quantize(8, method=Image.Quantize.FASTOCTREE)
    picture.save(tmp_path / "a.png")
    assert seen(tmp_path / "a.png")[5, 5].tolist() == [255, 255, 255]
    assert abs(seen(tmp_path / "a.png")[5, 25].astype(int) - RED).max() <= 4


def test_of_an_animation_the_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (32, 32), color) for color in (RED, BLUE)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert abs(seen(tmp_path / "a.gif")[0, 0].astype(int) - RED).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_held_in_any_way(orientation: int, tmp_path: Path) -> None:
    upright = Image.fromarray(pixels(40, 40))
    turned = {  # what the sensor recorded when the tag says how to set it right
        1: lambda picture: picture,
        2: lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
        4: lambda picture: picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda picture: picture.transpose(Image.Transpose.TRANSPOSE),
        6: lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
        7: lambda picture: picture.transpose(Image.Transpose.TRANSVERSE),
        8: lambda picture: picture.transpose(Image.Transpose.ROTATE_270),
    }[orientation](upright)
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned.save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(seen(tmp_path / "a.png", 40), pixels(40, 40))


@pytest.mark.parametrize("size", [(1, 1), (7, 100), (100, 7)])
def test_too_small(size: tuple[int, int], tmp_path: Path) -> None:
    Image.new("RGB", size).save(tmp_path / "dot.png")
    said = f"dot.png is too small: a picture needs at least 8x8 pixels, it has {size[0]}x{size[1]}"
    for read in (lambda path: read_color(path, 32), lambda path: read_photo(path, "mnist")):
        with pytest.raises(DongshouError, match=re.escape(said)):
            read(tmp_path / "dot.png")


def write_floats(path: Path) -> None:
    Image.fromarray(np.random.default_rng(0).random((32, 32), dtype=np.float32)).save(path, format="tiff")


def write_half(path: Path) -> None:
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(path, format="png")
    path.write_bytes(path.read_bytes()[:4000])


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda path: path.write_text("no picture"), "a.png is not an image that can be read"),
        (lambda path: path.write_bytes(b""), "a.png is not an image that can be read"),
        (write_half, "a.png cannot be read as an image: .*Save it again"),
        (write_floats, "a.png cannot be read as an image: its pixels are floating-point numbers"),
        (lambda path: path.mkdir(), "a.png is a directory"),
        (lambda path: None, "There is no picture at .*a.png"),
    ],
    ids=["text", "empty", "cut off", "floats", "directory", "missing"],
)
def test_what_is_no_picture_is_named(write: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    with pytest.raises(DongshouError, match=says) as caught:
        open_picture(tmp_path / "a.png")
    assert "\n" not in str(caught.value)


def test_many_pictures_stay_in_order(tmp_path: Path) -> None:
    paths = [tmp_path / f"{level}.png" for level in range(40)]
    for level, path in enumerate(paths):
        Image.new("L", (10, 12), level).save(path)
    assert read_pictures(paths, 8)[:, 0, 0, 0].tolist() == list(range(40))
    paths[7].write_text("no picture")
    with pytest.raises(DongshouError, match="7.png is not an image"):
        read_pictures(paths, 8)

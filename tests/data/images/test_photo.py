"""Any picture of one thing, made to look like the images of a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from dongshou.errors import DongshouError
from tests.data.images.seen import read_photo

INK, PAPER = (20, 40, 120), (245, 240, 225)


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """A seven of thick blue strokes, far from the middle of a sheet of paper."""
    picture = Image.new("RGB", (600, 400), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.line([(60, 60), (160, 60), (100, 240)], fill=INK, width=20, joint="curve")
    picture.save(tmp_path / "seven.png")
    return tmp_path / "seven.png"


def box(image: torch.Tensor) -> tuple[int, int]:
    """Height and width of what is not black."""
    rows, columns = image[0].any(1).nonzero(), image[0].any(0).nonzero()
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


def difference(first: torch.Tensor, second: torch.Tensor) -> float:
    return float((first.float() - second.float()).abs().mean())


def test_a_digit_fills_a_box_of_20_and_its_mass_lies_in_the_middle(seven: Path) -> None:
    image = read_photo(seven, "mnist")
    assert (image.dtype, image.shape) == (torch.uint8, (1, 28, 28))
    height, width = box(image)
    assert height == 20 and 10 <= width <= 13
    assert int(image.max()) == 255 and int(image[0, 0, 0]) == 0
    mass = image[0].double()
    for axis in (0, 1):
        assert float((mass.sum(1 - axis) @ torch.arange(28.0).double()) / mass.sum()) == pytest.approx(14, abs=0.5)


def test_what_is_like_mnist_already_stays_as_it_is(tmp_path: Path) -> None:
    image = np.zeros((28, 28), dtype=np.uint8)
    image[4:24, 10:18] = 255  # centre of mass at 13.5, which is rounded to where MNIST has it
    Image.fromarray(image).save(tmp_path / "bar.png")
    assert np.array_equal(read_photo(tmp_path / "bar.png", "mnist")[0].numpy(), image)


def test_clothing_fills_the_whole_image(seven: Path) -> None:
    assert box(read_photo(seven, "fashion-mnist"))[0] == 28


def test_the_small_digits_keep_their_contrast(seven: Path) -> None:
    assert int(read_photo(seven, "digits").max()) == 255


def test_the_size_of_the_data(seven: Path) -> None:
    assert read_photo(seven, "digits", size=8).shape == (1, 8, 8)
    assert read_photo(seven, "mnist", size=32).shape == (1, 32, 32)


@pytest.mark.parametrize("change", ["negative", "grey", "larger", "palette", "16 bit"])
def test_the_same_thing_whatever_the_picture_is(change: str, seven: Path, tmp_path: Path) -> None:
    picture = Image.open(seven)
    gray = picture.convert("L")
    changed = {
        "negative": lambda: Image.eval(picture, lambda level: 255 - level),
        "grey": lambda: gray,
        "larger": lambda: picture.resize((2400, 1600)),
        "palette": lambda: picture.quantize(8),
        "16 bit": lambda: Image.fromarray(np.asarray(gray).astype(np.uint16) * 256),
    }[change]()
    changed.save(tmp_path / "changed.png")
    assert difference(read_photo(tmp_path / "changed.png", "mnist"), read_photo(seven, "mnist")) < 4


def test_a_photograph_in_uneven_light(seven: Path, tmp_path: Path) -> None:
    paper = np.asarray(Image.open(seven).convert("L").resize((1500, 1000)), dtype=float)
    light = np.linspace(1, 0.7, 1500) * np.linspace(1, 0.9, 1000)[:, None]
    noise = np.random.default_rng(0).normal(0, 10, paper.shape)
    Image.fromarray((paper * light + noise).clip(0, 255).astype(np.uint8)).save(tmp_path / "photo.jpg")
    assert difference(read_photo(tmp_path / "photo.jpg", "mnist"), read_photo(seven, "mnist")) < 6


@pytest.mark.parametrize("ink", [0, 255])
def test_a_transparent_ground(ink: int, seven: Path, tmp_path: Path) -> None:
    drawn = Image.eval(Image.open(seven).convert("L"), lambda level: 255 if level < 128 else 0)
    picture = Image.new("RGBA", drawn.size, (ink, ink, ink, 0))
    picture.putalpha(drawn)
    picture.save(tmp_path / "transparent.png")
    assert difference(read_photo(tmp_path / "transparent.png", "mnist"), read_photo(seven, "mnist")) < 4


def test_a_camera_that_was_held_sideways(seven: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turn by 90 degrees clockwise to see it upright
    Image.open(seven).rotate(90, expand=True).save(tmp_path / "sideways.jpg", exif=exif, quality=95)
    assert difference(read_photo(tmp_path / "sideways.jpg", "mnist"), read_photo(seven, "mnist")) < 4


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture(level: int, tmp_path: Path) -> None:
    Image.new("RGB", (50, 50), (level, level, level)).save(tmp_path / "blank.png")
    with pytest.raises(DongshouError, match="blank.png is blank"):
        read_photo(tmp_path / "blank.png", "mnist")


def test_a_file_that_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    with pytest.raises(DongshouError, match="is not an image"):
        read_photo(tmp_path / "notes.png", "mnist")


def test_a_file_that_is_missing_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DongshouError, match="There is no picture at"):
        read_photo(tmp_path / "nothing.png", "mnist")
    with pytest.raises(DongshouError, match="is a directory; name the pictures in it"):
        read_photo(tmp_path, "mnist")


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_an_image_that_was_cut_off(suffix: str, seven: Path, tmp_path: Path) -> None:
    whole = tmp_path / f"whole.{suffix}"
    Image.open(seven).save(whole)
    (tmp_path / f"cut.{suffix}").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(DongshouError, match="cannot be read as an image"):
        read_photo(tmp_path / f"cut.{suffix}", "mnist")


@pytest.mark.parametrize("kind", ["CMYK", "animation"])
def test_other_kinds_of_files(kind: str, seven: Path, tmp_path: Path) -> None:
    picture = Image.open(seven)
    if kind == "CMYK":
        picture.convert("CMYK").save(tmp_path / "seven.jpg", quality=95)
    else:
        blank = Image.new("RGB", picture.size, PAPER)
        picture.save(tmp_path / "seven.gif", save_all=True, append_images=[blank])
    (path,) = [path for path in tmp_path.glob("seven.*") if path != seven]
    assert difference(read_photo(path, "mnist"), read_photo(seven, "mnist")) < 4

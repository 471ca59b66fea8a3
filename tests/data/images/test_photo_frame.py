"""The square of a photo that a network was shown: cut out and scaled, it is what the network was given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from dongshou.data.images.files import read_color
from dongshou.data.images.photo_frame import Frame, middle_frame
from dongshou.errors import DongshouError
from tests.data.images.seen import thing_seen

WHITE = 255


def drawn(path: Path, size: tuple[int, int], box: tuple[int, int, int, int]) -> Path:
    """A dark seven on a light sheet, filling a box."""
    sheet = Image.new("L", size, WHITE)
    left, top, right, bottom = box
    pen = ImageDraw.Draw(sheet)
    pen.line((left, top, right, top), fill=0, width=9)
    pen.line((right, top, (left + right) // 2, bottom), fill=0, width=9)
    sheet.save(path)
    return path


def box_of(frame: Frame) -> tuple[float, float, float, float]:
    return frame.left, frame.top, frame.right, frame.bottom


def cut(frame: Frame, side: int) -> np.ndarray:
    """What the frame holds as an image of side x side, white beyond the edges of the photo; (side, side)."""
    inside = frame.photo.convert("L")
    margin = max(inside.size)
    sheet = Image.new("L", (inside.width + 2 * margin, inside.height + 2 * margin), WHITE)
    sheet.paste(inside, (margin, margin))
    moved = tuple(edge + margin for edge in box_of(frame))
    return np.asarray(sheet.resize((side, side), Image.Resampling.BILINEAR, box=moved), dtype=np.float32)


@pytest.mark.parametrize("data", ["mnist", "fashion-mnist"])
@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((300, 200), (40, 50, 110, 150)),
        ((200, 300), (90, 20, 180, 60)),  # wide: much of the square lies above and below
        ((1600, 1200), (900, 300, 1300, 1000)),  # scaled down as it is read
        ((60, 80), (5, 6, 54, 74)),  # the square reaches beyond the edges
    ],
)
def test_the_frame_of_a_thing_holds_what_the_network_saw(
    data: str, size: tuple[int, int], box: tuple[int, int, int, int], tmp_path: Path
):
    path = drawn(tmp_path / "seven.png", size, box)
    thing = thing_seen(path, data)
    seen = thing.pixels[0].numpy().astype(np.float32)
    held = WHITE - cut(thing.frame, 28)
    assert np.corrcoef(seen.ravel(), held.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("size", [(90, 60), (60, 90), (64, 64), (3000, 1000)])
def test_the_frame_in_color_is_the_middle_square(size: tuple[int, int], tmp_path: Path):
    gradient = np.add.outer(np.linspace(0, 120, size[1]), np.linspace(0, 120, size[0])).astype(np.uint8)
    Image.fromarray(gradient).save(tmp_path / "shade.png")
    frame = middle_frame(tmp_path / "shade.png")
    assert max(frame.photo.size) <= 512
    assert frame.right - frame.left == frame.bottom - frame.top == min(frame.photo.size)
    seen = read_color(tmp_path / "shade.png", 16)[0].numpy()
    held = frame.photo.convert("L").resize((16, 16), Image.Resampling.BILINEAR, box=box_of(frame))
    assert abs(np.asarray(held, dtype=int) - seen).max() <= 2


def test_a_photo_that_cannot_be_used(tmp_path: Path):
    with pytest.raises(DongshouError, match="no picture at"):
        middle_frame(tmp_path / "nothing.png")
    Image.new("L", (50, 50), 9).save(tmp_path / "blank.png")
    with pytest.raises(DongshouError, match="is blank"):
        thing_seen(tmp_path / "blank.png", "mnist")

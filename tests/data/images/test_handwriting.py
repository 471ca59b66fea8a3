"""Digits on photos: ink told from light and paper, strokes put together, digits in reading order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits

from benchmarks.made_photos import Field, hand, lines, slope, vignette
from dongshou.data.images.handwriting.ink import contrast
from dongshou.data.images.handwriting.marks import Mark, in_reading_order, joined
from dongshou.data.images.load import image_set
from dongshou.data.images.photo_frame import Thing
from dongshou.data.images.photos import InColor, OneThing, Written, photos_for
from dongshou.errors import DongshouError
from dongshou.experiments.computer_vision.fine_tune import some_classes
from tests.data.images.seen import read_photo

HEIGHT, WIDTH = 240, 320
SEVEN = [(60, 50), (140, 60), (90, 190)]


def coverage(*strokes: list[tuple[int, int]], size: tuple[int, int] = (WIDTH, HEIGHT), width: int = 14) -> np.ndarray:
    """1 where a pen has drawn, (height, width)."""
    sheet = Image.new("L", size)
    for stroke in strokes:
        ImageDraw.Draw(sheet).line(stroke, fill=255, width=width, joint="curve")
    return np.asarray(sheet, dtype=float) / 255


def photographed(ink: np.ndarray, light: Field | None = None, *, paper: int = 235, pen: int = 30) -> np.ndarray:
    """Grey levels (height, width)."""
    surface = (1 - ink) * paper + ink * pen
    return surface if light is None else surface * light(*ink.shape, np.random.default_rng(4))


def save(levels: np.ndarray, path: Path, **options) -> Path:
    Image.fromarray(levels.round().clip(0, 255).astype(np.uint8)).save(path, **options)
    return path


def things(path: Path, data: str = "mnist") -> list[Thing]:
    return photos_for(image_set(data), 28).things(path)


@pytest.mark.parametrize("light", [vignette(0.5), vignette(0.3), slope, hand], ids=["half", "third", "slope", "hand"])
@pytest.mark.parametrize(("paper", "pen"), [(235, 30), (60, 240)], ids=["pen", "chalk"])
def test_light_and_shadow_leave_what_the_network_sees(light: Field, paper: int, pen: int, tmp_path: Path) -> None:
    ink = coverage(SEVEN)
    plain = read_photo(save(photographed(ink, paper=paper, pen=pen), tmp_path / "plain.png"), "mnist").float()
    lit = read_photo(save(photographed(ink, light, paper=paper, pen=pen), tmp_path / "lit.png"), "mnist").float()
    assert plain[0, 0].max() == 0 and (plain > 200).sum() > 25
    assert (lit - plain).abs().mean() < 4


@pytest.mark.parametrize("light", [None, vignette(0.5), slope, hand])
def test_the_contrast_of_ink_is_what_light_cannot_change(light: Field | None) -> None:
    ink = coverage(SEVEN)
    found = contrast(np.repeat(photographed(ink, light, pen=100)[..., None], 3, axis=2))
    assert abs(found[ink == 1].mean() - (1 - 100 / 235)) < 0.03
    assert np.quantile(found[ink == 0], 0.99) < 0.13


@pytest.mark.parametrize(
    ("paper", "pen"),
    [((255, 255, 255), (255, 240, 60)), ((200, 80, 80), (70, 138, 70)), ((60, 60, 200), (250, 230, 90))],
    ids=["yellow on white", "green on red, as light", "yellow on blue"],
)
def test_ink_of_any_color(paper: tuple[int, ...], pen: tuple[int, ...]) -> None:
    ink = coverage(SEVEN)[..., None]
    found = contrast((1 - ink) * np.array(paper) + ink * np.array(pen))
    assert np.corrcoef(found.ravel(), ink.ravel())[0, 1] > 0.95


def test_ruled_paper_is_no_ink(tmp_path: Path) -> None:
    ink = coverage(SEVEN)
    ruled = np.maximum(ink, 0.35 * lines(HEIGHT, WIDTH, np.random.default_rng(0)))
    plain = read_photo(save(photographed(ink), tmp_path / "plain.png"), "mnist").float()
    assert (read_photo(save(photographed(ruled), tmp_path / "ruled.png"), "mnist").float() - plain).abs().mean() < 4


def test_digits_are_found_line_by_line_at_their_places(tmp_path: Path) -> None:
    """Two lines, the right digit of the first one higher than the left, on a photo larger than is looked at."""
    sheet = Image.new("L", (2400, 1600), 235)
    places = [(300, 250), (900, 180), (1500, 240), (400, 900), (1100, 1000)]
    for number, (left, top) in enumerate(places):
        pen = ImageDraw.Draw(sheet)
        pen.line((left + 100, top, left + 100, top + 400), fill=30, width=30)
        pen.line((left + 100, top + 400, left + 100 + 60 * (number + 1), top + 400), fill=30, width=30)
    exif = Image.Exif()
    exif[0x0112] = 6
    sheet.rotate(90, expand=True).save(tmp_path / "numbers.jpg", exif=exif)
    found = things(tmp_path / "numbers.jpg")
    expected = [(x + 85, y, x + 100 + 60 * (n + 1), y + 415) for n, (x, y) in enumerate(places)]
    assert len(found) == 5
    for thing, box in zip(found, expected, strict=True):
        assert np.abs(np.subtract(thing.place, box)).max() <= 12
        assert max(thing.frame.photo.size) == 1024 and thing.pixels.shape == (1, 28, 28)


def mark(left: int, top: int, right: int, bottom: int, number: int = 1) -> Mark:
    return Mark(top, left, bottom, right, (number,))


@pytest.mark.parametrize(
    ("strokes", "number"),
    [
        ([mark(0, 10, 60, 100), mark(55, 0, 110, 14)], 1),  # a five, its bar loose
        ([mark(0, 0, 60, 60), mark(40, 10, 55, 110)], 1),  # a four in two strokes
        ([mark(0, 0, 50, 48), mark(0, 53, 55, 110), mark(58, 50, 70, 60)], 1),  # a broken pen
        ([mark(0, 0, 10, 100), mark(16, 0, 26, 98)], 2),  # eleven
        ([mark(0, 0, 60, 100), mark(52, 5, 120, 100)], 2),  # slanting, their boxes overlap
        ([mark(0, 0, 60, 100), mark(0, 130, 60, 230)], 2),  # one below the other
        ([mark(0, 0, 60, 100), mark(200, 80, 205, 85)], 1),  # a speck
    ],
)
def test_strokes_of_one_digit_belong_together(strokes: list[Mark], number: int) -> None:
    for given in (strokes, strokes[::-1]):
        assert len(joined(given)) == number


def test_reading_order() -> None:
    first, second, third = mark(0, 10, 20, 50), mark(40, 0, 60, 38), mark(10, 60, 30, 100)
    assert in_reading_order([third, second, first]) == [first, second, third]


def noise(level: float, light: Field | None = None) -> np.ndarray:
    paper = photographed(np.zeros((HEIGHT, WIDTH)), light)
    return paper + np.random.default_rng(0).normal(0, level, paper.shape)


@pytest.mark.parametrize(
    "levels",
    [noise(0), noise(4), noise(15), noise(4, slope), noise(4, vignette(0.4)), 0 * noise(0), 0 * noise(0) + 255],
    ids=["even", "noisy", "very noisy", "from one side", "dark corners", "black", "white"],
)
def test_nothing_on_it(levels: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(DongshouError, match="blank.png is blank: there is nothing on it that stands out"):
        things(save(levels, tmp_path / "blank.png"))


@pytest.mark.parametrize("size", [8, 28, 80])
def test_an_image_of_a_data_set_is_one_digit_though_it_fills_the_picture(size: int, tmp_path: Path) -> None:
    for image in load_digits().images[:20]:
        square = Image.fromarray((image * 15.9).astype(np.uint8))
        for how in (Image.Resampling.NEAREST, Image.Resampling.BILINEAR):
            square.resize((size, size), how).save(tmp_path / "digit.png")
            (thing,) = things(tmp_path / "digit.png", "digits")
            left, top, right, bottom = thing.place
            assert (top, bottom) == (0, size) and 0 <= left < right <= size


def test_a_photo_between_black_bars_is_a_photo(tmp_path: Path) -> None:
    levels = np.pad(photographed(coverage(SEVEN), slope), ((60, 60), (0, 0)))
    (thing,) = things(save(levels, tmp_path / "bars.png"))
    assert thing.place == pytest.approx((53, 103, 147, 257), abs=8)


def test_a_page_of_print(tmp_path: Path) -> None:
    page = Image.new("L", (600, 400), 240)
    ImageDraw.Draw(page).multiline_text((20, 20), "\n".join(["all that is written on this page of ours"] * 20), 20)
    page.save(tmp_path / "page.png")
    with pytest.raises(DongshouError, match=r"page.png shows \d+ separate marks, as a page of print does.* 60 digits"):
        things(tmp_path / "page.png")


def test_the_edge_of_the_paper_is_not_read(tmp_path: Path) -> None:
    levels = photographed(coverage(SEVEN))
    levels[:, :8] = 40  # the table
    assert [thing.place[0] for thing in things(save(levels, tmp_path / "table.png"))] == pytest.approx([53], abs=8)


def test_only_writing_is_taken_apart(tmp_path: Path) -> None:
    """A pair of shoes is one thing; what a set shows is said by the set, whatever it is called."""
    path = save(photographed(coverage([(40, 40), (40, 200)], [(220, 40), (220, 200)])), tmp_path / "two.png")
    assert len(things(path, "mnist")) == len(things(path, "digits")) == 2
    (shoes,) = things(path, "fashion-mnist")
    assert shoes.place[0] < 60 and shoes.place[2] > 200
    (colored,) = things(path, "cifar10")
    assert colored.place == (40, 0, 280, 240)
    kinds = {name: type(photos_for(image_set(name), 28)) for name in ("mnist", "digits", "fashion-mnist", "cifar10")}
    assert kinds == {"mnist": Written, "digits": Written, "fashion-mnist": OneThing, "cifar10": InColor}
    assert isinstance(some_classes("digits", range(5), batch_size=8).photos, Written)

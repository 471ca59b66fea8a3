"""Pictures with masks in a folder: numbers or colours, VOC or one's own, and everything that may be wrong with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dongshou.data import load_camvid, load_masked_images
from dongshou.data.images.masks.palette import Palette, palette_of, read_palette, voc_color, voc_palette
from dongshou.data.images.masks.read import read_mask, read_pair
from dongshou.data.images.photos import Whole
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.targets import VOID
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote

NUMBERS = np.array([[0, 1, 2, 255]] * 4 + [[2, 2, 1, 0]] * 5, np.uint8).repeat(3, 1)  # (9, 12)
COLORED = Palette(("sky", "road", "car"), ((10, 20, 30), (200, 0, 0), (0, 0, 0)), void_color=(255, 255, 255))


def saved(path: Path, pixels: np.ndarray, mode: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path)
    return path


def in_color(numbers: np.ndarray) -> np.ndarray:
    table = np.full((256, 3), 255, np.uint8)
    table[:3] = COLORED.colors
    return table[numbers]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five pictures, of which the first four have a mask."""
    for number in range(5):
        saved(tmp_path / "images" / f"{number}.png", np.full((9, 12, 3), 40 * number, np.uint8))
        if number < 4:
            saved(tmp_path / "masks" / f"{number}_mask.png", np.roll(NUMBERS, number, 0))
    return tmp_path


def test_numbers_and_colours_say_the_same(tmp_path: Path):
    plain = saved(tmp_path / "gray.png", NUMBERS)
    indexed = Image.fromarray(NUMBERS).convert("P")
    indexed.putpalette([value for number in range(256) for value in voc_color(number)])
    indexed.save(tmp_path / "indexed.png")
    colors = saved(tmp_path / "colors.png", in_color(NUMBERS))
    as_levels = saved(tmp_path / "levels.png", NUMBERS[..., None].repeat(3, 2))
    for path in (plain, tmp_path / "indexed.png", as_levels):
        palette = Palette(COLORED.names) if path == as_levels else COLORED
        assert np.array_equal(read_mask(path, palette), NUMBERS)
    assert np.array_equal(read_mask(colors, COLORED), NUMBERS)
    other_void = np.where(NUMBERS == 255, 3, NUMBERS)
    assert np.array_equal(read_mask(saved(tmp_path / "3.png", other_void), Palette(COLORED.names, void=3)), NUMBERS)


def test_what_is_transparent_is_void(tmp_path: Path):
    alpha = np.full(NUMBERS.shape, 255, np.uint8)
    alpha[:2] = 0
    path = saved(tmp_path / "mask.png", np.dstack([in_color(NUMBERS), alpha]))
    expected = NUMBERS.copy()
    expected[:2] = VOID
    assert np.array_equal(read_mask(path, COLORED), expected)
    picture = saved(tmp_path / "picture.png", np.dstack([np.zeros((9, 12, 3), np.uint8), alpha]))
    pixels, _ = read_pair(picture, path, (9, 12), COLORED)
    assert (pixels[:, :2] == 255).all() and (pixels[:, 2:] == 0).all()  # on white


@pytest.mark.parametrize(
    ("pixels", "palette", "message"),
    [
        (np.full((9, 12), 7, np.uint8), COLORED, "holds 7 at column 0, row 0; the classes are 0 to 2, and 255 is void"),
        (np.where(NUMBERS == 1, 9, NUMBERS), Palette(("a", "b", "c"), void=3), "holds 9 at column 3, row 0; .* 3 is"),
        (in_color(NUMBERS) + np.uint8(1), COLORED, "the colour 11, 21, 31 at column 0, row 0: of no class.$"),
        (in_color(NUMBERS), Palette(("sky", "road", "car")), "in colour, and no colour is known of any class. Name"),
    ],
)
def test_values_outside_the_palette(pixels: np.ndarray, palette: Palette, message: str, tmp_path: Path):
    with pytest.raises(DongshouError, match=message) as error:
        read_mask(saved(tmp_path / "mask.png", pixels), palette)
    assert "mask.png" in str(error.value) and "\n" not in str(error.value)


def test_masks_that_are_none(tmp_path: Path):
    lossy = tmp_path / "mask.jpg"
    Image.fromarray(in_color(np.roll(NUMBERS, 1, 1))).save(lossy, quality=30)
    with pytest.raises(DongshouError, match="of no class. JPEG changes colours: save masks as PNG"):
        read_mask(lossy, COLORED)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(DongshouError, match="text.png is not an image that can be read; save masks as PNG"):
        read_mask(tmp_path / "text.png", COLORED)
    whole = saved(tmp_path / "whole.png", np.random.default_rng(0).integers(0, 3, (90, 90)).astype(np.uint8))
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:-400])
    with pytest.raises(DongshouError, match="cut.png cannot be read as an image"):
        read_mask(tmp_path / "cut.png", COLORED)
    with pytest.raises(DongshouError, match="There is no mask at .*absent.png"):
        read_mask(tmp_path / "absent.png", COLORED)


def test_a_mask_of_another_size(tmp_path: Path):
    picture = saved(tmp_path / "picture.png", np.zeros((9, 13, 3), np.uint8))
    with pytest.raises(DongshouError, match="mask.png has 12x9 pixels, its picture picture.png 13x9: a mask has"):
        read_pair(picture, saved(tmp_path / "mask.png", NUMBERS), (9, 12), COLORED)


def test_a_pair_is_fitted_whole(tmp_path: Path):
    mask = saved(tmp_path / "mask.png", NUMBERS)
    picture = saved(tmp_path / "picture.png", in_color(NUMBERS))
    pixels, classes = read_pair(picture, mask, (18, 40), COLORED)  # twice as large, 8 pixels at each side left
    inner = torch.from_numpy(NUMBERS.repeat(2, 0).repeat(2, 1))
    assert torch.equal(classes[:, 8:32], inner) and (classes[:, [*range(8), *range(32, 40)]] == VOID).all()
    assert (pixels[:, :, :8] == 114).all() and pixels[:, 0, 8].tolist() == [10, 20, 30]
    pixels, classes = read_pair(picture, mask, (3, 4), COLORED)
    assert classes.tolist() == [[0, 1, 2, 255], [2, 2, 1, 0], [2, 2, 1, 0]]  # the middle pixel of each block of 3x3


def test_the_colours_of_voc():
    known = {0: (0, 0, 0), 1: (128, 0, 0), 8: (64, 0, 0), 12: (64, 0, 128), 15: (192, 128, 128), 20: (0, 64, 128)}
    assert {number: voc_palette().colors[number] for number in known} == known  # as its development kit has them
    assert voc_palette().void_color == (224, 224, 192) and len(set(voc_palette().colors)) == 21


def test_a_file_of_classes(tmp_path: Path):
    path = tmp_path / "classes.txt"
    path.write_text("sky, 10, 20, 30\nvoid, 255,255,255\nroad,200,0,0\n\n", encoding="utf-8")
    assert read_palette(path) == Palette(("sky", "road"), ((10, 20, 30), (200, 0, 0)), 1, (255, 255, 255))
    path.write_text("天空\nroad surface\nvoid\n", encoding="utf-8")
    assert read_palette(path) == Palette(("天空", "road surface"), void=2)
    assert palette_of("voc") == voc_palette() and palette_of(["a", "b"]).names == ("a", "b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sky, 10, 20", "line 1: a class is a name, or a name and red, green, blue from 0 to 255.*got 'sky, 10, 20'"),
        ("sky\nroad, 1, 2, 256", "line 2: a class is a name"),
        ("sky, 1, 2, 3\nroad", "1 of 2 classes have a colour. Give all of them one"),
        ("sky\nvoid\nroad", "the line void comes last; the numbers of the classes have no gap"),
        ("sky\nsky", "a name and a colour of its own; sky comes twice"),
        ("sky, 1, 2, 3\nroad, 1, 2, 3", r"of its own; \(1, 2, 3\) comes twice"),
        ("void", "from 1 to 255 classes; got 0"),
    ],
)
def test_files_that_are_no_palette(text: str, message: str, tmp_path: Path):
    (tmp_path / "classes.txt").write_text(text)
    with pytest.raises(DongshouError, match=message):
        read_palette(tmp_path / "classes.txt")


def test_a_folder_of_pairs(folder: Path):
    with pytest.warns(DataNote, match=r"1 picture \(4.png\) without a mask left out"):
        data = load_masked_images(folder / "images", folder / "masks", 2, size=(9, 12), valid=0.25)
    assert data.classes == ("0", "1", "2") and data.shape == (3, 9, 12)
    seen = {}
    for part in (data.train(), data.valid()):
        assert part is not None
        for images, mask in part:
            for image, classes in zip(images, mask.classes, strict=True):
                seen[round(float(image.mean() * 255 / 40))] = classes.numpy()
    assert sorted(seen) == [0, 1, 2, 3]
    for number, classes in seen.items():  # each picture beside its own mask
        assert np.array_equal(classes, np.roll(NUMBERS, number, 0))
    assert {*data.fingerprints()} == {"train pictures and masks", "valid pictures and masks"}
    assert data.photos == Whole(9)


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")
def test_folders_that_do_not_go_together(folder: Path):
    images, masks = folder / "images", folder / "masks"

    def load(**settings):
        return load_masked_images(images, masks, 2, size=(9, 12), **settings).train()

    saved(masks / "9.png", NUMBERS)
    with pytest.raises(DongshouError, match=r"holds 1 mask \(9.png\) without a picture of that name"):
        load()
    (masks / "9.png").unlink()
    saved(masks / "0.png", NUMBERS)
    with pytest.raises(DongshouError, match=r"holds several masks for 1 picture \(0\)"):
        load()
    (masks / "0.png").unlink()
    with pytest.raises(DongshouError, match="1_mask.png holds 2 at .*; the classes are 0 to 1, and 255 is void"):
        load(classes=["sky", "road"])
    saved(masks / "1_mask.png", NUMBERS[1:])
    with pytest.raises(DongshouError, match="1_mask.png has 12x8 pixels, its picture 1.png 12x9"):
        load()
    with pytest.raises(UsageError, match="Pictures and masks lie in two folders"):
        load_masked_images(images, images, size=(9, 12))
    with pytest.raises(UsageError, match="is not the folder of Pascal VOC: name a folder of masks with --masks DIR"):
        load_masked_images(images, size=(9, 12))
    with pytest.raises(UsageError, match="size is the side of the images in pixels, at least 1; got size=0"):
        load_masked_images(images, masks, size=(9, 0))
    with pytest.raises(UsageError, match="from 0 to below 1; got 1.0"):
        load(valid=1.0)
    with pytest.raises(FilesNotFound, match="There is no file .*: the classes are voc, or a text file"):
        load(classes="nothing.txt")
    saved(masks / "1_mask.png", in_color(NUMBERS))
    with pytest.raises(DongshouError, match="1_mask.png is in colour: name the classes with their colours, `voc` or"):
        load()


def test_a_folder_with_one_picture(tmp_path: Path):
    saved(tmp_path / "images" / "a.png", np.zeros((9, 12, 3), np.uint8))
    saved(tmp_path / "masks" / "a.png", NUMBERS)
    with pytest.raises(UsageError, match="one picture with a mask: at least two are needed.* or hold out nothing"):
        load_masked_images(tmp_path / "images", tmp_path / "masks", size=(9, 12))
    data = load_masked_images(tmp_path / "images", tmp_path / "masks", size=(9, 12), valid=0)
    assert data.train().num_examples == 1 and data.valid() is None


def test_pascal_voc(tmp_path: Path):
    names = {"train": ["2007_1", "2007_2"], "val": ["2007_3"]}
    for part, ids in names.items():
        for number, name in enumerate(ids):
            (tmp_path / "JPEGImages").mkdir(exist_ok=True)
            Image.new("RGB", (12, 9), (9, 9, 9)).save(tmp_path / "JPEGImages" / f"{name}.jpg")
            table = np.array([voc_color(one) for one in range(256)], np.uint8)
            saved(tmp_path / "SegmentationClass" / f"{name}.png", table[NUMBERS + np.uint8(number) * (NUMBERS < 9)])
        lists = tmp_path / "ImageSets" / "Segmentation"
        lists.mkdir(parents=True, exist_ok=True)
        (lists / f"{part}.txt").write_text("\n".join(ids) + "\n")
    data = load_masked_images(tmp_path, batch_size=2, size=(9, 12))
    assert data.classes[15] == "person" and len(data.classes) == 21
    test = data.test()
    assert data.train().num_examples == 2 and data.valid() is None and test is not None
    (_, mask) = next(iter(test))
    assert np.array_equal(mask.classes[0].numpy(), NUMBERS)
    (tmp_path / "JPEGImages" / "2007_3.jpg").unlink()
    with pytest.raises(DongshouError, match=r"val.txt names 1 file \(.*2007_3.jpg\) not there"):
        load_masked_images(tmp_path, size=(9, 12))


def test_camvid():
    try:
        data = load_camvid(4, size=(45, 60))
    except FilesNotFound as error:
        pytest.skip(str(error))
    test = data.test()
    assert test is not None and data.classes[3] == "road" and len(data.classes) == 11
    assert (data.train().num_examples, test.num_examples) == (37, 20)
    _, mask = next(iter(test))
    assert mask.classes.unique().tolist() == [*range(11), VOID]  # void is 11 in the files
    road_below = (mask.classes[:, -10:, 20:40] == 3).float().mean()
    assert road_below > 0.8  # before the car


def test_a_whole_photo_keeps_its_proportions(tmp_path: Path):
    path = tmp_path / "photo.png"
    Image.new("RGB", (40, 20), (1, 2, 3)).save(path)
    (thing,) = Whole(10).things(path)
    assert thing.pixels.shape == (3, 10, 20) and thing.pixels[:, 0, 0].tolist() == [1, 2, 3]
    assert thing.frame.photo.size == (40, 20) and thing.place == (0, 0, 40, 20)
    Image.new("RGB", (900, 10)).save(path)  # a photo of a horizon must not fill the memory
    assert Whole(10).things(path)[0].pixels.shape == (3, 1, 80)

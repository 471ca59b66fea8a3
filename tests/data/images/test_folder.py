"""Any folder of pictures and labels: read as it is, split by class, refused in one line where it does not fit."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dongshou.data import Splits, load_image_folder, read_image_folder
from dongshou.data.images.folder import folder_may_be_away
from dongshou.data.sources.files import FilesNotFound
from dongshou.data.split_by_class import split_by_class
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote

CLASSES = ("cat", "dog", "owl")


def picture(path: Path, level: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 16), (level, 0, 255 - level)).save(path)


@pytest.fixture
def kaggle(tmp_path: Path) -> tuple[Path, Path]:
    """Thirty pictures, 1.png to 30.png, ten of each class in turn, and their labels in another order."""
    for number in range(1, 31):
        picture(tmp_path / "train" / f"{number}.png", number)
    rows = [f"{number},{CLASSES[number % 3]}" for number in range(30, 0, -1)]
    (tmp_path / "labels.csv").write_text("\n".join(["id,label", *rows]) + "\n")
    return tmp_path / "train", tmp_path / "labels.csv"


@pytest.fixture
def by_class(tmp_path: Path) -> Path:
    """A folder for each class, four pictures in each."""
    for index, name in enumerate(CLASSES):
        for number in range(4):
            picture(tmp_path / "pets" / name / f"{number}.jpg", 60 * index + number)
    return tmp_path / "pets"


def message_of(call: Callable, *arguments, **more) -> str:
    with pytest.raises(DongshouError) as caught:
        call(*arguments, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_pictures_in_kaggles_order_with_their_labels(kaggle: tuple[Path, Path]) -> None:
    folder = read_image_folder(*kaggle)
    assert folder.ids == tuple(str(number) for number in range(1, 31)) and folder.classes == CLASSES
    assert folder.labels.tolist() == [number % 3 for number in range(1, 31)]
    pixels = folder.read(8)
    assert pixels.shape == (30, 3, 8, 8) and pixels.dtype == torch.uint8
    assert pixels[:, 0, 4, 4].tolist() == list(range(1, 31))  # red is the number
    some = folder.rows([4, 2])
    assert (some.ids, some.labels.tolist(), len(some)) == (("5", "3"), [2, 0], 2)


def test_ids_with_the_ending_and_other_names_of_the_column(kaggle: tuple[Path, Path]) -> None:
    images, labels = kaggle
    plain = read_image_folder(images, labels)
    rows = list(csv.reader(labels.read_text().splitlines()))[1:]
    labels.write_text("\ufeffbreed,id\r\n" + "".join(f'"{label}",{id}.png\r\n' for id, label in rows))
    again = read_image_folder(images, labels)
    assert again.ids == plain.ids and torch.equal(again.labels, plain.labels)


def test_a_folder_for_each_class(by_class: Path) -> None:
    folder = read_image_folder(by_class)
    assert folder.classes == CLASSES and folder.labels.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert folder.ids[:5] == ("cat/0", "cat/1", "cat/2", "cat/3", "dog/0")
    assert read_image_folder(by_class, classes=("owl", "dog", "cat", "emu")).labels.tolist()[0] == 2
    assert "has the class cat, owl, which is none of dog" in message_of(read_image_folder, by_class, classes=("dog",))


def test_a_folder_for_each_class_is_named_and_nothing_else(by_class: Path) -> None:
    data = load_image_folder(by_class, size=8, valid=0.25)
    (pixels, labels), *others = data.train()
    assert pixels.shape == (9, 3, 8, 8) and sorted(labels.tolist()) == [0] * 3 + [1] * 3 + [2] * 3 and not others
    assert "at least 1; got size='8'" in message_of(load_image_folder, by_class, size="8")


def test_what_systems_leave_in_folders_is_passed_over(kaggle: tuple[Path, Path], by_class: Path) -> None:
    images, labels = kaggle
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._1.png"):
        (images / name).write_text("junk")
        (by_class / "cat" / name).write_text("junk")
        (by_class / name).write_text("junk")
    (by_class / "__MACOSX").mkdir()
    (by_class / ".git").mkdir()
    assert len(read_image_folder(images, labels)) == 30
    assert len(read_image_folder(by_class)) == 12


def test_the_labels_may_lie_among_the_pictures(kaggle: tuple[Path, Path]) -> None:
    images, labels = kaggle
    assert len(read_image_folder(images, labels.rename(images / "labels.csv"))) == 30


def test_pictures_in_a_folder_inside_that_of_their_class_are_of_it_and_counted(by_class: Path) -> None:
    for name in ("cat/old/7.jpg", "cat/old/older/1.png", "owl/night/0.png", "owl/night/.hidden.png"):
        picture(by_class / name, 99)
    says = r"pets: 3 pictures \(cat/old/7, cat/old/older/1, owl/night/0\) in folders inside that of a class are read"
    with pytest.warns(DataNote, match=says):
        folder = read_image_folder(by_class)
    assert folder.labels.bincount().tolist() == [6, 4, 5] and len(set(folder.ids)) == 15
    assert folder.rows([folder.ids.index("cat/old/older/1")]).read(8)[0, 0, 4, 4] == 99
    (by_class / "cat" / "old" / "a.txt").write_text("")
    assert "cat holds 1 file (a.txt) that cannot be pictures" in message_of(read_image_folder, by_class)


def test_pictures_in_folders_beside_labeled_ones_and_further_columns_are_left_out_and_counted(
    kaggle: tuple[Path, Path],
) -> None:
    images, labels = kaggle
    picture(images / "more" / "1.png", 0)
    picture(images / "more" / "deep" / "31.png", 0)
    header, *rows = labels.read_text().split()
    labels.write_text("\n".join([f"{header},size", *(f"{row},7" for row in rows)]))
    with pytest.warns(DataNote) as caught:
        assert len(read_image_folder(images, labels)) == 30
    said = [str(one.message) for one in caught]
    assert said == [
        f"{images}: 2 pictures (more/1.png, more/deep/31.png) in folders inside left out.",
        "labels.csv: 1 column (size) besides id and label not used.",
    ]


def test_the_splits(kaggle: tuple[Path, Path]) -> None:
    splits = load_image_folder(*kaggle, 9, size=8, valid=0.2, normalize=((0.5, 0, 0), (0.5, 1, 1)))
    assert (splits.classes, splits.shape, splits.test()) == (CLASSES, (3, 8, 8), None)
    train, valid = splits.train(), splits.valid()
    assert valid is not None and (train.num_examples, valid.num_examples) == (24, 6)
    inputs, labels = next(iter(valid))
    assert labels.bincount().tolist() == [2, 2, 2]
    red = (inputs[:, 0, 0, 0] * 0.5 + 0.5) * 255
    numbers = {int(number) for number in red.round().tolist()}
    assert [number % 3 for number in red.round().int().tolist()] == labels.tolist()
    others = {round(float((x + 1) / 2 * 255)) for batch, _ in train for x in batch[:, 0, 0, 0]}
    assert numbers | others == set(range(1, 31)) and not numbers & others


def numbers_in(splits: Splits) -> set[int]:
    valid = splits.valid()
    assert valid is not None
    return {round(float(x * 255)) for batch, _ in valid for x in batch[:, 0, 0, 0]}


def test_the_split_is_decided_by_its_own_seed_alone(kaggle: tuple[Path, Path]) -> None:
    first = numbers_in(load_image_folder(*kaggle, 8, size=8))
    torch.manual_seed(7)
    assert numbers_in(load_image_folder(*kaggle, 8, size=8)) == first
    assert numbers_in(load_image_folder(*kaggle, 8, size=8, seed=1)) != first


def test_all_for_training(kaggle: tuple[Path, Path]) -> None:
    splits = load_image_folder(*kaggle, 8, size=8, valid=0)
    assert splits.valid() is None and splits.train().num_examples == 30


def test_a_test_of_its_own(kaggle: tuple[Path, Path], by_class: Path) -> None:
    test = load_image_folder(*kaggle, 8, size=8, test=by_class).test()
    assert test is not None and next(iter(test))[1].bincount().tolist() == [4, 4, 4]
    assert "has no labels: a test needs a folder for each class" in message_of(
        load_image_folder, *kaggle, 8, size=8, test=kaggle[0]
    )


def test_no_picture_is_opened_before_the_first_batch(kaggle: tuple[Path, Path]) -> None:
    (kaggle[0] / "5.png").write_text("no picture")
    splits = load_image_folder(*kaggle, 8, size=8)
    assert "5.png is not an image that can be read" in message_of(lambda: (splits.train(), splits.valid()))


def test_the_augmentation_is_for_training_alone(kaggle: tuple[Path, Path]) -> None:
    splits = load_image_folder(*kaggle, 8, size=8, augment=lambda images, labels, _: (torch.zeros_like(images), labels))
    valid = splits.valid()
    assert next(iter(splits.train()))[0].max() == 0
    assert valid is not None and next(iter(valid))[0].max() > 0


def test_the_fingerprints_are_of_contents(kaggle: tuple[Path, Path]) -> None:
    images, labels = kaggle
    before = load_image_folder(*kaggle, 8, size=8).fingerprints()
    assert list(before) == ["labels.csv", "train pictures", "valid pictures"]
    assert before["labels.csv"] == hashlib.sha256(labels.read_bytes()).hexdigest()
    picture(images / "5.png", 99)
    after = load_image_folder(*kaggle, 8, size=8).fingerprints()
    assert sum(before[name] != after[name] for name in before) == 1
    assert load_image_folder(*kaggle, 8, size=16).fingerprints() == after


def test_the_classes_of_a_run_stand_in_for_a_folder_that_is_away(kaggle: tuple[Path, Path], tmp_path: Path) -> None:
    away = tmp_path / "away", tmp_path / "labels.csv"
    with folder_may_be_away(("a", "b")):
        splits = load_image_folder(*away, 8, size=8)
        assert splits.classes == ("a", "b") and splits.shape == (3, 8, 8)
        assert load_image_folder(*kaggle, 8, size=8).classes == CLASSES  # what is there is read
    assert "away is not there" in message_of(splits.train)
    with pytest.raises(FilesNotFound, match="away is not there"):
        load_image_folder(*away, 8, size=8)


def lines_changed(change: Callable[[list[str]], list[str]]) -> Callable[[Path, Path], object]:
    return lambda images, labels: labels.write_text("\n".join(change(labels.read_text().splitlines())))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lines_changed(lambda lines: [*lines, "77,cat", "x,dog"]), "names 2 ids (77, x) without a picture in"),
        (lines_changed(lambda lines: lines[:-5]), "has no label for 5 pictures (1.png, 2.png, 3.png, ...)"),
        (lines_changed(lambda lines: [*lines, "7,cat", "8.png,dog"]), "names 2 ids (8, 7) more than once"),
        (
            lines_changed(lambda lines: ["id,kind", *lines[1:]]),
            'has no column "label": expected id and label, found id, kind',
        ),
        (lines_changed(lambda lines: ["name,label", *lines[1:]]), 'has no column "id"'),
        (lines_changed(lambda lines: lines[:1]), "is empty"),
        (lines_changed(lambda lines: [*lines, "7"]), "ragged rows: line 32 has 1 cells"),
        (lines_changed(lambda lines: [*lines[:-1], "1,"]), "lacks an id or a label in line 31"),
        (lines_changed(lambda lines: ["id,label", *(f"{n},cat" for n in range(1, 31))]), "at least two classes"),
        (lambda images, labels: labels.write_bytes(b"id,label\n1,\xff\n"), "is not utf-8"),
        (lambda images, labels: labels.unlink(), "There are no labels at"),
        (lambda images, labels: images.rename(images.parent / "other"), "train is not there; check the path"),
        (lambda images, labels: [path.unlink() for path in images.iterdir()], "holds no picture"),
        (lambda images, labels: (images / "3.png").unlink(), "names 1 id (3) without a picture"),
        (
            lambda images, labels: (images / "notes.txt").write_text(""),
            "holds 1 file (notes.txt) that cannot be pictures",
        ),
        (lambda images, labels: picture(images / "3.jpg", 3), "several pictures of one id: 3"),
        (
            lines_changed(lambda lines: [*lines[:-2], "2,emu", "1,fox"]),
            "Every class needs at least two examples, to be on both sides of the split; emu, fox: only one",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(
    change: Callable[[Path, Path], object], says: str, kaggle: tuple[Path, Path]
) -> None:
    change(*kaggle)
    assert says in message_of(load_image_folder, *kaggle, 8, size=8)


@pytest.mark.parametrize("number", [0, -3])
def test_a_size_or_a_batch_that_is_none(number: int, kaggle: tuple[Path, Path]) -> None:
    says = f"size is the side of the images in pixels, at least 1; got size={number}."
    assert message_of(load_image_folder, *kaggle, 8, size=number) == says
    assert message_of(read_image_folder(*kaggle).read, number) == says
    assert "batch_size must be between 1 and" in message_of(load_image_folder(*kaggle, number, size=8).train)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda folder: picture(folder / "loose.png", 1), "holds 1 file (loose.png) beside its folders"),
        (lambda folder: (folder / "emu").mkdir(), "emu holds no picture"),
        (lambda folder: (folder / "cat" / "a.txt").write_text(""), "cat holds 1 file (a.txt) that cannot be pictures"),
    ],
)
def test_a_wrong_folder_of_folders(change: Callable[[Path], object], says: str, by_class: Path) -> None:
    change(by_class)
    assert says in message_of(load_image_folder, by_class, None, 4, size=8)


def test_an_archive_and_pictures_without_labels(tmp_path: Path, kaggle: tuple[Path, Path]) -> None:
    (tmp_path / "train.zip").write_bytes(b"PK")
    assert "is a file; unpack it first" in message_of(read_image_folder, tmp_path / "train.zip")
    assert "Name a CSV file of labels" in message_of(load_image_folder, kaggle[0], None, 8, size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(2, 30), min_size=1, max_size=5), st.floats(0.05, 0.95), st.integers(0, 5))
def test_every_class_is_on_both_sides_in_the_right_share(counts: list[int], share: float, seed: int) -> None:
    labels = torch.cat([torch.full((count,), index) for index, count in enumerate(counts)])
    classes = [str(index) for index in range(len(counts))]
    stay, aside = split_by_class(labels, share, classes, seed)
    assert sorted([*stay.tolist(), *aside.tolist()]) == list(range(len(labels)))
    for count, number in zip(counts, labels[aside].bincount(minlength=len(counts)).tolist(), strict=True):
        assert 1 <= number < count and abs(number - share * count) <= 1


def test_both_sides_come_in_random_order() -> None:
    stay, _ = split_by_class(torch.arange(100) // 50, 0.1, ("a", "b"))
    assert 10 < np.count_nonzero(torch.arange(100)[stay][:45] < 50) < 35  # a first part of them has both classes


@pytest.mark.parametrize("share", [-0.1, 1.0, 2.0])
def test_a_share_that_is_none(share: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        split_by_class(torch.tensor([0, 0, 1, 1]), share, ("a", "b"))

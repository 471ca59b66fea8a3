"""Folders of pictures with boxes: the same boxes out of VOC, COCO and YOLO, and what is wrong with others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dongshou.data import load_annotated, read_annotated
from dongshou.data.images.annotated.yolo import read_names
from dongshou.data.images.photos import Letterboxed
from dongshou.data.sets import bccd
from dongshou.data.targets import Boxes
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote

Things = list[tuple[str, tuple[float, float, float, float]]]

# width, height and boxes of each picture; the third has none
PICTURES: dict[str, tuple[tuple[int, int], Things]] = {
    "one": ((40, 20), [("cat", (4, 2, 20, 18)), ("dog", (30, 5, 40, 20))]),
    "two": ((30, 60), [("dog", (0, 0, 15, 30))]),
    "three": ((32, 32), []),
    "four": ((20, 40), [("cat", (5, 10, 15, 30))]),
}
CLASSES = ["cat", "dog"]


def draw(folder: Path, pictures: dict[str, tuple[tuple[int, int], Things]] = PICTURES) -> None:
    """White boxes of cats and grey ones of dogs, on black."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, ((width, height), things) in pictures.items():
        pixels = np.zeros((height, width, 3), np.uint8)
        for kind, (left, top, right, bottom) in things:
            pixels[int(top) : int(bottom), int(left) : int(right)] = 255 if kind == "cat" else 128
        Image.fromarray(pixels).save(folder / f"{name}.png")


def xml(name: str, things: Things, suffix: str = ".png") -> str:
    def box(corners: tuple[float, ...]) -> str:
        return "".join(
            f"<{edge}>{value}</{edge}>" for edge, value in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True)
        )

    objects = "".join(
        f"<object><name>{kind}</name><bndbox>{box(corners)}</bndbox></object>" for kind, corners in things
    )
    return f"<annotation><filename>{name}{suffix}</filename>{objects}</annotation>"


def voc(folder: Path) -> Path:
    draw(folder / "JPEGImages")
    (folder / "Annotations").mkdir()
    for name, (_, things) in PICTURES.items():
        (folder / "Annotations" / f"{name}.xml").write_text(xml(name, things))
    lists = folder / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("one\ntwo\nthree\n")
    (lists / "val.txt").write_text("four\n")
    return folder


def coco(folder: Path) -> Path:
    draw(folder / "images")
    (folder / "annotations").mkdir()
    for part, names in (("train", ["one", "two", "three"]), ("val", ["four"])):
        images = [{"id": 10 + index, "file_name": f"{name}.png"} for index, name in enumerate(names)]
        rows = []
        for image, name in zip(images, names, strict=True):
            for kind, (left, top, right, bottom) in PICTURES[name][1]:
                category = 7 if kind == "cat" else 9
                box = [left, top, right - left, bottom - top]
                rows.append(
                    {"image_id": image["id"], "category_id": category, "bbox": box, "iscrowd": int(kind == "dog")}
                )
        categories = [{"id": 9, "name": "dog"}, {"id": 7, "name": "cat"}, {"id": 1, "name": "nobody"}]
        content = {"images": images, "annotations": rows, "categories": categories}
        (folder / "annotations" / f"instances_{part}2017.json").write_text(json.dumps(content))
    return folder


def yolo(folder: Path) -> Path:
    for part, names in (("train", ["one", "two", "three"]), ("val", ["four"])):
        draw(folder / "images" / part, {name: PICTURES[name] for name in names})
        (folder / "labels" / part).mkdir(parents=True)
        for name in names:
            (width, height), things = PICTURES[name]
            rows = [
                f"{CLASSES.index(kind)} {(l + r) / 2 / width} {(t + b) / 2 / height}"
                f" {(r - l) / width} {(b - t) / height}"
                for kind, (l, t, r, b) in things
            ]
            if rows:  # a picture without a text has no box
                (folder / "labels" / part / f"{name}.txt").write_text("\n".join(rows) + "\n")
    (folder / "data.yaml").write_text("path: .\nnames:\n  0: cat\n  1: dog  # barks\nnc: 2\n")
    return folder


FORMS: dict[str, Callable[[Path], Path]] = {"voc": voc, "coco": coco, "yolo": yolo}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_boxes_out_of_every_form(form: str, tmp_path: Path):
    """Pictures are fitted into 64x48 pixels: each box is where its colour is, scaled and moved."""
    data = load_annotated(FORMS[form](tmp_path / form), batch_size=3, size=(48, 64))
    assert data.classes == ("cat", "dog") and isinstance(data.photos, Letterboxed)
    seen = []
    for part in (data.train(), data.valid()):
        assert part is not None
        for images, boxes in part:
            assert isinstance(boxes, Boxes) and images.shape[1:] == (3, 48, 64)
            for image, (corners, labels) in zip(images, boxes.listed(), strict=True):
                for (left, top, right, bottom), label in zip(corners.tolist(), labels.tolist(), strict=True):
                    level = 1.0 if label == 0 else 128 / 255
                    inside = image[:, round(top) + 2 : round(bottom) - 2, round(left) + 2 : round(right) - 2]
                    assert inside.numel() and torch.allclose(inside, torch.tensor(level), atol=0.02)
                    seen.append(label)
    assert sorted(seen) == [0, 0, 1, 1] and data.test() is None
    _, boxes = next(iter(data.train()))
    assert (boxes.is_crowd is not None) == (form == "coco")
    if boxes.is_crowd is not None:
        assert torch.equal(boxes.is_crowd, boxes.labels == 1)
    assert set(data.fingerprints()) == {"train pictures", "valid pictures"}


def test_without_lists_some_are_set_aside(tmp_path: Path):
    draw(tmp_path)
    for name, (_, things) in PICTURES.items():
        (tmp_path / f"{name}.xml").write_text(xml(name, things, suffix=".jpg"))  # renamed since
    folder = read_annotated(tmp_path, valid=0.25)
    assert {part: len(pictures) for part, pictures in folder.parts.items()} == {"train": 3, "valid": 1}
    other = read_annotated(tmp_path, valid=0.25, seed=1)
    assert other.parts["valid"][0].path != folder.parts["valid"][0].path
    assert set(read_annotated(tmp_path, valid=0).parts) == {"train"}


def test_boxes_that_cannot_be_learnt_from(tmp_path: Path):
    """Exchanged edges, no area, outside: left out; beyond the edge: cut. Each is said once, with its number."""
    draw(tmp_path, {"one": ((40, 20), [])})
    wrong: Things = [
        ("cat", (20, 2, 4, 18)),
        ("cat", (4, 18, 20, 2)),
        ("cat", (4, 4, 4, 10)),
        ("cat", (50, 2, 60, 10)),
        ("cat", (-10, 5, 10, 30)),
        ("cat", (1, 1, 9, 9)),
    ]
    (tmp_path / "one.xml").write_text(xml("one", wrong))
    folder = read_annotated(tmp_path, valid=0)
    with pytest.warns(DataNote) as notes:
        _, boxes = folder.read("train", (20, 40))
    ((corners, _),) = boxes.listed()
    assert corners.tolist() == [[0, 5, 10, 20], [1, 1, 9, 9]]
    said = sorted(str(note.message) for note in notes)
    assert [message.split(": ")[1] for message in said] == [
        "1, the first in one.xml.",
        "2, the first in one.xml.",
        "1, the first in one.xml.",
        "1, the first in one.xml.",
    ]
    for message, words in zip(said, ("have no area", "right edge left", "lie outside", "reach beyond"), strict=True):
        assert words in message


def test_a_folder_without_an_object_in_its_test_and_in_a_batch(tmp_path: Path):
    draw(tmp_path)
    for name, (_, things) in PICTURES.items():
        (tmp_path / f"{name}.xml").write_text(xml(name, things))
    folder = read_annotated(tmp_path, valid=0)
    pixels, boxes = folder.read("train", (32, 32))
    assert len(pixels) == 4 and boxes.is_present.sum(1).tolist().count(0) == 1


YAML = {
    "names: [cat, 'dog']": ["cat", "dog"],
    "names:\n- cat\n- dog\nnc: 2": ["cat", "dog"],
    "nc: 2\nnames:\n  0: cat\n  1: 'hot dog'\n": ["cat", "hot dog"],
    "nc: 2\n": None,
}


@pytest.mark.parametrize("text", YAML)
def test_names_in_yaml(text: str, tmp_path: Path):
    (tmp_path / "data.yaml").write_text(text)
    assert read_names(tmp_path) == YAML[text]
    (tmp_path / "classes.txt").write_text("a\nb\n")
    assert read_names(tmp_path) == ["a", "b"]


def test_an_outline_is_read_as_the_box_around_it(tmp_path: Path):
    yolo(tmp_path)
    (tmp_path / "labels" / "val" / "four.txt").write_text("0 0.25 0.5 0.75 0.25 0.5 0.75\n")
    (thing,) = read_annotated(tmp_path).parts["valid"][0].things
    assert thing.corners == (0.25, 0.25, 0.75, 0.75)


def put(name: str, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_text(text)

    return write


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


WRONG: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "xml cut off": ("voc", put("Annotations/one.xml", "<annotation><object>"), r"one.xml is not XML"),
    "xml without a box": (
        "voc",
        put("Annotations/one.xml", xml("one", []).replace("</a", "<object><name>cat</name></object></a")),
        'the object "cat" has no bndbox',
    ),
    "picture of an xml missing": ("voc", gone("JPEGImages/two.png"), "names the picture two.png, which is not there"),
    "xml of a list missing": ("voc", gone("Annotations/two.xml"), "train.txt, line 2: there is no two.xml"),
    "picture that is none": ("voc", put("JPEGImages/two.png", "text"), "two.png is not an image"),
    "json cut off": ("coco", put("annotations/instances_train2017.json", "{"), "is not JSON that can be read"),
    "json of something else": ("coco", put("annotations/instances_train2017.json", "{}"), "lists images, annotations"),
    "picture of a json missing": ("coco", gone("images/two.png"), r"train2017.json names the picture two.png"),
    "json with a class that is none": (
        "coco",
        put(
            "annotations/instances_val2017.json",
            '{"images": [{"id": 1, "file_name": "four.png"}], "categories": [],'
            ' "annotations": [{"image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 4]}]}',
        ),
        "annotation 0 needs a bbox of four numbers and the ids",
    ),
    "line of three numbers": ("yolo", put("labels/train/one.txt", "0 .5 .5 .1\n"), r'one.txt, line 1: .*got "0 .5'),
    "line of words": ("yolo", put("labels/train/one.txt", "0 .5 .5 .1 .1\ncat .5 .5 .1 .1"), "one.txt, line 2"),
    "class of no name": ("yolo", put("labels/train/one.txt", "2 .5 .5 .1 .1\n"), "class 2 is none of the 2"),
    "text without a picture": ("yolo", gone("images/train/one.png"), "one.txt is about a picture that is not in"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_one_line(case: str, tmp_path: Path):
    form, damage, message = WRONG[case]
    folder = FORMS[form](tmp_path / form)
    damage(folder)
    with pytest.raises(DongshouError, match=message) as raised:
        load_annotated(folder, size=32).train()
    assert "\n" not in str(raised.value)


def test_folders_that_are_none(tmp_path: Path):
    with pytest.raises(DongshouError, match="There is no folder"):
        read_annotated(tmp_path / "away")
    with pytest.raises(DongshouError, match="no boxes in a known form"):
        read_annotated(tmp_path)
    draw(tmp_path, {"one": ((40, 20), [])})
    (tmp_path / "one.xml").write_text(xml("one", []))
    with pytest.raises(UsageError, match="a single picture"):
        read_annotated(tmp_path)
    with pytest.raises(DongshouError, match="None of the pictures has a box"):
        read_annotated(tmp_path, valid=0)
    with pytest.raises(DongshouError, match='has the class "cat", which is none of cats, dogs. Did you mean cats'):
        read_annotated(voc(tmp_path / "voc"), classes=("cats", "dogs"))


def test_blood_cells(real_data):
    real_data("bccd")
    folder = read_annotated(bccd.directory(), bccd.CLASSES)
    things = [thing.name for part in folder.parts.values() for picture in part for thing in picture.things]
    assert {part: len(pictures) for part, pictures in folder.parts.items()} == {"train": 205, "valid": 87, "test": 72}
    assert [things.count(name) for name in bccd.CLASSES] == [4155, 372, 361]

"""COCO: one file of JSON for many pictures (Lin et al., 2014)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dongshou.data.images.annotated.pictures import Annotated, Thing
from dongshou.errors import DongshouError

PARTS = {"train": ("train",), "valid": ("valid", "val"), "test": ("test",)}  # words in names of files and folders


def json_files(folder: Path) -> dict[str, Path]:
    """The annotation file of each part: `train/_annotations.coco.json`, `annotations/instances_val2017.json`; a file
    that names no part is `train`."""
    places = [*folder.glob("*.json"), *folder.glob("annotations/*.json"), *folder.glob("*/*annotations*.json")]
    files = {path for path in places if "keypoints" not in path.name and "captions" not in path.name}
    found: dict[str, Path] = {}
    for path in sorted(files):
        name = f"{path.parent.name if path.parent != folder else ''} {path.name}".lower()
        part = next((part for part, words in PARTS.items() if any(word in name for word in words)), "train")
        found.setdefault(part, path)
    return found


def read_coco(folder: Path) -> tuple[dict[str, list[Annotated]], tuple[str, ...]]:
    """The pictures of each part, and the classes in the order of their ids.

    Raises DongshouError for JSON that is damaged, lacks what it needs, or names a picture that is missing.
    """
    files = json_files(folder)
    read = {part: read_json(path, folder) for part, path in files.items()}
    names = {number: name for _, categories in read.values() for number, name in categories.items()}
    used = {thing.name for pictures, _ in read.values() for one in pictures for thing in one.things}
    classes = tuple(dict.fromkeys(names[number] for number in sorted(names) if names[number] in used))
    return {part: pictures for part, (pictures, _) in read.items()}, classes


def read_json(path: Path, folder: Path) -> tuple[list[Annotated], dict[int, str]]:
    """The pictures of one file, and its categories by id."""
    content = loaded(path)
    categories = {one["id"]: one["name"] for one in content["categories"]}
    things: dict[Any, list[Thing]] = {one["id"]: [] for one in content["images"]}
    for number, one in enumerate(content["annotations"]):
        try:
            x, y, width, height = map(float, one["bbox"])
            thing = Thing((x, y, x + width, y + height), categories[one["category_id"]], bool(one.get("iscrowd", 0)))
            things[one["image_id"]].append(thing)
        except (KeyError, TypeError, ValueError) as error:
            raise DongshouError(
                f"{path}: annotation {number} needs a bbox of four numbers and the ids of a category and of a picture"
                f" that the file has; got {one}."
            ) from error
    pictures = [Annotated(find(one["file_name"], path, folder), path, things[one["id"]]) for one in content["images"]]
    return pictures, categories


def loaded(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise DongshouError(f"{path} is not JSON that can be read: {error}.") from None
    needed = ("images", "annotations", "categories")
    if not isinstance(content, dict) or any(not isinstance(content.get(key), list) for key in needed):
        raise DongshouError(f"{path} is not an annotation file of COCO, which holds the lists {', '.join(needed)}.")
    return content


def find(name: str, path: Path, folder: Path) -> Path:
    """A picture lies beside its annotation file, in the folder or in one folder of it."""
    places = [path.parent / name, folder / name, folder / "images" / name, *sorted(folder.glob(f"*/{name}"))]
    if found := next((place for place in places if place.is_file()), None):
        return found
    raise DongshouError(f"{path} names the picture {name}, which is not there. Add it, or take out its entry.")

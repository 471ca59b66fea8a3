"""BCCD: 364 pictures of blood under a microscope with boxes around its cells (Shenggan, 2018), in Pascal VOC's form."""

from __future__ import annotations

from pathlib import Path

from dongshou.data.sources.files import path_of

CLASSES = ("RBC", "WBC", "Platelets")  # red and white blood cells, and what stops bleeding
SHAPE = (3, 480, 640)


def directory() -> Path:
    """The folder that holds Annotations/, JPEGImages/ and ImageSets/. Raises FilesNotFound where it is not."""
    return path_of("bccd", "ImageSets/Main/train.txt").parents[2]

"""The Large Movie Review Dataset: 25,000 + 25,000 reviews, half of them negative (Maas et al., 2011)."""

from __future__ import annotations

import tarfile
from pathlib import Path, PurePosixPath

import torch

from dongshou.data.sources.download import hash_of
from dongshou.data.sources.files import path_of
from dongshou.data.sources.whole import path_of_whole
from dongshou.data.text.file import decoded
from dongshou.data.text.labelled import Examples, LabelledTexts
from dongshou.errors import DongshouError
from dongshou.notes import note

CLASSES = ("neg", "pos")
WHOLE, CUT = "aclImdb_v1.tar.gz", "aclImdb_small.tar.gz"


def read() -> LabelledTexts:
    """The whole set where its archive is found, else the cut of it: every fifth review, 5,000 + 5,000.

    Which one it is stands in the name, imdb or imdb-cut, and in a note. Raises FilesNotFound where there is neither.
    """
    whole = path_of_whole("imdb", WHOLE)
    path = whole or path_of("imdb", CUT)
    parts = read_archive(path)
    if whole is None:
        sizes = " + ".join(f"{len(examples):,}" for examples in parts.values())
        note(f"imdb: a cut of {sizes} reviews, for the whole of 25,000 + 25,000 ({WHOLE}) is not on this machine.")
    name = "imdb-cut" if whole is None else "imdb"
    return LabelledTexts.of_parts(parts, classes=CLASSES, name=name, files=lambda: {path.name: hash_of(path)})


def read_archive(path: Path) -> dict[str, Examples]:
    """The reviews of aclImdb/{train,test}/{neg,pos}/*.txt, in the order of the archive.

    Raises DongshouError where the archive is damaged or has none of them.
    """
    texts: dict[str, list[str]] = {"train": [], "test": []}
    labels: dict[str, list[int]] = {"train": [], "test": []}
    try:
        with tarfile.open(path) as members:
            for member in members:
                part, kind, _ = ("", "", *PurePosixPath(member.name).parts)[-3:]
                if part in texts and kind in CLASSES and (content := members.extractfile(member)) is not None:
                    texts[part].append(decoded(content.read(), member.name).replace("<br />", " ").strip())
                    labels[part].append(CLASSES.index(kind))
    except (tarfile.TarError, EOFError, OSError) as error:
        raise DongshouError(f"{path} cannot be unpacked: {error}. Replace it by the right file.") from None
    if not all(texts.values()):
        raise DongshouError(f"{path} holds no reviews: expected aclImdb/train/pos/*.txt and so on.")
    return {part: Examples(texts[part], torch.tensor(labels[part])) for part in texts}

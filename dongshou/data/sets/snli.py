"""Stanford Natural Language Inference: does a sentence follow from another, contradict it, or neither?

Bowman et al., 2015: 550,152 + 10,000 + 10,000 pairs, a few of which people could not agree on.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch

from dongshou.data.sources.download import hash_of
from dongshou.data.sources.files import fingerprints, path_of
from dongshou.data.sources.whole import path_of_whole
from dongshou.data.text.file import read_text
from dongshou.data.text.labelled import Examples, LabelledTexts
from dongshou.errors import DongshouError
from dongshou.notes import note

CLASSES = ("entailment", "contradiction", "neutral")
WHOLE = "snli_1.0.zip"
ENDINGS = {"train": "train", "valid": "dev", "test": "test"}
CUT = {"train": "dev", "test": "test"}  # the pairs to train on are not in the cut: those to validate on stand for them
FIRST = (
    "snli_1.0_train_first1000.jsonl"  # the first pairs to train on, where they are found, to validate on with the cut
)
UNDECIDED = "-"  # in place of a class, where no three of five people said the same

Row = tuple[str, str, str]  # premise, hypothesis, class


def read() -> LabelledTexts:
    """Pairs of premise and hypothesis: the whole set where its archive is found, else the cut, 9,842 + 9,824.

    Which one it is stands in the name, snli or snli-cut, and in a note. The cut has no pairs to validate on, unless
    the file of the first thousand training pairs lies beside it. Raises FilesNotFound where there is neither.
    """
    if (archive := path_of_whole("snli", WHOLE)) is not None:
        parts = {part: decided(rows, part) for part, rows in read_archive(archive).items()}
        return LabelledTexts.of_parts(
            parts, classes=CLASSES, name="snli", files=lambda: {archive.name: hash_of(archive)}
        )
    parts = {part: decided(read_columns(ending), part) for part, ending in CUT.items()}
    sizes = " + ".join(f"{len(examples):,}" for examples in parts.values())
    note(
        f"snli: a cut of {sizes} pairs, its validation pairs to train on, for the whole ({WHOLE}) is not on this"
        " machine."
    )
    if (first := path_of_whole("snli", FIRST)) is not None:
        parts["valid"] = decided(read_lines(first), "valid")
        note(f"snli: the first {len(parts['valid']):,} training pairs ({FIRST}) are there to validate on.")
    return LabelledTexts.of_parts(parts, classes=CLASSES, name="snli-cut", files=lambda: hashes_of_cut(first))


def hashes_of_cut(first: Path | None) -> dict[str, str]:
    return fingerprints("snli") | ({} if first is None else {first.name: hash_of(first)})


def decided(rows: Iterable[Row], part: str) -> Examples:
    """The pairs that have a class; a note says how many have none.

    Raises DongshouError for a class that is not one of the three.
    """
    texts, labels, undecided = [], [], 0
    for premise, hypothesis, label in rows:
        if label == UNDECIDED:
            undecided += 1
        elif label in CLASSES:
            texts.append((premise, hypothesis))
            labels.append(CLASSES.index(label))
        else:
            raise DongshouError(f'snli has the class "{label}" in {part}; its classes are {", ".join(CLASSES)}.')
    if undecided:
        note(f"snli: {undecided:,} pairs of {part} are left out, which have no class ({UNDECIDED}).")
    return Examples(texts, torch.tensor(labels))


def read_columns(ending: str) -> Iterator[Row]:
    """The pairs of the cut, which has a file for each of premises, hypotheses and classes, a line for each pair."""
    columns = [lines_of(path_of("snli", f"{column}.{ending}")) for column in ("s1", "s2", "labels")]
    yield from zip(*columns, strict=True)


def lines_of(path: Path) -> list[str]:
    return [line.strip() for line in read_text(path).removesuffix("\n").split("\n")]


def read_archive(path: Path) -> dict[str, Iterator[Row]]:
    """The pairs of the archive of the authors, by part. Raises DongshouError where it is damaged."""
    return {part: read_member(path, f"snli_1.0/snli_1.0_{ending}.jsonl") for part, ending in ENDINGS.items()}


def read_member(path: Path, name: str) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as lines:
            yield from map(read_pair, lines)
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError) as error:
        raise DongshouError(f"{path} cannot be read at {name}: {error}. Replace it by the right file.") from None


def read_lines(path: Path) -> Iterator[Row]:
    """The pairs of a file in the authors' form, a JSON object a line. Raises DongshouError for a damaged line."""
    for number, line in enumerate(lines_of(path), start=1):
        try:
            yield read_pair(line)
        except (KeyError, ValueError) as error:
            raise DongshouError(
                f"{path} cannot be read at line {number}: {error}. Replace it by the right file."
            ) from None


def read_pair(line: str | bytes) -> Row:
    pair = json.loads(line)
    return pair["sentence1"], pair["sentence2"], pair["gold_label"]

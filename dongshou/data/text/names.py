"""Names and the languages they are from, character by character: what a classifier of sequences is trained on."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import torch

from dongshou.data.sets import countries
from dongshou.data.sources import get_source
from dongshou.data.sources.files import path_of
from dongshou.data.split_by_class import split_by_class
from dongshou.data.text.file import read_text
from dongshou.data.text.padding import PaddedBatches, pad
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.tokens import PAD
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import UsageError, did_you_mean

NAME_SETS = ("countries", "names")


def load_names(
    name: str = "countries",
    batch_size: int = 64,
    test: float = 0.2,
    *,
    unique: bool = False,
    bucketing: bool = False,
    seed: int = 0,
) -> TextSplits:
    """Names by language: inputs, the pair of characters (batch, longest) and lengths (batch,); labels (batch,).

    test       share of each language, drawn by `seed`, that is held out
    unique     a name counts once in each language. In `names` many come more than once (Arabic: 2,000 names, of
               them 108 different): unless they do not, the test asks for names that were learnt by heart
    bucketing  batches of names of similar length (see `PaddedBatches`)

    The vocabulary is that of the training names. Raises UsageError for a set that does not exist.
    """
    by_language = read_names(name)
    if unique:
        by_language = {language: list(dict.fromkeys(names)) for language, names in by_language.items()}
    classes = tuple(by_language)
    names = [one for names in by_language.values() for one in names]
    labels = torch.tensor([classes.index(language) for language, of_it in by_language.items() for _ in of_it])
    train_rows, test_rows = split_by_class(labels, test, classes, seed)
    vocabulary = Vocabulary("".join(names[row] for row in train_rows.tolist()), reserved=(PAD,))

    def batches(rows: torch.Tensor, shuffle: bool) -> PaddedBatches:
        return PaddedBatches(
            pad([vocabulary.ids(names[row]) for row in rows.tolist()], vocabulary[PAD]),
            labels=labels[rows],
            batch_size=batch_size if shuffle else min(batch_size, len(rows)),
            shuffle=shuffle,
            bucketing=bucketing and shuffle,
        )

    return TextSplits(
        train=batches(train_rows, shuffle=True),
        test=batches(test_rows, shuffle=False),
        vocabulary=vocabulary,
        name=name,
        classes=classes,
        shape=(max(map(len, names)),),
        files="names" if name == "names" else lambda: fingerprint(by_language),
    )


def read_names(name: str) -> dict[str, list[str]]:
    """The names of each language. Raises UsageError for a set that does not exist."""
    if name not in NAME_SETS:
        raise UsageError(f'No set of names "{name}"; there are {", ".join(NAME_SETS)}.{did_you_mean(name, NAME_SETS)}')
    return countries.read() if name == "countries" else surnames()


def surnames() -> dict[str, list[str]]:
    """20,050 surnames in 18 languages, those that are common several times (Robertson, 2017)."""
    paths = [path_of("names", file.name) for file in get_source("names").files]
    return {path.stem: lines_of(path) for path in paths}


def lines_of(path: Path) -> list[str]:
    """What stands in each line that is not blank."""
    return [line.strip() for line in read_text(path).split("\n") if line.strip()]


def fingerprint(by_language: dict[str, list[str]]) -> dict[str, str]:
    """One hash of all names: they are another package's, and change with its version."""
    return {"countries": sha256(repr(by_language).encode()).hexdigest()}

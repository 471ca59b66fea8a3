"""Sentences in two languages: those of the course, and any file with a pair a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

from dongshou.data.sets import dates
from dongshou.data.sources.download import hash_of
from dongshou.data.sources.files import FilesNotFound, path_of
from dongshou.data.text.file import decoded, read_text
from dongshou.errors import DongshouError, did_you_mean
from dongshou.notes import note

Pair = tuple[str, str]


@dataclass(frozen=True)
class SentencePairs:
    """Sentences and their translations, what they are read from (see `Splits`), and whether that is a user's file."""

    pairs: Sequence[Pair]
    files: str | Callable[[], dict[str, str]]
    is_own: bool = False


def read_pairs(name: str, encoding: str = "utf-8", seed: int = 0) -> SentencePairs:
    """Pairs by their name, or those of a file by its path: source, tab, target; further columns are passed over.

    `seed` draws the order of the dates. Raises FilesNotFound when there is neither, DongshouError, naming the
    line, when the file is not such a file.
    """
    if name == "fra-eng":
        return fra_eng()
    if name in DATES:
        return dates_in(DATES[name], seed)
    path = Path(name).expanduser()
    if not path.is_file():
        raise FilesNotFound(
            f'No pairs of sentences "{name}": it is neither a file nor one of {", ".join(PAIRS)}.'
            f"{did_you_mean(name, PAIRS)}"
        )
    text = read_text(path, encoding)
    pairs = split_lines(text, path)
    tell_what_is_unused(text, path)
    return SentencePairs(pairs, files=lambda: {path.name: hash_of(path)}, is_own=True)


def fra_eng() -> SentencePairs:
    """English sentences with their French translations, the short ones first (Tatoeba, 2019)."""
    archive = path_of("fra-eng", "fra-eng.zip")
    with ZipFile(archive) as zipped:
        text = decoded(zipped.read("fra.txt"), archive)
    return SentencePairs(split_lines(text, archive), files="fra-eng")


def dates_in(language: str, seed: int) -> SentencePairs:
    """English dates and the same in another language."""
    pairs = dates.read(language, seed)
    return SentencePairs(pairs, files=lambda: {f"dates {language}": sha256(repr(pairs).encode()).hexdigest()})


def split_lines(text: str, path: Path) -> list[Pair]:
    """The pairs of a text, a line each; blank lines are passed over.

    Raises DongshouError, naming the first such line, when the lines differ in their number of columns, have
    less than two, or a sentence is empty.
    """
    rows = {number: line.split("\t") for number, line in enumerate(text.split("\n"), 1) if line.strip()}
    num_columns = len(next(iter(rows.values())))
    if num_columns < 2:
        raise DongshouError(f"{path} holds no pairs: expected source, tab, target in a line. Put tabs between them.")
    for number, row in rows.items():
        if len(row) != num_columns:
            raise DongshouError(
                f"{path} has ragged rows: line {number} has {len(row)} column(s), the first {num_columns}."
                " Mend that line."
            )
        for side, sentence in zip(("source", "target"), row, strict=False):
            if not sentence.strip():
                raise DongshouError(f"{path} has an empty {side} in line {number}. Fill it in, or remove the line.")
    return [(row[0], row[1]) for row in rows.values()]


def tell_what_is_unused(text: str, path: Path) -> None:
    """A note of the columns behind the first two and of blank lines, where there are any."""
    lines = text.removesuffix("\n").split("\n")
    unused = []
    if more := next(line for line in lines if line.strip()).count("\t") - 1:
        unused.append(f"{more} columns after the first two" if more > 1 else "the third column")
    if blank := sum(not line.strip() for line in lines):
        unused.append(f"{blank:,} blank lines" if blank > 1 else "1 blank line")
    if unused:
        note(f"{path.name}: not used are {' and '.join(unused)}.")


DATES = {"dates": "fr", "dates-zh": "zh"}  # from English into this language
PAIRS = (*DATES, "fra-eng")

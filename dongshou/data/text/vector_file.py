"""Vector files as GloVe and word2vec write them: a word and its numbers a line, read block by block.

GloVe's begin with the first word, those of word2vec and fastText with a line that says how many words there are and
how many numbers each has.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from dongshou.data.sources.files import cache_directory
from dongshou.data.text.vector_cache import Block, open_vectors, write_vectors
from dongshou.data.text.word_vectors import WordVectors
from dongshou.errors import DongshouError
from dongshou.notes import note

BLOCK = 16 << 20  # bytes that are read at a time
FORMAT = "1"  # of what is kept in the cache

Duplicates = Literal["error", "first"]


def read_word_vectors(
    path: str | Path, *, header: bool | None = None, duplicates: Duplicates = "error", encoding: str = "utf-8"
) -> WordVectors:
    """The vectors of a text file of any size. The first time it is read by blocks, with a progress bar in a terminal,
    into the cache (DONGSHOU_CACHE); from then on that is memory-mapped, for as long as the file stays what it is.

    header      whether it begins with "400000 50", words and numbers; None: see what the first line is
    duplicates  what to do with a word that comes twice: "first" leaves out all but the first, and says so

    A word may hold spaces, as some of GloVe 840B do. Raises DongshouError, naming the line, for a file that cannot be
    read, one with another header than was expected or than is true, with rows of other lengths, with a word twice.
    """
    path = Path(path).expanduser()
    try:
        state = path.stat()
        place = cache_directory() / "word-vectors" / f"{path.stem}-{_key(path)}.safetensors"
        asked = f"{header} {duplicates} {encoding}"
        about = {"size": str(state.st_size), "time": str(state.st_mtime_ns), "asked": asked, "format": FORMAT}
        if (vectors := open_vectors(place, about)) is None:
            file = _VectorFile(path, encoding, duplicates)
            write_vectors(place, file.blocks(header), about)
            vectors = open_vectors(place, about)
    except OSError as error:
        raise DongshouError(
            f"{error.filename or path}: {error.strerror}. Check the path, and DONGSHOU_CACHE."
        ) from None
    assert vectors is not None, "what has just been written can be opened"
    return vectors


def _key(path: Path) -> str:
    return sha256(str(path.resolve()).encode()).hexdigest()[:12]


@dataclass
class _VectorFile:
    """One file while it is being read.

    size   numbers in each row, known from the header or from the first row
    said   how many words the header promises; None without one
    line   of the file, from 1, that comes next
    lines  the line of each word so far
    """

    path: Path
    encoding: str
    duplicates: Duplicates
    size: int = 0
    said: int | None = None
    line: int = 1
    left_out: int = 0
    lines: dict[str, int] = field(default_factory=dict)

    def blocks(self, header: bool | None) -> Iterator[Block]:
        with self.path.open("rb") as file, _bar(self.path) as advance:
            first = file.readline()
            if not first.strip():
                raise DongshouError(f"{self.path} begins with an empty line: a word and its numbers are needed.")
            if not self._is_header(first, header):
                file.seek(0)
            rest = b""
            while content := file.read(BLOCK):
                advance(len(content))
                whole, newline, rest = (rest + content).rpartition(b"\n")
                if newline:
                    yield self._block(whole.split(b"\n"))
            if rest.strip():
                yield self._block([rest])
        self._check_number()

    def _is_header(self, first: bytes, expected: bool | None) -> bool:
        """Whether the first line is a header, which is then taken at its word."""
        fields = first.split()
        is_header = len(fields) == 2 and all(part.isdigit() for part in fields)
        if expected and not is_header:
            raise DongshouError(
                f"{self.path} has no header: it begins with {_shown(first)!r} in place of the number of words and of"
                " the numbers of each, as in '400000 50'. Read it with header=False."
            )
        if is_header and expected is not False:
            self.said, self.size = map(int, fields)
            self.line = 2
            return True
        self.size = len(fields) - 1
        if self.size < 1:
            raise DongshouError(f"{self.path}, line 1: a word and its numbers are needed; got {_shown(first)!r}.")
        return False

    def _block(self, lines: list[bytes]) -> Block:
        """The words of some lines and their vectors."""
        words, rows, numbers = [], [], []
        for number, line in enumerate(lines, self.line):
            word, found, row = line.rstrip(b" \r").partition(b" ")
            if row.count(b" ") + 1 != self.size or not found:
                word, row = self._odd(number, line)
            words.append(word)
            rows.append(row)
        self.line += len(lines)
        numbers = range(self.line - len(lines), self.line)
        texts = self._decoded(words, numbers)
        vectors = self._parsed(rows, numbers)
        return self._once(texts, vectors, numbers)

    def _odd(self, number: int, line: bytes) -> tuple[bytes, bytes]:
        """A line whose second field does not begin its vector: right where the word itself holds spaces."""
        fields = line.rstrip(b" \r").split(b" ")
        if len(fields) > self.size + 1 and not _is_number(fields[-self.size - 1]):
            return b" ".join(fields[: -self.size]), b" ".join(fields[-self.size :])
        whose = "the header says" if self.said is not None else "the first line has"
        raise DongshouError(
            f"{self.path}, line {number:,}: {whose} {self.size:,} numbers for each word, this one has"
            f" {len(fields) - 1:,} ({_shown(line)!r}). Repair or delete it."
        )

    def _decoded(self, words: list[bytes], numbers: range) -> list[str]:
        try:
            return b"\n".join(words).decode(self.encoding).split("\n")
        except UnicodeDecodeError:
            for number, word in zip(numbers, words, strict=True):
                if word.decode(self.encoding, errors="ignore").encode(self.encoding) != word:
                    raise DongshouError(
                        f"{self.path}, line {number:,}: the word {word!r} is not {self.encoding}. Is it a text file?"
                        " Name its encoding, such as encoding='latin-1', or save the vectors as text."
                    ) from None
            raise

    def _parsed(self, rows: list[bytes], numbers: range) -> np.ndarray:
        """float32 (lines, size): pandas reads numbers several times as fast as Python."""
        try:
            vectors = pd.read_csv(
                io.BytesIO(b"\n".join(rows)), sep=" ", header=None, dtype=np.float32, na_filter=False,
                quoting=csv.QUOTE_NONE, skip_blank_lines=False,
            ).to_numpy()  # fmt: skip
            if np.isfinite(vectors).all():
                return vectors
        except ValueError:
            pass
        for number, row in zip(numbers, rows, strict=True):
            for value in row.split(b" "):
                if not _is_number(value):
                    raise DongshouError(f"{self.path}, line {number:,}: {_shown(value)!r} is not a number.")
        raise AssertionError(f"{self.path}: numbers that cannot be read")

    def _once(self, words: list[str], vectors: np.ndarray, numbers: range) -> Block:
        """Each word once."""
        again = []
        for place, (word, number) in enumerate(zip(words, numbers, strict=True)):
            first = self.lines.setdefault(word, number)
            if first != number:
                if self.duplicates == "error":
                    raise DongshouError(
                        f"{self.path}, line {number:,}: the word {word!r} stands there twice, first in line {first:,}."
                        " Delete one of them, or read it with duplicates='first'."
                    )
                again.append(place)
        self.left_out += len(again)
        if again:
            left = set(again)
            words = [word for place, word in enumerate(words) if place not in left]
            vectors = np.delete(vectors, again, axis=0)
        return words, vectors

    def _check_number(self) -> None:
        num_rows = len(self.lines) + self.left_out
        if self.said is not None and num_rows != self.said:
            raise DongshouError(
                f"{self.path}: its header says {self.said:,} words, it has {num_rows:,}. Was it cut short? Correct the"
                " first line, or fetch the file again."
            )
        if self.left_out:
            note(f"{self.path.name}: {self.left_out:,} words that came twice are left out but for the first.")


def _is_number(value: bytes) -> bool:
    try:
        return bool(np.isfinite(float(value)))
    except ValueError:
        return False


def _shown(line: bytes) -> str:
    text = line.decode(errors="replace").strip()
    return text if len(text) <= 40 else f"{text[:37]}..."


@contextmanager
def _bar(path: Path):
    """A progress bar on standard error, where that is a terminal; what tells it of bytes that were read."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(path.name, total=path.stat().st_size)
        yield lambda num_bytes: bar.update(task, advance=num_bytes)

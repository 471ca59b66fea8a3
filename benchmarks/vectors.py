"""A file of word vectors: read by ours for the first time and again, beside gensim."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contenders import Target
from benchmarks.language.work import clock_of
from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, show, spread, write
from benchmarks.turns import OURS, Turn, measure
from dongshou.data.text.vector_file import read_word_vectors
from dongshou.data.text.word_vectors import WordVectors
from dongshou.errors import DongshouError, UsageError

COLUMNS = ("contender", "seconds", "ours/it", "min-max", "target", "verdict")
AT_MOST = 0.5  # of gensim's time
BLOCK = 10_000  # lines that are written at a time


def benchmark(lines: int = 400_000, size: int = 50, rounds: int = 3) -> None:
    """Time the reading of a text file as GloVe's are, of random words and numbers, in seconds of the processor.

    Args:
        lines: Words of the file.
        size: Numbers of each.
        rounds: How often each contender has its turn.
    """
    if rounds < 1 or lines < 2 or size < 1:
        raise UsageError(f"rounds and size of 1 or more and 2 lines are needed; got {rounds}, {size} and {lines}.")
    if find_spec("gensim") is None:
        raise DongshouError("There is nothing to compare with: pip install 'dongshou[bench]' for the peers.")
    with tempfile.TemporaryDirectory() as folder:
        few, path = Path(folder) / "few.txt", Path(folder) / "vectors.txt"
        write_vectors(few, min(lines, BLOCK), size)
        check_same(few)
        write_vectors(path, lines, size)
        rows = compare(path, rounds)
    content = circumstances() | {"lines": lines, "size": size, "rounds": rounds, "rows": rows}
    content["versions"] |= {"gensim": version("gensim")}
    show(sheet(content))
    write(RESULTS, "vectors", content, in_markdown(content))


def write_vectors(path: Path, lines: int, size: int) -> None:
    """Words and numbers as GloVe has them, five decimals each."""
    random = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, lines, BLOCK):
            numbers = random.normal(0, 0.6, (min(BLOCK, lines - start), size))
            for place, row in enumerate(numbers.tolist(), start):
                file.write(f"word{place} {' '.join(f'{number:.5f}' for number in row)}\n")


def check_same(path: Path) -> None:
    """Raises DongshouError when the two do not read the same."""
    ours, theirs = reading(path, afresh=True)(), reading_by_gensim(path)()
    if ours.words != theirs.index_to_key or not np.array_equal(ours.vectors.numpy(), theirs.vectors):
        raise DongshouError("The two read other words or other numbers, not the same work.")


def compare(path: Path, rounds: int) -> list[dict[str, Any]]:
    """A row for each contender, plain data."""
    turns = [
        Turn(OURS, reading(path, afresh=True)),
        Turn("ours again", reading(path, afresh=False)),
        Turn("gensim", reading_by_gensim(path), Target("it", at_most=AT_MOST)),
    ]
    return measure("vectors", turns, rounds, clock_of("cpu", 1), warm_up=False)


def reading(path: Path, afresh: bool) -> Callable[[], WordVectors]:
    """Afresh into an empty cache; else from the cache beside it, once it is there."""

    def read() -> WordVectors:
        before = os.environ.get("DONGSHOU_CACHE")
        with tempfile.TemporaryDirectory(dir=path.parent) as empty:
            os.environ["DONGSHOU_CACHE"] = empty if afresh else str(path.parent / "cache")
            try:
                return read_word_vectors(path)
            finally:
                os.environ.pop("DONGSHOU_CACHE") if before is None else os.environ.update(DONGSHOU_CACHE=before)

    if not afresh:
        read()
    return read


def reading_by_gensim(path: Path) -> Callable[[], Any]:
    from gensim.models import KeyedVectors  # pyright: ignore[reportMissingImports]

    return lambda: KeyedVectors.load_word2vec_format(str(path), no_header=True)


def sheet(content: dict[str, Any]) -> Sheet:
    title = f"{content['lines']:,} lines of {content['size']} numbers"
    return Sheet(title, COLUMNS, [in_words(row) for row in content["rows"]], COLUMNS[1:4])


def in_words(row: dict[str, Any]) -> list[str]:
    ratio = row["ours_to_it"]
    figures = [f"{row['seconds']['median']:.2f}", f"{ratio['median']:.2f}", spread(ratio)]
    return [row["contender"], *figures, row["target"] or "", VERDICTS[row["reached"]]]


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        "A text file as GloVe's are, of random words and numbers. ours: by blocks into the cache, every line checked,"
        " each word met once. ours again: from the cache, memory-mapped, only the words being read. gensim:"
        " `KeyedVectors.load_word2vec_format`. All have the same words and the same numbers.",
        f"They take turns, {content['rounds']} rounds; the times are the processor's, ratios are taken within a round,"
        " of which the median is given.",
    ]
    return markdown("Reading a file of word vectors", paragraphs, content, [sheet(content)])

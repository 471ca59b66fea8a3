"""Word vectors on the disk as a safetensors file: written block by block, opened without being read."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from safetensors import SafetensorError, safe_open

from dongshou.atomic import atomic_path
from dongshou.data.text.word_vectors import WordVectors

HEADER = 4096  # bytes: the header is written last, for it says how many words there are, so room is left for it

Block = tuple[Sequence[str], np.ndarray]  # words, and their vectors, float32 (words, size)


def write_vectors(path: Path, blocks: Iterable[Block], about: Mapping[str, str]) -> None:
    """Write the vectors as they come, then the words; the file is there whole or not at all.

    about  what the file was made from, to be compared when it is opened
    """
    words: list[str] = []
    size = 0
    with atomic_path(path) as partial, partial.open("wb") as file:
        file.seek(HEADER)
        for block_words, vectors in blocks:
            words += block_words
            size = vectors.shape[1]
            file.write(vectors.astype("<f4", copy=False).tobytes())
        text = "\n".join(words).encode()
        file.write(text)
        file.seek(0)
        _write_header(file, len(words), size, len(text), about)


def open_vectors(path: Path, about: Mapping[str, str]) -> WordVectors | None:
    """The vectors, memory-mapped: only the pages that are used are ever read. None where the file is not there, or
    damaged, or made from something else."""
    if not os.path.isfile(path):
        return None
    try:
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}) != about:
                return None
            vectors, text = file.get_tensor("vectors"), file.get_tensor("words")
    except (SafetensorError, OSError):
        return None
    return WordVectors(text.numpy().tobytes().decode().split("\n"), vectors)


def _write_header(file: BinaryIO, num_words: int, size: int, num_bytes: int, about: Mapping[str, str]) -> None:
    """The length of the header as 8 bytes, then the header as JSON, filled up with spaces as the format allows."""
    end = 4 * num_words * size
    header = {
        "__metadata__": dict(about),
        "vectors": {"dtype": "F32", "shape": [num_words, size], "data_offsets": [0, end]},
        "words": {"dtype": "U8", "shape": [num_bytes], "data_offsets": [end, end + num_bytes]},
    }
    file.write(struct.pack("<Q", HEADER - 8))
    file.write(json.dumps(header).encode().ljust(HEADER - 8))

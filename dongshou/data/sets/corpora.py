"""The texts of the course, each whole as a str; and any text file of your own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

from dongshou.data.sources import get_source
from dongshou.data.sources.download import hash_of
from dongshou.data.sources.files import FilesNotFound, more_of, path_of
from dongshou.data.text.file import decoded, read_text
from dongshou.errors import did_you_mean


@dataclass(frozen=True)
class Corpus:
    """A text to learn from and, where it comes so divided, texts to validate and to test on.

    is_own  the text is a user's file
    spaced  the text comes cut into words, with a space between any two of them
    files   name of the registered data set that it is read from; else a function that gives its hash
    """

    train: str
    valid: str | None = None
    test: str | None = None
    spaced: bool = False
    files: str | Callable[[], dict[str, str]] | None = None
    is_own: bool = False


def read_corpus(name: str, encoding: str = "utf-8") -> Corpus:
    """A text by its name, or a text file of your own by its path, which may be encoded otherwise.

    Raises FilesNotFound when there is neither, DongshouError when it is empty or not in that encoding.
    """
    if name in CORPORA:
        return CORPORA[name]()
    path = Path(name).expanduser()
    if not path.is_file():
        raise FilesNotFound(
            f'No text "{name}": it is neither a file nor one of {", ".join(CORPORA)}.{did_you_mean(name, CORPORA)}'
        )
    return Corpus(read_text(path, encoding), files=lambda: {path.name: hash_of(path)}, is_own=True)


def python_manual() -> Corpus:
    """The reference manual that comes with every Python, in the words of its `help()`: always here.

    Each version of Python has its own.
    """
    from pydoc_data.topics import topics

    text = "\n\n".join(topics.values())
    return Corpus(text, files=lambda: {"pydoc_data.topics": sha256(text.encode()).hexdigest()})


def time_machine() -> Corpus:
    """The Time Machine (H. G. Wells, 1895)."""
    return Corpus(read_text(path_of("time-machine", "timemachine.txt")), files="time-machine")


def tiny_shakespeare() -> Corpus:
    """40,000 lines of Shakespeare's plays (Karpathy, 2015)."""
    return Corpus(read_text(path_of("tiny-shakespeare", "input.txt")), files="tiny-shakespeare")


def tang_poems() -> Corpus:
    """5,003 poems of the Tang: a couplet a line, an empty line after each poem."""
    files = [path_of("tang-poems", file.name) for file in get_source("tang-poems").files]
    poems = [poem["paragraphs"] for path in files for poem in json.loads(read_text(path))]
    return Corpus("\n\n".join("\n".join(lines) for lines in poems) + "\n", files="tang-poems")


def penn_treebank() -> Corpus:
    """Articles of the Wall Street Journal in 10,000 words, the rest being <unk> (Mikolov et al., 2010)."""
    archive = path_of("ptb", "ptb.zip")
    with ZipFile(archive) as zipped:
        train, valid, test = (
            decoded(zipped.read(f"ptb/ptb.{part}.txt"), archive) for part in ("train", "valid", "test")
        )
    return Corpus(train, valid, test, spaced=True, files="ptb")


def wikitext_2() -> Corpus:
    """Articles of Wikipedia (Merity et al., 2016).

    Its large part, train.txt, is read where it lies beside the others; else those for validation are trained on.
    """
    valid, test = (read_text(path_of("wikitext-2", f"{part}.txt")) for part in ("valid", "test"))
    for train in more_of("wikitext-2"):
        return Corpus(read_text(train), valid, test, spaced=True, files="wikitext-2")
    return Corpus(valid, test=test, spaced=True, files="wikitext-2")


CORPORA: dict[str, Callable[[], Corpus]] = {
    "python-manual": python_manual,
    "time-machine": time_machine,
    "tiny-shakespeare": tiny_shakespeare,
    "tang-poems": tang_poems,
    "ptb": penn_treebank,
    "wikitext-2": wikitext_2,
}

"""Vector files: what GloVe, word2vec and fastText write, read as Python reads the numbers; and files that are wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from dongshou.data import read_word_vectors
from dongshou.data.text import vector_file
from dongshou.errors import DongshouError
from dongshou.notes import DataNote

GLOVE = "the 0.25 -1.5 3\n, 1e-3 .5 -7\n北京 2 -0.0 4.75\n"


@pytest.fixture
def written(tmp_path: Path):
    def write(content: str | bytes, name: str = "vectors.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


@pytest.mark.parametrize("block", [7, 16, 1 << 20])
@pytest.mark.parametrize(
    "content",
    [
        GLOVE,
        GLOVE.rstrip("\n"),
        GLOVE.replace("\n", "\r\n"),
        "3 3\n" + GLOVE,
        "3 3\n" + GLOVE.replace("\n", " \n"),  # as word2vec and fastText end their lines
    ],
    ids=["glove", "no line end", "windows", "word2vec", "fasttext"],
)
def test_every_way_to_write_the_same_vectors(written, monkeypatch, content, block):
    monkeypatch.setattr(vector_file, "BLOCK", block)
    vectors = read_word_vectors(written(content))
    assert vectors.words == ["the", ",", "北京"]
    assert vectors.vectors.tolist() == torch.tensor([[0.25, -1.5, 3], [1e-3, 0.5, -7], [2, 0, 4.75]]).tolist()


def test_numbers_are_those_that_python_reads(written):
    random = np.random.default_rng(0)
    numbers = random.standard_normal((200, 7)) * 10.0 ** random.integers(-8, 8, (200, 7))
    rows = [" ".join(f"{value:.{place}g}" for place, value in enumerate(row, 3)) for row in numbers]
    vectors = read_word_vectors(written("".join(f"w{number} {row}\n" for number, row in enumerate(rows))))
    expected = [[float(cell) for cell in row.split()] for row in rows]
    assert torch.equal(vectors.vectors, torch.tensor(expected, dtype=torch.float64).float())


def test_words_that_look_like_something_else(written):
    """A quote, a missing value, a line separator of Unicode, a name with spaces as in GloVe 840B."""
    words = ['"', "NA", "nan", "a\u2028b", "x\u00a0y", "#", ". . .", "at name@domain.com", "12"]
    lines = [f"{word} {place} {place + 0.5}" for place, word in enumerate(words)]
    vectors = read_word_vectors(written("\n".join(lines)))
    assert vectors.words == words
    assert vectors["at name@domain.com"].tolist() == [7, 7.5]


def test_a_number_alone_may_be_a_word(written):
    vectors = read_word_vectors(written("3 1\n4 2\n"), header=False)
    assert (vectors.words, vectors.vectors.tolist()) == (["3", "4"], [[1], [2]])


def test_it_is_read_once_and_then_mapped(written, tmp_path, monkeypatch):
    path = written(GLOVE)
    read_word_vectors(path)
    (cached,) = kept(tmp_path)
    tensors = load_file(cached)  # an ordinary file of safetensors
    assert tensors["vectors"].shape == (3, 3) and bytes(tensors["words"].tolist()).decode() == "the\n,\n北京"

    monkeypatch.setattr(vector_file, "_VectorFile", None)
    again = read_word_vectors(path)
    assert again.words == ["the", ",", "北京"] and torch.equal(again.vectors, tensors["vectors"])


def test_another_file_in_its_place_is_read_anew(written, tmp_path):
    read_word_vectors(written(GLOVE))
    assert read_word_vectors(written("only 1 2\n")).words == ["only"]
    assert len(kept(tmp_path)) == 1, "one file keeps one place in the cache"


def test_a_damaged_cache_is_made_anew(written, tmp_path):
    path = written(GLOVE)
    read_word_vectors(path)
    (cached,) = kept(tmp_path)
    cached.write_bytes(cached.read_bytes()[:-2])
    assert read_word_vectors(path).words == ["the", ",", "北京"]


def test_a_word_twice_can_be_left_out(written):
    path = written("the 1 2\nof 3 4\nthe 5 6\nto 7 8\nof 9 9\n")
    with pytest.warns(DataNote, match="2 words that came twice are left out but for the first"):
        vectors = read_word_vectors(path, duplicates="first")
    assert (vectors.words, vectors.vectors.tolist()) == (["the", "of", "to"], [[1, 2], [3, 4], [7, 8]])


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("the 1 2\nof 3 4 5\n", {}, r"line 2: the first line has 2 numbers for each word, this one has 3 \('of 3 4"),
        ("the 1 2\nof 3\n", {}, r"line 2: the first line has 2 numbers .* this one has 1"),
        ("the 1 2\n\nof 3 4\n", {}, r"line 2: .* this one has 0"),
        ("2 3\nthe 1 2 3\nof 3 4\n", {}, r"line 3: the header says 3 numbers for each word, this one has 2"),
        ("3 2\nthe 1 2\nof 3 4\n", {}, r"its header says 3 words, it has 2\. Was it cut short\?"),
        ("1 2\nthe 1 2\nof 3 4\n", {}, r"its header says 1 words, it has 2"),
        ("the 1 2\nof 3 4\n", {"header": True}, r"has no header: it begins with 'the 1 2' .*header=False"),
        ("the 1 2\nof 3 4\nthe 1 2\n", {}, r"line 3: the word 'the' stands there twice, first in line 1"),
        ("the 1 2\nof 3 x4\n", {}, r"line 2: 'x4' is not a number"),
        ("the 1 2\nof 3 inf\n", {}, r"line 2: 'inf' is not a number"),
        (b"the 1 2\ncaf\xe9 3 4\n", {}, r"line 2: the word b'caf\\xe9' is not utf-8"),
        ("the\n", {}, r"line 1: a word and its numbers are needed; got 'the'"),
        ("", {}, r"begins with an empty line"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_clear_line_and_leaves_nothing(written, tmp_path, content, options, message):
    path = written(content)
    with pytest.raises(DongshouError, match=message) as caught:
        read_word_vectors(path, **options)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    assert kept(tmp_path) == []


def test_latin_letters_by_their_encoding(written):
    assert read_word_vectors(written(b"the 1\ncaf\xe9 3\n"), encoding="latin-1").words == ["the", "café"]


def test_no_file(tmp_path):
    with pytest.raises(DongshouError, match="nowhere.txt: No such file"):
        read_word_vectors(tmp_path / "nowhere.txt")

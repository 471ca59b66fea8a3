"""Corpora: the published sizes of the texts, and any file of text."""

from __future__ import annotations

from pathlib import Path
from pydoc_data.topics import topics

import pytest

from dongshou.data.sets.corpora import read_corpus
from dongshou.data.text.tokens import only_letters, spaced_words
from dongshou.errors import DongshouError, UsageError


def test_the_manual_of_python_is_always_here():
    corpus = read_corpus("python-manual")
    assert all(topic in corpus.train for topic in topics.values())
    assert callable(corpus.files) and len(corpus.files()["pydoc_data.topics"]) == 64


def test_the_time_machine_has_as_many_letters_as_in_the_book(real_data):
    real_data("time-machine")
    text = read_corpus("time-machine").train
    assert len(text) == 178_979
    letters = only_letters(text)
    assert len(letters) == 173_428 and set(letters) == set(" abcdefghijklmnopqrstuvwxyz")


def test_tiny_shakespeare_has_65_characters(real_data):
    real_data("tiny-shakespeare")
    text = read_corpus("tiny-shakespeare").train
    assert (len(text), len(set(text)), text.count("\n")) == (1_115_394, 65, 40_000)


def test_tang_poems(real_data):
    real_data("tang-poems")
    text = read_corpus("tang-poems").train
    poems = text.removesuffix("\n").split("\n\n")
    assert len(poems) == 5_003
    lines = [line for poem in poems for line in poem.split("\n")]
    of_five_or_seven = [line for line in lines if len(line) in (12, 16)]  # two halves, each with its mark
    assert len(of_five_or_seven) > 0.85 * len(lines) and all(lines)


def test_penn_treebank_has_the_published_numbers_of_words(real_data):
    real_data("ptb")
    corpus = read_corpus("ptb")
    assert corpus.spaced and corpus.valid and corpus.test
    parts = [spaced_words(text) for text in (corpus.train, corpus.valid, corpus.test)]
    assert [len(part) for part in parts] == [929_589, 73_760, 82_430]
    assert len(set(parts[0])) == len(set().union(*parts)) == 10_000


def test_wikitext_2_has_the_published_numbers_of_words(real_data):
    real_data("wikitext-2")
    corpus = read_corpus("wikitext-2")
    assert corpus.test and (len(spaced_words(corpus.train)), len(spaced_words(corpus.test))) == (217_646, 245_569)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_file_of_ones_own(tmp_path: Path, encoding: str):
    path = tmp_path / "lyrics.txt"
    path.write_bytes("床前明月光\r\n疑是地上霜\r".encode(encoding))
    corpus = read_corpus(str(path), encoding)
    assert corpus.train == "床前明月光\n疑是地上霜\n" and corpus.test is None
    assert callable(corpus.files) and corpus.files().keys() == {"lyrics.txt"}


def test_bytes_that_are_no_utf8_are_named(tmp_path: Path):
    path = tmp_path / "lyrics.txt"
    path.write_bytes("déjà vu".encode("latin-1"))
    with pytest.raises(DongshouError, match="not utf-8: byte 0xe9 at offset 1 .* --encoding gbk") as caught:
        read_corpus(str(path))
    assert "\n" not in str(caught.value) and caught.value.exit_code == 1


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_text_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "lyrics.txt"
    path.write_bytes(content)
    with pytest.raises(DongshouError, match=r"lyrics\.txt is empty"):
        read_corpus(str(path))


def test_a_text_that_is_nowhere():
    with pytest.raises(DongshouError, match='No text "time-machin": .* Did you mean time-machine?'):
        read_corpus("time-machin")


def test_an_encoding_that_does_not_exist(tmp_path: Path):
    (tmp_path / "lyrics.txt").write_text("a")
    with pytest.raises(UsageError, match='no encoding "utf8x"'):
        read_corpus(str(tmp_path / "lyrics.txt"), "utf8x")

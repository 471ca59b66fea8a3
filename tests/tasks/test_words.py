"""Words asked: what a sum of words means, and what is wrong with one; the pictures of word vectors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from dongshou.data import WordVectors
from dongshou.errors import UsageError
from dongshou.tasks import Question
from dongshou.tasks.pictures.words import draw_analogies, draw_map, pca, with_room
from dongshou.tasks.words import WordLookup, about_words, terms
from tests.picture_rules import faults

WORDS = ["man", "woman", "king", "queen", "apple", "pear"]


@pytest.fixture
def vectors() -> WordVectors:
    return WordVectors(WORDS, torch.randn(len(WORDS), 4))


def test_a_sum_of_words():
    assert terms("king - man + woman") == (["king", "woman"], ["man"])
    assert terms("a + b + c - d") == (["a", "b", "c"], ["d"])
    assert terms("u-boat") == (["u-boat"], [])
    for wrong in ("king man", "- man", "king + + man", "king - - man", ""):
        with pytest.raises(UsageError, match="'king - man . woman'; got"):
            terms(wrong)
    with pytest.raises(UsageError, match=r"ends with a word.*got 'king -'"):
        terms("king -")


def test_the_answer_is_that_of_the_analogy(vectors):
    answer = about_words(vectors, Question("king - man + woman"))
    assert answer.similarities == vectors.analogy("man", "woman", "king", k=10)
    assert len(about_words(vectors, Question("apple", top_k=2)).similarities) == 2
    assert about_words(vectors, Question("apple")).similarities == vectors.nearest("apple", 10)
    with pytest.raises(UsageError, match=r'"quen".*Did you mean queen\?'):
        about_words(vectors, Question("king - quen"))


def test_a_table_is_asked_and_not_trained(vectors):
    model = torch.nn.Embedding.from_pretrained(vectors.vectors)
    lookup = WordLookup(lambda: WORDS)
    assert lookup.answer(model, None, Question("pear", top_k=1)).similarities == vectors.nearest("pear", 1)
    with pytest.raises(UsageError, match="not trained"):
        lookup.step(model, None, None)


def test_pca_is_that_of_scikit_learn_up_to_its_sign():
    x = torch.randn(30, 5) * torch.tensor([1.0, 7, 2, 0.3, 4]) + 3
    expected = PCA(2).fit_transform(x.numpy())
    np.testing.assert_allclose(pca(x).abs(), np.abs(expected), atol=1e-4)
    largest = pca(x).gather(0, pca(x).abs().argmax(0, keepdim=True))
    assert (largest > 0).all()


def test_names_are_written_where_there_is_room():
    places = torch.tensor([[0.0, 0], [0, 0.001], [1, 1], [0.99, 1], [0.5, 0]])
    assert with_room(places, ["first", "hidden", "third", "hidden too", "fifth"]) == [0, 2, 4]


def test_pictures_keep_the_rules():
    vectors = WordVectors([f"word{number}" for number in range(12)], torch.randn(12, 6))
    assert faults(draw_map(vectors, vectors.words)) == []
    quadruples = [("word1", "word2", "word3", "word4"), ("word5", "word6", "word7", "word8")]
    assert faults(draw_analogies(vectors, quadruples)) == []
    assert faults(draw_analogies(vectors, quadruples[:1])) == []

"""Word vectors: neighbours, analogies, weights for a vocabulary; beside scikit-learn's cosines."""

from __future__ import annotations

import pytest
import torch
from sklearn.metrics.pairwise import cosine_similarity

from dongshou.data import Vocabulary, WordVectors
from dongshou.errors import UsageError

WORDS = ["the", "king", "queen", "man", "woman", "microprocessor", "Paris"]


@pytest.fixture
def vectors() -> WordVectors:
    return WordVectors(WORDS, torch.randn(len(WORDS), 5) * torch.arange(1, len(WORDS) + 1)[:, None])


def test_the_nearest_are_those_of_scikit_learn(vectors):
    cosines = cosine_similarity(vectors.vectors)[1]
    expected = sorted((i for i in range(len(WORDS)) if i != 1), key=lambda i: -cosines[i])[:3]
    assert list(vectors.nearest("king", 3)) == [WORDS[i] for i in expected]
    assert list(vectors.nearest("king", 3).values()) == pytest.approx([cosines[i] for i in expected], abs=1e-6)
    assert next(iter(vectors.nearest(3 * vectors["king"]))) == "king", "of a vector no word is left out"
    assert len(vectors.nearest("king", 100)) == len(WORDS) - 1


def test_an_analogy_weighs_each_word_the_same_and_leaves_out_the_three():
    """By hand: in lengths as they are, king - man + woman would be the direction of woman, a hundred times as long."""
    words = ["man", "woman", "king", "queen", "apple"]
    table = torch.tensor([[1.0, 0, 0], [0, 100, 0], [1, 0, 1], [0, 1, 1], [-1, 0, 3]])
    answers = WordVectors(words, table).analogy("man", "woman", "king", k=5)
    assert list(answers) == ["queen", "apple"]
    asked = torch.tensor([-1 + 0.5**0.5, 1, 0.5**0.5])
    assert answers["queen"] == pytest.approx(float(torch.cosine_similarity(asked, table[3], dim=0)), abs=1e-6)


def test_a_vector_of_zeros_is_similar_to_nothing():
    vectors = WordVectors(["zero", "one", "two"], torch.tensor([[0.0, 0], [1, 0], [2, 1]]))
    assert vectors.nearest("zero") == {"one": 0.0, "two": 0.0}
    assert vectors.nearest("one")["zero"] == 0.0


def test_weights_for_a_vocabulary(vectors):
    vocabulary = Vocabulary(["KING", "king", "KING", "unheard", "Paris", "paris"], reserved=["<pad>"])
    weights, found = vectors.for_vocabulary(vocabulary)
    by_token = dict(zip(vocabulary.to_list(), zip(weights, found.tolist(), strict=True), strict=True))
    assert {token for token, (_, there) in by_token.items() if there} == {"KING", "king", "Paris"}
    assert torch.equal(by_token["KING"][0], vectors["king"]), "in small letters where it is not there in capitals"
    assert all(not weight.any() for token, (weight, there) in by_token.items() if not there)
    assert weights.shape == (7, 5)


def test_a_word_that_is_not_there_is_answered_with_words_spelled_alike(vectors):
    with pytest.raises(UsageError, match=r'no vector for "microprocesor" .* 7 words\. Did you mean microprocessor\?'):
        vectors["microprocesor"]
    with pytest.raises(UsageError, match=r"Did you mean Paris\?"):
        vectors.nearest("paris")
    with pytest.raises(UsageError, match=r"among those of 7 words\.$"):
        vectors.analogy("king", "zzzzzz", "man")


def test_words_and_vectors_go_together():
    with pytest.raises(UsageError, match=r'"a" has two vectors'):
        WordVectors(["a", "b", "a"], torch.zeros(3, 2))
    with pytest.raises(UsageError, match=r"needed for 2 words; got \(3, 2\)"):
        WordVectors(["a", "b"], torch.zeros(3, 2))

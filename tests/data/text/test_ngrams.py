"""n-grams counted as scikit-learn counts them, and the exponent of Zipf's law."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from dongshou.data.sets.corpora import python_manual
from dongshou.data.text.ngrams import by_rank, count_ngrams, zipf_exponent
from dongshou.data.text.tokens import words
from dongshou.errors import UsageError


@pytest.mark.parametrize("n", [1, 2, 3])
def test_counts_are_those_of_scikit_learn(n: int):
    tokens = words(python_manual().train[:50_000])
    vectorizer = CountVectorizer(tokenizer=lambda _: tokens, token_pattern=None, ngram_range=(n, n))
    counts = vectorizer.fit_transform(["all"]).toarray()[0]
    expected = {ngram: counts[column] for ngram, column in vectorizer.vocabulary_.items()}
    assert {" ".join(ngram): count for ngram, count in count_ngrams(tokens, n).items()} == expected


def test_fewer_tokens_than_n_make_no_ngram():
    assert count_ngrams("ab", 3) == {}


def test_the_exponent_of_an_exact_law():
    assert zipf_exponent(1e6 / np.arange(1, 5001) ** 1.3) == pytest.approx(1.3)


def test_a_line_needs_two_ranks():
    assert zipf_exponent(np.arange(11, 0, -1)) > 0
    with pytest.raises(UsageError, match="needs more than 10 different words; got 10. Take a longer text"):
        zipf_exponent(np.arange(10, 0, -1))


def test_the_words_of_a_text_follow_zipf():
    frequencies = by_rank(count_ngrams(words(python_manual().train, punctuation=False), 1))
    assert (np.diff(frequencies) <= 0).all()
    assert 0.8 < zipf_exponent(frequencies) < 1.4

"""The n-grams and hashes of fastText, as gensim 4.4 has them."""

from __future__ import annotations

import pytest

from dongshou.data.text.character_ngrams import CharacterNgrams, fnv1a, ngrams
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import UsageError

# of gensim.models.fasttext_inner.compute_ngrams(word, 3, 6), and of ft_ngram_hashes(word, 3, 6, 1000)
GENSIM = {
    "chip": ("<ch chi hip ip> <chi chip hip> <chip chip> <chip>", [176, 651, 25, 77, 637, 751, 83, 86, 504, 966]),
    "as": ("<as as> <as>", [31, 163, 177]),
    "动手": ("<动手 动手> <动手>", [542, 512, 654]),
    "a": ("<a>", [600]),
}


@pytest.mark.parametrize("word", GENSIM)
def test_the_ngrams_of_a_word_and_their_rows(word: str):
    pieces, hashes = GENSIM[word]
    assert sorted(ngrams(word, 3, 6)) == sorted(pieces.split())
    vocabulary = Vocabulary(["chip", "chip", "as"])
    rows = CharacterNgrams(vocabulary, num_buckets=1000).rows(word)
    own = [vocabulary[word]] if word in vocabulary else []
    assert rows[: len(own)] == own and sorted(rows[len(own) :]) == sorted(hash + len(vocabulary) for hash in hashes)


def test_bytes_from_128_on_are_negative_numbers():
    assert fnv1a(b"<as") == 1503429031
    assert fnv1a("<é>".encode()) == 1002806231 and fnv1a("<动手".encode()) == 3259447542


def test_the_rows_of_several_words_are_padded():
    ngrams_of = CharacterNgrams(Vocabulary(["as"]), shortest=3, longest=3, num_buckets=50)
    table = ngrams_of.of_words(["as", "", "house"])
    assert table.shape == (3, 5) and ngrams_of.num_rows == 52
    assert (table >= 0).sum(1).tolist() == [3, 0, 5]  # itself and two; "<>" is too short; five
    assert table[0, 0] == 1 and table.max() < 52


@pytest.mark.parametrize("sizes", [(0, 3, 9), (4, 3, 9), (3, 6, 0)])
def test_sizes_that_make_no_ngrams(sizes: tuple[int, int, int]):
    shortest, longest, num_buckets = sizes
    with pytest.raises(UsageError, match=rf"got {shortest}, {longest} and {num_buckets}\."):
        CharacterNgrams(Vocabulary("ab"), shortest=shortest, longest=longest, num_buckets=num_buckets)

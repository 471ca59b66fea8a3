"""Vocabulary: tokens to numbers and back, counted as Counter and scikit-learn count."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from dongshou.data.sets.corpora import python_manual
from dongshou.data.text.tokens import UNKNOWN, words
from dongshou.data.text.vocabulary import Vocabulary, check_prompt
from dongshou.errors import UsageError

TEXT = st.text(st.characters(exclude_categories=[]))  # halves of surrogate pairs, too


@given(TEXT)
def test_characters_are_counted_and_numbered_as_by_a_loop(text: str):
    vocabulary = Vocabulary(text)
    assert list(vocabulary.frequencies.items()) == Counter(text).most_common()
    assert vocabulary.to_list() == [UNKNOWN, *vocabulary.frequencies] == Vocabulary(list(text)).to_list()
    assert vocabulary.encode(text).tolist() == vocabulary.ids(text) == vocabulary.encode(list(text)).tolist()
    assert vocabulary.tokens(vocabulary.encode(text)) == list(text)


@given(TEXT, TEXT)
def test_what_was_never_seen_is_unknown(seen: str, text: str):
    vocabulary = Vocabulary(seen)
    expected = [vocabulary[character] if character in seen else 0 for character in text]
    assert vocabulary.encode(text).tolist() == vocabulary.ids(text) == expected
    assert all((character in vocabulary) == (character in seen) for character in text)


def test_words_are_counted_as_by_scikit_learn():
    text = python_manual().train
    vectorizer = CountVectorizer(tokenizer=lambda text: words(text), token_pattern=None, lowercase=False)
    counts = vectorizer.fit_transform([text]).toarray()[0]
    expected = {word: counts[column] for word, column in vectorizer.vocabulary_.items()}
    assert Vocabulary(words(text)).frequencies == expected


@given(st.lists(st.sampled_from(["a", "b", "c", UNKNOWN, "<pad>"])), st.integers(0, 4))
def test_rare_tokens_are_unknown_and_reserved_ones_are_not(tokens: list[str], min_frequency: int):
    vocabulary = Vocabulary(tokens, min_frequency=min_frequency, reserved=("<pad>", "<bos>"))
    assert vocabulary.to_list()[:3] == [UNKNOWN, "<pad>", "<bos>"]
    frequent = {token for token, count in Counter(tokens).items() if count >= min_frequency}
    assert set(vocabulary.to_list()) == {UNKNOWN, "<pad>", "<bos>", *frequent}
    assert len(vocabulary) == len(set(vocabulary.to_list()))
    assert vocabulary.frequencies == Counter(tokens)


def test_a_run_can_store_it():
    vocabulary = Vocabulary("hello", reserved=["<pad>"])
    again = Vocabulary.from_list(vocabulary.to_list())
    assert again.to_list() == vocabulary.to_list() and again.unknown == 0
    assert torch.equal(again.encode("help"), vocabulary.encode("help"))
    assert again["<pad>"] == 1 and "p" not in again and again["p"] == again.unknown
    with pytest.raises(UsageError, match="needs <unk>"):
        Vocabulary.from_list(["a", "b"])


def test_an_empty_text_has_one_token():
    assert Vocabulary("").to_list() == Vocabulary([]).to_list() == [UNKNOWN]
    assert Vocabulary("").encode("").dtype == Vocabulary([]).encode(["a"]).dtype == torch.int64


def test_arrays_number_a_whole_manual_as_a_loop_over_its_characters_does():
    text = python_manual().train
    ids = {token: id for id, (token, _) in enumerate(Counter(list(text)).most_common(), 1)}
    assert Vocabulary(text).encode(text).tolist() == [ids[token] for token in text]


def test_a_prompt_has_to_be_known():
    vocabulary = Vocabulary("time traveller")
    check_prompt(vocabulary, "traveller")
    with pytest.raises(UsageError, match=r"does not contain 'T', '2': leave it out\. It knows: e") as caught:
        check_prompt(vocabulary, "Time 2")
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="'A', 'B', 'C', 'D', 'E', ...: leave it out"):
        check_prompt(vocabulary, "ABCDEFG\n")
    with pytest.raises(UsageError, match="does not contain 'clock'"):
        check_prompt(Vocabulary(["the", "time"]), ["the", "clock"])
    with pytest.raises(UsageError, match="at least one token"):
        check_prompt(vocabulary, "")

"""Tokens: text cut into characters and words, and put together again."""

from __future__ import annotations

import doctest
import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from dongshou.data.text.tokens import (
    END,
    Tokenizer,
    characters,
    join_words,
    only_letters,
    sentence_words,
    spaced_words,
    treebank_words,
    words,
)
from dongshou.errors import UsageError

LATIN = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]))


@pytest.mark.parametrize(
    "name",
    [
        *(f"text.{name}" for name in ("tokens", "vocabulary", "padding", "ngrams", "batches", "translation", "names")),
        "sets.countries",
    ],
)
def test_the_examples_in_the_docstrings(name: str):
    assert doctest.testmod(importlib.import_module(f"dongshou.data.{name}")).failed == 0


@given(st.text())
def test_characters_are_put_together_again(text: str):
    assert "".join(characters(text)) == Tokenizer().join(Tokenizer()(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The CAT sat.", ["the", "cat", "sat", "."]),
        ("don't “stop”", ["don't", "“", "stop", "”"]),
        ("床前明月光，疑是地上霜。", [*"床前明月光，疑是地上霜。"]),
        ("PyTorch很快 v2", ["pytorch", "很", "快", "v2"]),
        ("snake_case = 'x'", ["snake_case", "=", "'", "x", "'"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]):
    assert words(text) == expected
    assert words(text, punctuation=False) == [word for word in expected if any(map(str.isalnum, word))]


MARKED = [  # words with combining marks: vowel signs, tone marks, accents, joiners
    *"नमस्ते दुनिया हिन्दी".split(),  # Hindi
    *"สวัสดี ชาวโลก".split(),  # Thai
    *"தமிழ் மொழி".split(),  # Tamil
    *"مُحَمَّد كِتَاب".split(),  # Arabic
    *"שָׁלוֹם עֲלֵיכֶם".split(),  # Hebrew
    "cafe\u0301",
    "nai\u0308ve",
    "می\u200cخواهم",  # Persian, with a joiner
]


@given(st.lists(st.sampled_from(MARKED), min_size=1), st.sampled_from([" ", ", ", " 7 ", "! ", "。"]))
def test_marks_stay_with_their_letters(marked: list[str], between: str):
    text = between.join(marked)
    assert [word for word in words(text, punctuation=False) if word != "7"] == marked
    assert only_letters(text).split() == marked
    assert Tokenizer("word", "letters")(text) == marked
    assert "".join(words(text)) == "".join(text.split())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])))
def test_words_take_nothing_off_a_text_without_spaces(text: str):
    assert "".join(words(text)) == text.lower()


def test_marks_of_their_own_and_on_chinese_and_on_symbols():
    assert words("漢\ufe00字") == ["漢\ufe00", "字"] and words("❤\ufe0f ok") == ["❤\ufe0f", "ok"]
    assert words("\u0301 a") == ["\u0301", "a"] and only_letters("\u0301❤\ufe0f a") == " a"


@given(LATIN.map(lambda text: text.replace("'", " ")))
def test_words_without_punctuation_are_those_of_scikit_learn(text: str):
    vectorizer = CountVectorizer(token_pattern=r"(?u)\b\w+\b")
    assert words(text, punctuation=False) == vectorizer.build_analyzer()(text)


@given(st.text(st.sampled_from("Aé ,.!?'-\u202f\xa0")))
def test_a_mark_of_a_sentence_stands_alone_before_what_precedes_it(text: str):
    text = text.replace("\u202f", " ").replace("\xa0", " ")
    apart = [f" {c}" if c in ",.!?" and i and text[i - 1] != " " else c for i, c in enumerate(text)]
    assert sentence_words(text) == "".join(apart).lower().split()


def test_a_chinese_sentence_is_cut_into_characters():
    assert sentence_words("2026年3月1日") == ["2026", "年", "3", "月", "1", "日"]


def test_text_that_comes_cut_keeps_its_tokens():
    assert spaced_words(" the <unk> did n't \n next N\n") == ["the", "<unk>", "did", "n't", END, "next", "N", END]


@given(st.lists(st.lists(st.sampled_from(["a", "n't", "<unk>", "$"]), min_size=1)))
def test_lines_of_words_are_put_together_again(lines: list[list[str]]):
    tokens = [token for line in lines for token in (*line, END)]
    assert spaced_words(join_words(tokens).strip() + "\n" if tokens else "") == tokens


@given(st.text())
def test_only_letters_and_single_spaces_are_left(text: str):
    left = only_letters(text)
    assert "  " not in left and not any(map(str.isdecimal, left)) and "_" not in left
    assert all(character == " " or character.isalnum() or not character.isascii() for character in left)


def test_a_prompt_is_cleaned_as_the_text_was():
    tokenizer = Tokenizer(clean="letters")
    assert "".join(tokenizer("Time Traveller (1895)")) == "time traveller "
    assert Tokenizer("word", "letters")("It's 5!") == ["it", "s"]
    assert Tokenizer("word", spaced=True)("N years\n") == ["N", "years", END]


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"level": "line"}, '"character", "subword" or "word"'), ({"clean": "all"}, 'down to "letters"')],
)
def test_another_way_to_cut_is_refused(settings: dict, says: str):
    with pytest.raises(UsageError, match=says):
        Tokenizer(**settings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It isn't so; don’t!", ["it", "is", "n't", "so", ";", "do", "n't", "!"]),
        ("you 've seen k-19 , -lrb- wo n't -rrb- ``", ["you", "'ve", "seen", "k-19", ",", "(", "wo", "n't", ")", '"']),
        ("o'clock 'tis the '90s n'th", ["o'clock", "'", "tis", "the", "'", "90s", "n'th"]),
        ("well... --这部电影很好。", ["well", "...", "--", *"这部电影很好。"]),
        ("", []),
    ],
)
def test_treebank_words(text: str, expected: list[str]):
    assert treebank_words(text) == expected


@given(st.text())
def test_what_the_treebank_has_cut_stays_as_it_is(text: str):
    cut = treebank_words(text)
    assert treebank_words(" ".join(cut)) == cut
    assert "".join(cut).isspace() is False or not cut

"""The pieces of a text: GPT-2's pattern, as tokenizers cuts by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dongshou.data.sets.corpora import python_manual
from dongshou.data.text.subwords.byte_alphabet import SYMBOLS, to_bytes, to_symbols
from dongshou.data.text.subwords.pieces import GPT2, pieces
from tests.old_characters import old_characters


def test_every_kind_of_character_is_cut_as_by_tokenizers():
    tokenizers = pytest.importorskip("tokenizers", reason="pip install transformers for its tokenizers")
    split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(GPT2), "isolated")
    characters = old_characters()
    texts = [
        "".join(f"a{one}a1{one}1-{one}- {one} " for one in characters[at : at + 500]) for at in range(0, 20_000, 500)
    ]
    for text in [
        *texts,
        python_manual().train[:50_000],
        "it's 'S we'll'll 'd I've x're 'm't  \n\n x\t",
        "²½Ⅷ x_y __ \x1c\x1f\x85 ",
    ]:
        assert pieces(text) == [piece for piece, _ in split.pre_tokenize_str(text)]


@given(st.text(st.characters(exclude_categories=[])))
def test_joined_they_are_the_text(text: str):
    assert "".join(pieces(text)) == text


def test_every_byte_has_a_printable_character_of_its_own():
    tokenizers = pytest.importorskip("tokenizers", reason="pip install transformers for its tokenizers")
    every = bytes(range(256))
    assert to_bytes(to_symbols(every)) == every and len(set(SYMBOLS)) == 256 and "".join(SYMBOLS).isprintable()
    assert set(SYMBOLS) == set(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    assert to_symbols(b" \n\x00") == "ĠĊĀ"

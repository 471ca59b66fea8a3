"""WordPiece: the tokens and numbers of Hugging Face's BertTokenizer, on the characters that Unicode 3.2 knew."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dongshou.data.text.subwords.bert_words import BertWords
from dongshou.data.text.subwords.wordpiece import CLASSIFY, SEPARATOR, SPECIAL, UNKNOWN, WordPiece
from dongshou.errors import DongshouError, UsageError
from tests.old_characters import old_characters

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGéßıσςİ0123456789.,!?'\"$-_[]#你好界ー한"
PIECES = ["un", "##want", "##ed", "want", "the", "##ing", "[", "##]", "MASK", "ab", "abc", "##bc", "##cd", "世", "Ab"]
VOCABULARY = [*SPECIAL, *PIECES, *LETTERS, *(f"##{letter}" for letter in LETTERS)]

ODD = [
    "unwanted, the Wanting!",
    "  white \t space\r\nand\u00a0more\u3000of\u2028it\x0b\x0c\x85 \x1c",
    "Crème BRÛLÉE e\u0301\u0323 İstanbul ΟΔΟΣ ΣΑΣ ŒUVRE ßẞ",
    "你好，世界！ 日本語の テスト 한국어 ไทย हिन्दी",
    "\u2b820\U0002b820\U0002b920 \uf900 a你b",
    "zero\u200bwidth\u200djoin soft\u00adhyphen bom\ufeff private\ue000 bad\ufffd null\x00",
    "emoji 😀👩‍👩‍👧 🇨🇳 ☺️ mixed",
    "$9.99 + 3=12 ^_^ `code` ~a|b <tag> «quoted» “curly” ‘x’ – — … ¿",
    "a [MASK] day [mask] [ MASK ] [MASK][SEP] x[CLS]y [UNK] [PAD",
    "a" * 100 + " " + "a" * 101,
    "zzz##zz ##ab",
    "",
    " ",
    "''' ''a",
]


def theirs(words: BertWords | None = None) -> Any:
    transformers = pytest.importorskip("transformers", reason="pip install transformers for its BertTokenizer")
    words = words or BertWords()
    return transformers.BertTokenizer(
        vocab={token: id for id, token in enumerate(VOCABULARY)},
        do_lower_case=words.lowercase,
        strip_accents=words.strip_accents,
        tokenize_chinese_chars=words.split_chinese,
    )


def test_odd_texts_have_the_tokens_of_transformers_in_every_manner():
    for lowercase, strip_accents, split_chinese in product([True, False], [True, False, None], [True, False]):
        words = BertWords(lowercase, strip_accents, split_chinese)
        pieces, oracle = WordPiece(VOCABULARY, words), theirs(words)
        for text in ODD:
            assert pieces.tokens(text) == oracle.tokenize(text), (text, vars(words))
            ids, segments, num_cut = pieces.encode(text, "ab 你")
            expected = oracle(text, "ab 你")
            assert (ids, segments) == (expected["input_ids"], expected["token_type_ids"]) and num_cut == 0
            assert pieces.encode(text).ids == oracle(text)["input_ids"]


def test_the_characters_of_unicode_3_2_are_cleaned_as_by_tokenizers():
    tokenizers = pytest.importorskip("tokenizers", reason="pip install transformers for its tokenizers")
    characters = old_characters()
    assert len(characters) > 10_000
    for lowercase, start in product((True, False), range(0, len(characters), 500)):
        normalizer = tokenizers.normalizers.BertNormalizer(lowercase=lowercase)
        text = "".join(f"a{character}a " for character in characters[start : start + 500])
        split = tokenizers.pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalizer.normalize_str(text))
        assert BertWords(lowercase)(text) == [word for word, _ in split]


def test_any_text_of_its_letters_has_the_tokens_of_transformers():
    pieces, oracle = WordPiece(VOCABULARY), theirs()

    @settings(max_examples=60)
    @given(st.text(st.sampled_from(LETTERS + " \n\u0301"), max_size=30))
    def holds(text: str) -> None:
        assert pieces.tokens(text) == oracle.tokenize(text)

    holds()


def test_what_is_too_long_is_cut_as_by_transformers():
    pieces, oracle = WordPiece(VOCABULARY), theirs()
    for first, second, longest in product((0, 1, 3, 4, 8), (1, 3, 4, 9), (5, 6, 7, 9, 12, 40)):
        texts = " ".join("a" * first), " ".join("b" * second)
        ids, segments, num_cut = pieces.encode(*texts, max_tokens=longest)
        expected = oracle(*texts, truncation=True, max_length=longest)
        assert (ids, segments) == (expected["input_ids"], expected["token_type_ids"]), (texts, longest)
        assert num_cut == first + second + 3 - len(ids)
    assert pieces.encode("a b c d", max_tokens=5).ids == pieces.ids([CLASSIFY, "a", "b", "c", SEPARATOR])
    with pytest.raises(UsageError, match="leaves room for 0 tokens beside"):
        pieces.encode("a", max_tokens=2)


def test_the_vocabulary_is_read_from_a_file_line_by_line(tmp_path: Path):
    file = tmp_path / "vocab.txt"
    file.write_bytes("\r\n".join([*SPECIAL, "a\u2028b", "", "你"]).encode() + b"\r\n")
    pieces = WordPiece.from_file(file)
    assert pieces.vocabulary == [*SPECIAL, "a\u2028b", "", "你"] and len(pieces) == 8
    assert pieces["你"] == 7 and pieces["never seen"] == pieces[UNKNOWN] == 1
    assert pieces.tokens("你們") == ["你", "[UNK]"]


def test_another_file_is_refused(tmp_path: Path):
    file = tmp_path / "vocab.txt"
    file.write_text("the\nof\n")
    with pytest.raises(DongshouError, match=r"of its 2 tokens none is \[UNK\] or \[CLS\] or \[SEP\]"):
        WordPiece.from_file(file)
    file.write_bytes(b"\xb0\xa1\n")
    with pytest.raises(DongshouError, match="vocab.txt is not utf-8: byte 0xb0 at offset 0"):
        WordPiece.from_file(file)
    with pytest.raises(DongshouError, match="cannot be read: No such file"):
        WordPiece.from_file(tmp_path / "none.txt")


def test_tokens_are_joined_to_words_as_by_tokenizers():
    tokenizers = pytest.importorskip("tokenizers", reason="pip install transformers for its tokenizers")
    decoder = tokenizers.decoders.WordPiece(cleanup=False)
    tokens = WordPiece(VOCABULARY).tokens("unwanted wanting, 你好 dead")
    assert WordPiece(VOCABULARY).join(tokens) == decoder.decode(tokens) == "unwanted wanting , 你 好 dead"

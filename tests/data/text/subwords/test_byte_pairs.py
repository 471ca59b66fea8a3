"""Byte-pair encoding: merges, numbers and files as Hugging Face's tokenizers have them, and any text comes back."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dongshou.data.sets.corpora import python_manual
from dongshou.data.text.subwords.byte_pairs import BytePairs
from dongshou.data.text.subwords.pieces import GPT2
from dongshou.data.text.subwords.symbols import Symbols
from dongshou.errors import DongshouError, UsageError

MANUAL = python_manual().train[:60_000]
ODD = "naïve 你好，世界 😀👩‍👩‍👧 \n\t  x  <|end|>y \u200b 𝔘𝔫𝔦 I'll we're ----- aaaaaaa 1234567 ²½"
EVERYWHERE = st.text(st.characters(exclude_categories=[]))  # halves of surrogate pairs, too
PAIRS: dict[Symbols, BytePairs] = {
    "byte": BytePairs.learn(MANUAL, 600, "byte", special=["<|end|>"]),
    "character": BytePairs.learn(MANUAL, 400, "character", special=["<|end|>"]),
}
both = pytest.mark.parametrize("symbols", ["byte", "character"])


def learnt_by_tokenizers(text: str, num_tokens: int, symbols: Symbols, min_frequency: int = 0, special=()) -> Any:
    tokenizers = pytest.importorskip("tokenizers", reason="pip install transformers for its tokenizers")
    by_bytes = symbols == "byte"
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = (
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        if by_bytes
        else tokenizers.pre_tokenizers.Split(tokenizers.Regex(GPT2), "isolated")
    )
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=num_tokens,
        min_frequency=min_frequency,
        special_tokens=list(special),
        show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet() if by_bytes else [],
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def assert_same(pairs: BytePairs, tokenizer: Any, texts: list[str]) -> None:
    """The same tokens under the same numbers, the same merges, and the same encoding of texts."""
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = sorted(model["vocab"], key=model["vocab"].__getitem__)
    assert pairs.tokens[: len(vocabulary)] == vocabulary
    assert [list(pair) for pair in pairs.merges] == model["merges"]
    for text in texts:
        assert pairs.encode(text) == tokenizer.encode(text).ids


@both
def test_a_manual_has_the_merges_and_numbers_of_tokenizers(symbols: Symbols):
    pairs = PAIRS[symbols]
    num_tokens = 600 if symbols == "byte" else 400
    theirs = learnt_by_tokenizers(MANUAL, num_tokens, symbols, special=["<|end|>"])
    unseen = [ODD, python_manual().train[60_000:90_000]] if symbols == "byte" else []
    assert_same(pairs, theirs, [MANUAL[:20_000], "", *unseen])


def test_texts_of_few_letters_have_them_too():
    """Runs of one letter, pairs that spell the same token, ties, words that are used up."""
    random = Random(0)
    for _ in range(150):
        alphabet = random.choice(["a", "ab", "ab ", "abc ", "abcd "])
        text, other = ("".join(random.choices(alphabet, k=random.choice([5, 30, 200]))) for _ in range(2))
        size, least = random.choice([6, 12, 40, 300]), random.choice([0, 2, 3])
        pairs = BytePairs.learn(text, size, "character", min_frequency=least)
        known = "".join(character for character in other if character in text)
        assert_same(pairs, learnt_by_tokenizers(text, size, "character", least), [text, known])


@both
def test_a_file_is_opened_by_tokenizers_and_read_back(symbols: Symbols, tmp_path: Path):
    tokenizers = pytest.importorskip("tokenizers", reason="pip install transformers for its tokenizers")
    pairs, file = PAIRS[symbols], tmp_path / "folder" / "tokenizer.json"
    pairs.save(file)
    theirs, again = tokenizers.Tokenizer.from_file(str(file)), BytePairs.from_file(file)
    assert_same(pairs, theirs, [ODD, MANUAL[:5_000]])
    assert theirs.decode(pairs.encode(ODD), skip_special_tokens=False) == ODD == again.decode(again.encode(ODD))
    assert vars(again).keys() == vars(pairs).keys()
    assert (again.tokens, again.merges, again.symbols, again.special) == (
        pairs.tokens,
        pairs.merges,
        pairs.symbols,
        pairs.special,
    )


def test_a_file_of_theirs_is_read_with_its_special_tokens(tmp_path: Path):
    theirs = learnt_by_tokenizers(MANUAL, 500, "byte", special=["<s>", "<s>>"])
    theirs.add_special_tokens(["<late>"])
    theirs.save(str(tmp_path / "tokenizer.json"))
    pairs = BytePairs.from_file(tmp_path / "tokenizer.json")
    text = "the <s>> and <s> for<late> <la"
    assert pairs.encode(text) == theirs.encode(text).ids and pairs["<late>"] == 500
    content = json.loads((tmp_path / "tokenizer.json").read_text())
    content["model"]["merges"] = [" ".join(pair) for pair in content["model"]["merges"]]  # as older files have them
    (tmp_path / "old.json").write_text(json.dumps(content))
    assert BytePairs.from_file(tmp_path / "old.json").merges == pairs.merges


@both
@given(text=EVERYWHERE)
def test_any_text_comes_back(symbols: Symbols, text: str):
    pairs = PAIRS[symbols]
    assert pairs.decode(pairs.encode(text)) == text


@both
@given(data=st.binary())
def test_any_bytes_come_back_broken_or_not(symbols: Symbols, data: bytes):
    pairs = PAIRS[symbols]
    assert pairs.decode_bytes(pairs.encode(data)) == data
    assert pairs.decode(pairs.encode(data)) == data.decode("utf-8", "replace") or b"\xed" in data


@both
def test_what_is_broken_is_shown_as_such(symbols: Symbols):
    pairs = PAIRS[symbols]
    numbers = pairs.encode("你")
    assert len(numbers) == 3 and pairs.decode(numbers[:2] + pairs.encode("a")) == "\ufffda"
    assert pairs.decode_bytes(numbers[:2]) == "你".encode()[:2]
    assert pairs.encode("the 你".encode()) == pairs.encode("the 你")  # bytes that are a text
    with pytest.raises(UsageError, match=rf"the numbers 0 to {len(pairs) - 1}; got -1 to 5"):
        pairs.decode([5, -1])
    with pytest.raises(UsageError, match=rf"got 3 to {len(pairs)}"):
        pairs.decode([3, len(pairs)])


@settings(max_examples=30)
@given(st.text("ab", max_size=300))
def test_a_long_piece_is_merged_as_one_by_one(text: str):
    """The lowest rank first, of several the leftmost: all of it looked at again after each merge."""
    pairs = BytePairs.learn("aab ab abb bba " * 3 + "aaaa abab", 12, "character")
    ranks = {pair: rank for rank, pair in enumerate(pairs.merges)}
    tokens = list(text)
    while found := [
        (ranks[pair], place) for place, pair in enumerate(zip(tokens, tokens[1:], strict=False)) if pair in ranks
    ]:
        _, place = min(found)
        tokens[place : place + 2] = ["".join(tokens[place : place + 2])]
    assert pairs.tokens_of(text) == tokens


def test_a_merge_may_spell_a_special_token():
    special = ["Ġth", "the"]
    assert_same(
        BytePairs.learn(MANUAL, 400, special=special), learnt_by_tokenizers(MANUAL, 400, "byte", 0, special), []
    )


def test_several_texts_are_learnt_from_one_after_the_other():
    several = BytePairs.learn([MANUAL[:9_000], MANUAL[9_000:20_000]], 400)
    assert several.merges == BytePairs.learn([MANUAL[9_000:20_000], MANUAL[:9_000]], 400).merges
    assert len(several) == 400 and repr(several) == "BytePairs(400 tokens, 144 merges of bytes)"


def test_what_is_remembered_does_not_change_and_does_not_grow(monkeypatch: pytest.MonkeyPatch):
    pairs = BytePairs(PAIRS["byte"].tokens, PAIRS["byte"].merges)
    first = pairs.encode("the manual")
    first.append(7)
    assert pairs.encode("the manual") == first[:-1]
    monkeypatch.setattr("dongshou.data.text.subwords.byte_pairs.MOST_REMEMBERED", 3)
    assert pairs.encode(MANUAL[:2_000]) == PAIRS["byte"].encode(MANUAL[:2_000]) and len(pairs._remembered) <= 3


def test_wrong_use_is_said_in_one_line():
    with pytest.raises(UsageError, match='are "byte" or "character"; got "word"'):
        BytePairs.learn("a", 300, "word")  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="Before any merge there are 257 tokens.*got num_tokens=100"):
        BytePairs.learn("a", 100, special=["<s>"])
    with pytest.raises(DongshouError, match="'a' stands there twice"):
        BytePairs(["a", "b", "a"], [], "character")
    with pytest.raises(DongshouError, match="'ab' is not among them"):
        BytePairs(["a", "b"], [("a", "b")], "character")


def test_other_files_are_refused(tmp_path: Path):
    file = tmp_path / "tokenizer.json"
    with pytest.raises(DongshouError, match="cannot be read: No such file"):
        BytePairs.from_file(file)
    for content in (
        "{",
        "[]",
        '{"model": {"type": "WordLevel", "vocab": {}}}',
        '{"model": {"merges": ["a"], "vocab": {}}}',
    ):
        file.write_text(content)
        with pytest.raises(DongshouError, match="holds no byte-pair encoding"):
            BytePairs.from_file(file)
    PAIRS["byte"].save(file)
    sound = json.loads(file.read_text())
    for change, message in (
        ({"pre_tokenizer": {"type": "Metaspace"}}, r"in another way than GPT-2 \(pre_tokenizer Metaspace\)"),
        ({"pre_tokenizer": sound["pre_tokenizer"] | {"add_prefix_space": True}}, r"\(pre_tokenizer ByteLevel\)"),
        ({"normalizer": {"type": "NFC"}}, r"\(normalizer NFC\)"),
        ({"model": sound["model"] | {"ignore_merges": True}}, r"\(ignore_merges\)"),
        ({"model": sound["model"] | {"vocab": {"a": 0, "b": 5}, "merges": []}}, "other numbers than 0 to"),
    ):
        file.write_text(json.dumps(sound | change))
        with pytest.raises(DongshouError, match=message):
            BytePairs.from_file(file)

"""Pairs of sentences with gaps: which pairs, how they are cut, which words are asked for, what is shown of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Tensor

from dongshou.data import load_masked
from dongshou.data.sets.corpora import read_corpus
from dongshou.data.text.masked import (
    CLASSIFY,
    IGNORED,
    MASK,
    NUM_RESERVED,
    PAD,
    RESERVED,
    SEPARATOR,
    MaskedBatches,
    Sentences,
    fitting,
    masked,
)
from dongshou.data.text.sentences import paragraphs_of
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote

# sentences of 1 to 9 words, in paragraphs of 2 to 4 sentences; no word occurs twice
PARAGRAPHS = [
    [[f"w{paragraph}.{number}.{place}" for place in range(1 + (7 * paragraph + 3 * number) % 9)] for number in range(n)]
    for paragraph, n in enumerate([2, 4, 3, 2, 3] * 6)
]
VOCABULARY = Vocabulary(
    [word for paragraph in PARAGRAPHS for sentence in paragraph for word in sentence], reserved=RESERVED
)


def batches(**settings: object) -> MaskedBatches:
    return MaskedBatches(Sentences(PARAGRAPHS, VOCABULARY), **{"batch_size": 7, "max_len": 12} | settings)  # type: ignore[arg-type]


def halves(words: list[str]) -> tuple[list[str], list[str]]:
    """The two sentences of a row, which has the form that it must have."""
    end = words.index(SEPARATOR)
    assert words[0] == CLASSIFY and words[-1] == SEPARATOR and words.count(SEPARATOR) == 2
    return words[1:end], words[end + 1 : -1]


@pytest.mark.parametrize("bucketing", [True, False])
def test_pairs_are_neighbours_or_not_and_each_sentence_comes_first_once(bucketing: bool):
    every = [tuple(sentence) for paragraph in PARAGRAPHS for sentence in paragraph]
    neighbours = {(tuple(a), tuple(b)) for paragraph in PARAGRAPHS for a, b in pairwise(paragraph)}
    made, firsts, num_next = batches(bucketing=bucketing, max_len=24), [], 0
    for pairs in made.pairs(made.generator):
        assert pairs.tokens.shape[1] == (int(pairs.lengths.max()) if bucketing else 24)
        for tokens, segments, length, is_next in zip(*pairs, strict=True):
            words = VOCABULARY.tokens(tokens.tolist())
            assert set(words[length:]) <= {PAD} and not segments[length:].any()
            first, second = map(tuple, halves(words[:length]))
            assert first in every and second in every
            assert ((first, second) in neighbours) == bool(is_next)
            assert segments[:length].tolist() == [0] * (len(first) + 2) + [1] * (len(second) + 1)
            firsts.append(first)
            num_next += int(is_next)
    assert sorted(firsts) == sorted(a for a, _ in neighbours)
    assert 0.3 < num_next / len(firsts) < 0.7


def test_a_sentence_drawn_at_random_may_be_the_next_one():
    two = [[["a"], ["b"]]]
    made = MaskedBatches(Sentences(two, Vocabulary("ab", reserved=RESERVED)), batch_size=40, max_len=8, num_batches=1)
    made.batch_size = 40
    (pairs,) = made.pairs(made.generator)
    is_b = pairs.tokens[:, 3] == made.sentences.vocabulary["b"]
    assert torch.equal(is_b, pairs.is_next.bool()) and 20 < int(is_b.sum()) < 40


def test_the_longer_sentence_is_cut_at_its_end():
    def one_by_one(a: int, b: int, room: int) -> list[int]:
        while a + b > room:
            a, b = (a - 1, b) if a > b else (a, b - 1)
        return [a, b]

    for room in (2, 7, 10):
        for a in range(1, 14):
            for b in range(1, 14):
                assert [int(n) for n in fitting(torch.tensor(a), torch.tensor(b), room)] == one_by_one(a, b, room)
    made = batches(max_len=8)
    starts = {tuple(sentence[:n]) for paragraph in PARAGRAPHS for sentence in paragraph for n in range(1, 10)}
    for pairs in made.pairs(made.generator):
        for tokens, length in zip(pairs.tokens, pairs.lengths, strict=True):
            assert length <= 8
            assert {*map(tuple, halves(VOCABULARY.tokens(tokens[:length].tolist())))} <= starts


def test_what_is_asked_for_and_what_is_shown():
    made = batches(batch_size=60, max_len=40, num_batches=60)
    ids = {token: VOCABULARY[token] for token in RESERVED}
    generator = torch.Generator().manual_seed(1)
    shown = []
    for pairs in made.pairs(made.generator):
        gaps = masked(pairs, ids, len(VOCABULARY), generator)
        is_asked = gaps.targets != IGNORED
        assert is_asked.sum(1).tolist() == [max(1, round(0.15 * n)) for n in pairs.lengths.tolist()]
        original = pairs.tokens.gather(1, gaps.positions)
        assert torch.equal(original[is_asked], gaps.targets[is_asked])
        assert (gaps.targets[is_asked] >= NUM_RESERVED).all()  # [CLS], [SEP], [PAD] are no words
        assert not gaps.positions[~is_asked].any()
        is_gap = torch.zeros_like(pairs.tokens).scatter(1, gaps.positions, is_asked.long())
        is_gap[:, 0] = 0
        assert torch.equal(is_gap.sum(1), is_asked.sum(1))  # each position once
        assert torch.equal(gaps.tokens[is_gap == 0], pairs.tokens[is_gap == 0])
        assert torch.equal(gaps.segments, pairs.segments) and torch.equal(gaps.lengths, pairs.lengths)
        there = gaps.tokens.gather(1, gaps.positions)[is_asked]
        shown.append(torch.stack((there == ids[MASK], there == gaps.targets[is_asked], there < NUM_RESERVED), 1))
    is_masked, is_kept, is_special = torch.cat(shown).double().mean(0).tolist()
    assert is_masked == pytest.approx(0.8, abs=0.02)
    assert is_kept == pytest.approx(0.1, abs=0.02)
    assert is_special == is_masked  # no other special token takes the place of a word


def test_passes_are_drawn_again_repeat_by_seed_and_go_on_from_a_checkpoint():
    def all_tokens(made: MaskedBatches) -> list[Tensor]:
        return [gaps.tokens for gaps in made]

    def same(one: list[Tensor], other: list[Tensor]) -> bool:
        return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))

    made = batches(bucketing=False, generator=torch.Generator().manual_seed(3))
    first, state = all_tokens(made), made.state_dict()
    second = all_tokens(made)
    assert not same(first, second)
    assert same(first, all_tokens(batches(bucketing=False, generator=torch.Generator().manual_seed(3))))
    made.load_state_dict(state)
    assert same(second, all_tokens(made))
    held_out = batches(fixed=True)
    assert same(all_tokens(held_out), all_tokens(held_out))
    assert len(held_out) == -(-held_out.num_examples // 7) and len(all_tokens(batches(num_batches=13))) == 13
    held_out.limit(5)
    assert [len(gaps.tokens) for gaps in held_out] == [5]


def test_paragraphs_of_texts_of_each_kind():
    assert paragraphs_of("= A title = \n It rains . It is 5 @.@ 2 m ! So \n One only . \n", spaced=True) == [
        [["it", "rains"], ["it", "is", "5", "@.@", "2", "m"], ["so"]]
    ]
    text = 'Title\n\nVersion 3.2 is "new." It\nis fast!\n\n今天下雨。我们在家！'
    assert paragraphs_of(text) == [
        [["version", "3", ".", "2", "is", '"', "new"], ["it", "is", "fast"]],
        [["今", "天", "下", "雨"], ["我", "们", "在", "家"]],
    ]


def test_a_text_of_your_own(tmp_path: Path):
    path = tmp_path / "own.txt"
    path.write_text("\n\n".join(f"The {n} is here. A {n} was there." for n in range(40)))
    data = load_masked(str(path), 8, 16, min_frequency=2, held_out=0.25)
    assert (data.train().num_examples, data.test().num_examples) == (30, 10)  # type: ignore[union-attr]
    assert data.vocabulary.to_list()[:NUM_RESERVED] == ["<unk>", *RESERVED]
    assert "the" in data.vocabulary and "7" in data.vocabulary and "35" not in data.vocabulary
    assert list(data.tokenize("The 7 is here.")) == ["the", "7", "is", "here"]
    with pytest.raises(UsageError, match=r"No word of .*own\.txt occurs 99 times"):
        load_masked(str(path), min_frequency=99)
    with pytest.raises(UsageError, match="between 0 and 1; got 1"):
        load_masked(str(path), held_out=1.0)
    with pytest.raises(UsageError, match="at least 5 tokens, a batch one pair; got max_len=4"):
        load_masked(str(path), max_len=4, min_frequency=1)
    path.write_text("One sentence only\n\nand another")
    with pytest.raises(DongshouError, match=r"own\.txt has no paragraph of two sentences or more"):
        load_masked(str(path))


def test_wikitext_2_with_and_without_its_large_part(
    real_data: Callable[[str], list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    files = real_data("wikitext-2")
    with pytest.warns(DataNote, match=r"its train\.txt is not here; valid\.txt is trained on"):
        few = load_masked("wikitext-2")
    assert few.valid() is None and {*few.fingerprints()} == {"valid.txt", "test.txt"}
    folder = tmp_path / "wikitext-2"
    folder.mkdir()
    for file in files:
        shutil.copy(file, folder)
    (folder / "train.txt").write_text(" the large part . it is here . \n")
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path))
    corpus = read_corpus("wikitext-2")
    assert corpus.train.startswith(" the large part") and corpus.valid and corpus.test
    whole = load_masked("wikitext-2", min_frequency=1)
    assert whole.train().num_examples == 1 and whole.valid() is not None
    assert {*whole.fingerprints()} == {"valid.txt", "test.txt", "train.txt"}

"""Word representations: BERT's pre-training beside counting words."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
import torch

from dongshou.data import BytePairs, load_masked
from dongshou.data.text.masked import IGNORED, NUM_RESERVED, RESERVED, Sentences
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import UsageError
from dongshou.experiments import bert_pretrain, bpe
from dongshou.experiments.word_representations import bert_pretrain as bert
from dongshou.experiments.word_representations._merge_trees import draw_trees
from dongshou.experiments.word_representations._word_counts import Counts, measured
from dongshou.runs import Run, predict

PARAGRAPHS = ["A cat sat. The cat ran home.", "The dog sat. A dog ran. The dog ran home.", "A cat ran. The bird sat."]


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "animals.txt"
    path.write_text("\n\n".join(PARAGRAPHS * 9))
    return str(path)


def test_counting_words(text: str):
    """The same probabilities by plain loops; each distribution sums to 1, and its best word is the best."""
    data = load_masked(text, 8, 16, min_frequency=1, held_out=1 / 9)
    sentences = [sentence.lower().strip(".").split() for part in PARAGRAPHS * 8 for sentence in part.split(". ")]
    words, size = [word for sentence in sentences for word in sentence], len(data.vocabulary)
    followed = Counter(pair for sentence in sentences for pair in pairwise(["[CLS]", *sentence]))
    unigram = {word: (count + 1) / (len(words) + size - 4) for word, count in Counter(words).items()}

    def bigram(before: str, word: str) -> float:
        of_history = {pair: count for pair, count in followed.items() if pair[0] == before}
        if not (times := sum(of_history.values())):
            return unigram[word]
        seen = max(followed[before, word] - 0.75, 0)
        return (seen + 0.75 * len(of_history) * unigram[word]) / times

    counts = Counts(data.train().sentences, NUM_RESERVED)  # type: ignore[attr-defined]
    every = torch.arange(size)
    names = data.vocabulary.to_list()
    assert float(counts.unigram.sum()) == pytest.approx(1)
    for before in ("[CLS]", "[SEP]", "[MASK]", "the", "dog", "home"):
        guess = counts.by_bigram(torch.full((size,), data.vocabulary[before]), every)
        history = {"[SEP]": "[CLS]"}.get(before, before)
        expected = [bigram(history, name) for name in names[NUM_RESERVED:]]
        assert guess.log_probabilities.exp()[NUM_RESERVED:].tolist() == pytest.approx(expected)
        assert float(guess.log_probabilities.exp().sum()) == pytest.approx(1)
        assert expected[guess.is_right[NUM_RESERVED:].nonzero().item()] == pytest.approx(max(expected))
    held_out = data.test()
    assert held_out is not None
    pairs = list(held_out)
    asked = [
        (names[gaps.tokens[row, place - 1]], names[target])
        for gaps in pairs
        for row in range(len(gaps.tokens))
        for place, target in zip(gaps.positions[row].tolist(), gaps.targets[row].tolist(), strict=True)
        if target != IGNORED
    ]
    found = measured(counts, pairs)
    assert found["unigram_loss"] == pytest.approx(-sum(math.log(unigram[word]) for _, word in asked) / len(asked))
    loss = -sum(math.log(bigram("[CLS]" if before == "[SEP]" else before, word)) for before, word in asked)
    assert found["bigram_loss"] == pytest.approx(loss / len(asked))
    commonest = max(unigram, key=unigram.__getitem__)
    assert found["unigram_accuracy"] == pytest.approx(sum(word == commonest for _, word in asked) / len(asked))


def test_the_most_probable_word_may_never_have_been_seen_there():
    paragraphs = [[["x"] * 9 + ["y", "z"], ["x"] * 5]]
    vocabulary = Vocabulary([word for sentence in paragraphs[0] for word in sentence], reserved=RESERVED)
    counts = Counts(Sentences(paragraphs, vocabulary), NUM_RESERVED)
    words = torch.arange(len(vocabulary))
    for before in ("x", "y", "z", "[CLS]"):
        guess = counts.by_bigram(torch.full_like(words, vocabulary[before]), words)
        assert guess.is_right.nonzero().item() == guess.log_probabilities.argmax(), before
    assert counts.by_bigram(torch.tensor([vocabulary["y"]]), torch.tensor([vocabulary["x"]])).is_right  # but z followed


def test_bert_is_pretrained_asked_and_beats_counting(text: str):
    run = bert.small(text, 1, 2, 32, 32, 16, 0.0, 1, 8, lr=0.01, epochs=8).run(progress=False)
    result = run.result
    assert result["below_unigram"] == pytest.approx(result["unigram_loss"] - result["test_mlm_loss"])
    assert result["below_bigram"] == pytest.approx(result["bigram_loss"] - result["test_mlm_loss"])
    assert result["test_mlm_loss"] < result["unigram_loss"]
    assert (run.path / "figures" / "beside-counting.png").is_file()
    answer = run.predict("the [MASK] sat")
    assert answer.text.startswith("the ") and sum(answer.gaps[0].values()) > 0.5


def test_the_book_s_fifty_steps_in_small(text: str):
    made = bert_pretrain(text=text, num_hiddens=8, ffn_size=8, max_len=24, min_frequency=1, batch_size=10, steps=3)
    assert len(made.data.train()) == 3
    assert {gaps.tokens.shape[1] for gaps in made.data.train()} == {24}
    result = made.run(progress=False).result
    assert 0 < result["train_slot_loss"] and 0 < result["train_mlm_loss"]


# sub-words


def test_the_book_merges_as_it_prints():
    run = bpe.book().run()
    assert run.result["merges_as_printed"] == 10
    # 16 words, each one or two tokens: fast_ and tall_ one, fast er_ and tall er_ two
    assert run.result["times_shorter"] == pytest.approx((4 * 5 + 3 * 7 + 5 * 5 + 4 * 7) / (4 + 3 * 2 + 5 + 4 * 2))
    assert (run.path / "merges.tsv").read_text().splitlines()[:3] == ["1\tt\ta", "2\tta\tl", "3\ttal\tl"]
    assert bpe.book(num_merges=4).run().result["merges_as_printed"] == 4


@pytest.mark.parametrize("symbols", ["byte", "character"])
def test_a_text_of_yours_in_subwords(symbols: Literal["byte", "character"], tmp_path: Path):
    text = "the moon 月 and the sun 日\tare there\n" * 40 + "the star 星 is there, too 😀"
    (tmp_path / "own.txt").write_text(text)
    run = bpe(text=str(tmp_path / "own.txt"), num_tokens=300, symbols=symbols, held_out=0.05).run(runs=tmp_path)
    pairs = BytePairs.from_file(run.path / "tokenizer.json")
    table = [line.split("\t") for line in (run.path / "merges.tsv").read_text().splitlines()]
    assert table[0] == ["merge", "left", "right", "token", "times"] and len(table) == len(pairs.merges) + 1
    assert ["␣", "the", "␣the"] in [row[1:4] for row in table]
    result = run.result
    assert result["num_merges"] == len(pairs.merges) and result["wrong_characters"] == 0
    assert result.get("different_merges", 0) == result.get("different_numbers", 0) == 0
    learnt_from = text[: round(0.95 * len(text))]
    num_symbols = len(learnt_from.encode() if symbols == "byte" else learnt_from)
    assert result["times_shorter"] == pytest.approx(num_symbols / len(pairs.encode(learnt_from)))
    assert result["test_characters_a_token"] < result["characters_a_token"]
    assert sorted(figure.stem for figure in run.figures) == ["curves", "growth", "merges"]
    question = " the moon😀 未"
    (prediction,) = predict(Run(run.path), question)
    plain = prediction.as_json()
    assert plain["ids"] == pairs.encode(question) and plain["tokens"] == pairs.tokens_of(question)
    assert str(prediction.answer).splitlines()[0].startswith("  ␣the|␣moon|")


def test_a_quick_try_answers_with_what_it_has_learnt_from(tmp_path: Path):
    run = bpe(num_tokens=300).run(runs=tmp_path, limit=2000)
    pairs = BytePairs.from_file(run.path / "tokenizer.json")
    (prediction,) = predict(Run(run.path), "The value of an expression")
    assert prediction.as_json()["ids"] == pairs.encode("The value of an expression")


def test_a_tree_has_a_node_for_each_merge_and_a_leaf_for_each_symbol():
    merges = [("t", "a"), ("l", "l"), ("ta", "ll")]
    (axes,) = draw_trees(["tall"], merges, str.upper).axes
    places = {text.get_text(): text.get_position() for text in axes.texts}
    leaves = [(text.get_text(), text.get_position()) for text in axes.texts if text.get_position()[1] == 0]
    assert sorted(leaves, key=lambda leaf: leaf[1]) == [("T", (0, 0)), ("A", (1, 0)), ("L", (2, 0)), ("L", (3, 0))]
    assert places["TA\n1"] == (0.5, 1) and places["LL\n2"] == (2.5, 1) and places["TALL\n3"] == (1.5, 2)
    assert len(axes.lines) == 6


def test_texts_and_shares_of_which_there_are_no_two_parts(tmp_path: Path):
    with pytest.raises(UsageError, match="0 < held-out < 1 must hold; got held-out 1.0"):
        bpe(held_out=1.0)
    (tmp_path / "short.txt").write_text("ab")
    with pytest.raises(UsageError, match="Of 2 characters none are left with held-out 0.1"):
        bpe(text=str(tmp_path / "short.txt")).run(runs=tmp_path)
    with pytest.raises(UsageError, match="Before any merge there are 256 tokens"):
        bpe(num_tokens=255).run(runs=tmp_path, limit=500)

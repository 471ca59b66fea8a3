"""Words and their contexts beside a plain loop over the text; noise and trees beside what they have to be."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest
import torch
from torch import Tensor

from dongshou.data.text.contexts import ContextBatches, Contexts, around, keep_probabilities, neighbors, pass_over
from dongshou.data.text.huffman import HuffmanTree
from dongshou.data.text.noise import AliasTable, NegativeSampling
from dongshou.data.text.word_contexts import load_contexts
from dongshou.errors import UsageError
from dongshou.notes import DataNote

WORDS, WINDOW = 30, 3


def corpus(num_tokens: int = 400, num_words: int = WORDS) -> tuple[Tensor, Tensor]:
    """Words of falling frequency on lines of 1 to 9 words."""
    generator = torch.Generator().manual_seed(1)
    tokens = torch.multinomial(1 / torch.arange(1.0, num_words + 1), num_tokens, True, generator=generator)
    lines = torch.randint(1, 10, (num_tokens,), generator=generator).cumsum(0)
    return tokens, torch.searchsorted(lines, torch.arange(num_tokens), right=True)


def frequencies(tokens: Tensor) -> Tensor:
    return tokens.bincount(minlength=WORDS)


def batches(tokens: Tensor, lines: Tensor, seed: int = 0, **settings) -> ContextBatches:
    settings = {"questions": NegativeSampling(frequencies(tokens)), "batch_size": 32, "window": WINDOW} | settings
    return ContextBatches(tokens, lines, generator=torch.Generator().manual_seed(seed), **settings)


def by_a_loop(tokens: list[int], lines: list[int], windows: list[int]) -> list[list[int]]:
    """The words around each word."""
    contexts = []
    for i, window in enumerate(windows):
        places = range(max(0, i - window), min(len(tokens), i + window + 1))
        contexts.append([tokens[j] for j in places if j != i and lines[j] == lines[i]])
    return contexts


def test_the_words_around_a_word_are_those_of_a_loop():
    tokens, lines = corpus()
    windows = torch.randint(1, WINDOW + 1, (len(tokens),), generator=torch.Generator().manual_seed(2))
    positions = torch.randperm(len(tokens))
    found = around(pass_over(tokens, lines, windows), positions, WINDOW).T  # (tokens, 2 window)
    expected = by_a_loop(tokens.tolist(), lines.tolist(), windows.tolist())
    for row, position in zip(found.tolist(), positions.tolist(), strict=True):
        assert [word for word in row if word >= 0] == expected[position]
    alone = [len(list(one)) == 0 for one in by_a_loop(tokens.tolist(), lines.tolist(), [1] * len(tokens))]
    assert (~neighbors(lines)).tolist() == alone and any(alone)


def pairs_of(batch: Contexts) -> list[tuple[int, int]]:
    """Center and context of each pair, of skip-gram."""
    return list(zip(batch.given[batch.group, 0].tolist(), batch.asked[:, 0].tolist(), strict=True))


def test_every_center_is_there_once_with_all_its_contexts():
    tokens, lines = corpus()
    measured = batches(tokens, lines, shuffle=False)
    text = measured._drawn(torch.Generator().manual_seed(0))
    words, begins, ends = (part.tolist() for part in text)
    both = [
        (words[place], words[other])
        for place in range(len(words))
        for other in range(begins[place], ends[place])
        if other != place
    ]
    assert [pair for batch in measured for pair in pairs_of(batch)] == both
    assert [batch.given.tolist() for batch in measured] == [batch.given.tolist() for batch in measured]
    drawn = list(batches(tokens, lines))
    assert sorted(batch.given[i, 0].item() for batch in drawn for i in range(len(batch.given))) == sorted(
        text.tokens.tolist()
    )
    assert len(drawn) == len(measured) and {len(batch.given) for batch in drawn} <= {31, 32, 33}


def test_cbow_is_given_the_contexts_and_asked_for_the_center():
    tokens, lines = corpus()
    skip_gram, cbow = (
        Counter(pair for batch in batches(tokens, lines, shuffle=False, predicts=what) for pair in pairs(batch))
        for what, pairs in (("contexts", pairs_of), ("center", pairs_of_cbow))
    )
    assert skip_gram == cbow


def pairs_of_cbow(batch: Contexts) -> list[tuple[int, int]]:
    assert torch.equal(batch.group, torch.arange(len(batch.given)))
    rows, columns = batch.is_given.nonzero(as_tuple=True)
    return list(zip(batch.asked[rows, 0].tolist(), batch.given[rows, columns].tolist(), strict=True))


@pytest.mark.parametrize("predicts", ["contexts", "center"])
def test_the_weights_of_a_center_add_up_to_one_and_no_context_is_a_negative(predicts):
    tokens, lines = corpus()
    for batch in batches(tokens, lines, predicts=predicts):
        of_group = torch.zeros(len(batch.given)).index_add_(0, batch.group, batch.weights.sum(1))
        torch.testing.assert_close(of_group, torch.ones(len(batch.given)))
        assert (batch.labels[:, 0] == 1).all() and not batch.labels[:, 1:].any()
        for group, asked, weights in zip(
            batch.group.tolist(), batch.asked.tolist(), batch.weights.tolist(), strict=True
        ):
            true = {
                word for of, word in zip(batch.group.tolist(), batch.asked[:, 0].tolist(), strict=True) if of == group
            }
            assert all(weight == 0 or word not in true for word, weight in zip(asked[1:], weights[1:], strict=True))


def test_near_words_count_more_and_frequent_ones_are_kept_less():
    tokens = torch.arange(20_000) % 4
    lines = torch.arange(20_000) // 4  # 0 1 2 3, over and over
    keep = torch.tensor([1.0, 0.5, 1.0, 1.0])
    pairs = Counter(
        pair for batch in batches(tokens, lines, questions=NegativeSampling(torch.ones(4))) for pair in pairs_of(batch)
    )
    assert pairs[0, 1] == 5000  # a window has one word at least
    assert pairs[0, 2] == pytest.approx(5000 * 2 / 3, rel=0.05) and pairs[0, 3] == pytest.approx(5000 / 3, rel=0.08)
    given = Counter(
        batch.given[i, 0].item() for batch in batches(tokens, lines, keep=keep) for i in range(len(batch.given))
    )
    assert given[0] == given[2] == given[3] == 5000 and given[1] == pytest.approx(2500, rel=0.06)


def test_how_often_a_word_is_kept():
    counts = torch.tensor([0, 500_000, 100, 499_900])
    kept = keep_probabilities(counts, 1e-4).tolist()
    assert kept == pytest.approx([1, math.sqrt(1e-4 / 0.5), 1, math.sqrt(1e-4 / 0.4999)])


def test_a_pass_goes_on_from_the_state_of_its_generator_and_is_the_same_for_a_seed():
    tokens, lines = corpus()
    first = batches(tokens, lines)
    one = list(first)
    state = first.state_dict()
    two = list(first)
    again = batches(tokens, lines, seed=9)
    again.load_state_dict(state)
    for expected, found in zip(two, again, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(expected, found, strict=True))
    assert not torch.equal(one[0].given, two[0].given)
    limited = batches(tokens, lines)
    limited.limit(50)
    assert limited.num_examples == 50 and len(limited) == 2


@pytest.mark.parametrize("predicts", ["contexts", "center"])
def test_what_is_drawn_once_comes_again_in_another_order(predicts):
    tokens, lines = corpus()
    keep = torch.full((WORDS,), 0.7)
    kept = batches(tokens, lines, predicts=predicts, keep=keep, redraw=False)
    one, two = ([one for batch in kept for one in groups(batch)] for _ in range(2))
    assert one != two and sorted(one) == sorted(two)
    again = [
        one for batch in batches(tokens, lines, predicts=predicts, keep=keep, redraw=False) for one in groups(batch)
    ]
    assert again == one
    fresh = batches(tokens, lines, predicts=predicts, keep=keep)
    assert sorted(sum(map(groups, fresh), [])) != sorted(sum(map(groups, fresh), []))


def groups(batch: Contexts) -> list[tuple]:
    """Each group with its pairs."""
    return [
        (given[is_there].tolist(), *(part[batch.group == number].tolist() for part in batch[3:]))
        for number, (given, is_there) in enumerate(zip(batch.given, batch.is_given, strict=True))
    ]


def test_noise_is_drawn_as_often_as_it_should_be():
    weights = torch.tensor([0.0, 7.0, 1.0, 2.5, 0.0, 20.0])
    draws = AliasTable(weights).draw((100, 2000), torch.Generator().manual_seed(0))
    shares = draws.flatten().bincount(minlength=6) / draws.numel()
    torch.testing.assert_close(shares, weights / weights.sum(), atol=0.004, rtol=0)
    assert shares[0] == shares[4] == 0
    noise = NegativeSampling(torch.tensor([0, 16, 1]), num_negatives=50)
    group, avoided = (
        torch.arange(800) % 2,
        torch.tensor([[-1, -1], [-1, 1]]),
    )  # word 1, by the pairs of the second group
    asked = noise.ask(torch.full((800,), 2), group, avoided, torch.Generator().manual_seed(0))
    ones = asked.outputs[:, 1:] == 1
    assert ones[group == 0].float().mean().item() == pytest.approx(8 / 9, abs=0.01)  # 16^0.75 = 8
    hits = ones & (group == 1)[:, None]  # still there where it was drawn twice
    assert hits[group == 1].float().mean().item() == pytest.approx((8 / 9) ** 2, abs=0.01)
    assert not asked.weights[:, 1:][hits].any() and (asked.weights[:, 1:][~hits] > 0).all()


@pytest.mark.parametrize("weights", [[5, 9, 12, 13, 16, 45], [1, 1, 1, 1, 1], [0, 3, 3]])
def test_a_huffman_tree_is_the_shortest_code(weights: list[int]):
    tree = HuffmanTree(torch.tensor(weights))
    codes = ["".join(str(int(turn)) for turn in row[there]) for row, there in zip(*tree.paths[1:], strict=True)]
    assert not any(a != b and b.startswith(a) for a in codes for b in codes)
    assert sum(2.0 ** -len(code) for code in codes) == 1  # no branch leads nowhere
    # each join costs what it joins (Huffman, 1952); 224 is the textbook's figure (Cormen et al.)
    joins, waiting = 0, sorted(weights)
    while len(waiting) > 1:
        joins += waiting[0] + waiting[1]
        waiting = sorted([waiting[0] + waiting[1], *waiting[2:]])
    assert sum(weight * len(code) for weight, code in zip(weights, codes, strict=True)) == joins
    assert joins == {82: joins, 100: 224}.get(sum(weights), joins)
    assert tree.num_outputs == len(weights) - 1 and tree.paths.forks.max() == len(weights) - 2
    assert tree.paths.forks[:, 0].unique().tolist() == [len(weights) - 2]  # the root


def test_the_probabilities_of_a_tree_add_up_to_one():
    tree = HuffmanTree(torch.arange(1, 12))
    scores = torch.randn(tree.num_outputs, dtype=torch.double)  # u_fork . h
    asked = tree.ask(torch.arange(11), torch.arange(11), torch.full((1, 11), -1), torch.Generator())
    sides = torch.where(asked.labels == 1, scores[asked.outputs].sigmoid(), 1 - scores[asked.outputs].sigmoid())
    probabilities = torch.where(asked.weights > 0, sides, 1.0).prod(1)
    assert probabilities.sum().item() == pytest.approx(1) and (probabilities > 0).all()


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.txt"
    path.write_text(text)
    return str(path)


def test_a_text_of_ones_own(tmp_path: Path):
    text = "The cat sat.\nThe dog sat!\n\nA cat, a dog.\n"
    with pytest.warns(DataNote, match=r"mine\.txt: 1 of 11 words are left out, rarer than min_frequency=2\."):
        data = load_contexts(write(tmp_path, text + "rare"), 8, window=2, min_frequency=2, subsample=0)
    assert data.vocabulary.to_list() == ["<unk>", "<eos>", "the", "cat", "sat", "dog", "a"]
    train = data.train()
    assert isinstance(train, ContextBatches)
    assert data.vocabulary.tokens(train.tokens.tolist()) == "the cat sat the dog sat a cat a dog".split()
    assert train.lines.tolist() == [0] * 6 + [1] * 4  # a paragraph is one line
    assert train.num_examples == 10 and data.num_inputs == 7


def test_subwords_are_given_in_place_of_the_word():
    tokens, lines = corpus()
    subwords = torch.stack([torch.arange(WORDS) + 100, torch.arange(WORDS) + 200, torch.full((WORDS,), -1)], 1)
    plain, parts = (list(batches(tokens, lines, subwords=table)) for table in (None, subwords))
    for word, part in zip(plain, parts, strict=True):
        assert torch.equal(part.given[:, :2], word.given + torch.tensor([100, 200]))
        assert part.is_given.tolist() == [[True, True, False]] * len(word.given)
        assert torch.equal(word.asked, part.asked)


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        ("one two three two one", {"min_frequency": 1}, r"A window of 5 words needs .* more than 5 words .* has 5\."),
        ("a b c d e f g h", {"min_frequency": 2}, r"at least two words; mine.txt has 0 that occur 2 times or more"),
        ("\n\n".join("abcdef"), {"min_frequency": 1}, r"None of the 6 words has another on its line"),
        ("a b " * 9, {"window": 0}, r"window and batch_size are 1 or more; got 0 and 512\."),
        ("a b " * 9, {"num_negatives": 0}, r"num_negatives of 1 or more; got 0\."),
        ("a b " * 9, {"predicts": "word"}, r'"contexts" or "center"; got "word"'),
        ("a b " * 9, {"output": "softmax"}, r'"negatives" or a "tree"; got "softmax"'),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_makes_no_contexts(tmp_path: Path, text: str, settings: dict, message: str):
    with pytest.raises(UsageError, match=message) as error:
        load_contexts(write(tmp_path, text), **settings)
    assert "\n" not in str(error.value)

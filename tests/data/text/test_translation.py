"""Pairs of sentences: cut, padded, held out; and files that are no pairs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils.rnn import pad_sequence

from dongshou.data.sets import dates
from dongshou.data.text.padding import PaddedBatches, pad
from dongshou.data.text.sentence_pairs import read_pairs
from dongshou.data.text.splits import PairSplits
from dongshou.data.text.tokens import sentence_words
from dongshou.data.text.translation import load_pairs
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote

ROWS = st.lists(st.lists(st.integers(1, 9)), min_size=1)


def sentences(data: PairSplits, split) -> list[tuple[str, str]]:
    """What a split holds, as text without <eos>."""
    found = []
    for source, source_lengths, target, target_lengths in split:
        for row in range(len(source)):
            s = data.source_vocabulary.tokens(source[row, : source_lengths[row] - 1])
            t = data.target_vocabulary.tokens(target[row, : target_lengths[row] - 1])
            found.append((data.join(s), data.join(t)))
    return found


@given(ROWS)
def test_padding_is_that_of_torch(rows: list[list[int]]):
    padded, lengths = pad(rows, value=-1)
    expected = pad_sequence([torch.tensor(row, dtype=torch.int64) for row in rows], batch_first=True, padding_value=-1)
    assert torch.equal(padded, expected) and lengths.tolist() == list(map(len, rows))


@given(ROWS, st.integers(0, 5))
def test_longer_rows_are_cut(rows: list[list[int]], num_steps: int):
    padded, lengths = pad(rows, 0, num_steps)
    assert padded.shape == (len(rows), num_steps)
    assert [row[:length] for row, length in zip(padded.tolist(), lengths, strict=True)] == [
        row[:num_steps] for row in rows
    ]


def test_dates_are_the_pairs_that_are_always_here():
    data = load_pairs()
    source, source_lengths, target, target_lengths = next(iter(data.train()))
    assert source.shape == target.shape == (64, 10) and source_lengths.shape == target_lengths.shape == (64,)
    assert data.train().num_examples == 600 and data.test() is None
    ends = target.gather(1, target_lengths.unsqueeze(1) - 1)
    assert (ends == data.target_vocabulary["<eos>"]).all()
    after = torch.arange(10) >= target_lengths.unsqueeze(1)
    assert (target[after] == data.target_vocabulary["<pad>"]).all()
    assert data.source_vocabulary.to_list()[:4] == ["<unk>", "<pad>", "<bos>", "<eos>"]
    assert data.fingerprints().keys() == {"dates fr"}


@pytest.mark.parametrize(("language", "word"), [("fr", "octobre"), ("zh", "10月")])
def test_dates_are_every_day_once_in_an_order_that_the_seed_decides(language: str, word: str):
    pairs = dates.read(language)
    assert pairs == dates.read(language) and pairs != dates.read(language, seed=1)
    assert len(pairs) == 36_525
    october = [other for english, other in pairs if "October" in english]
    assert october and all(word in other for other in october)


def test_dates_fit_ten_steps():
    for language in ("fr", "zh"):
        assert max(len(sentence_words(text)) for pair in dates.read(language) for text in pair) < 10


def test_the_sizes_of_the_book(real_data):
    real_data("fra-eng")
    data = load_pairs("fra-eng", num_steps=8)
    assert (len(data.source_vocabulary), len(data.target_vocabulary)) == (184, 201)
    pairs = read_pairs("fra-eng").pairs
    assert len(pairs) == 167_130 and pairs[:2] == [("Go.", "Va !"), ("Hi.", "Salut !")]
    assert ("go .", "va !") in sentences(data, data.train())


def test_a_cut_sentence_does_not_end():
    data = load_pairs("dates", num_steps=3, max_examples=100)
    _, _, target, lengths = next(iter(data.train()))
    assert (lengths == 3).all() and not (target == data.target_vocabulary["<eos>"]).any()


@pytest.mark.parametrize("bucketing", [False, True])
def test_a_sentence_is_held_out_with_all_its_translations(tmp_path: Path, bucketing: bool):
    path = tmp_path / "pairs.txt"
    path.write_text(
        "".join(f"say {i} {'so ' * (i % 5)}\tun {i}\nsay {i} {'so ' * (i % 5)}\tdeux {i}\n" for i in range(50))
    )
    data = load_pairs(str(path), 16, test=0.1, min_frequency=0, bucketing=bucketing)
    train, test = sentences(data, data.train()), sentences(data, data.test())
    assert len(train) == len(set(train)) == 90 and len(test) == 10
    assert not {source for source, _ in train} & {source for source, _ in test}
    again = load_pairs(str(path), 16, test=0.1, min_frequency=0)
    assert sorted(sentences(again, again.test())) == sorted(test)


def test_long_sentences_are_left_out_before_the_first_are_counted(tmp_path: Path):
    (tmp_path / "pairs.txt").write_text("a b c\tx\nd\ty z w\ne\tv\nf g\tu\n")
    with pytest.warns(DataNote, match=r"^pairs.txt: 1 of 4 pairs used \(max_examples, max_words\)\.$"):
        data = load_pairs(str(tmp_path / "pairs.txt"), 1, max_words=2, max_examples=1, min_frequency=0)
    assert sentences(data, data.train()) == [("e", "v")]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=60), st.integers(1, 9), st.booleans())
def test_bucketing_has_each_example_once_and_little_padding(lengths: list[int], batch_size: int, bucketing: bool):
    rows = [[index + 1] * length for index, length in enumerate(lengths)]
    tokens, counts = pad(rows, 0)
    labels = torch.arange(len(rows))
    data = PaddedBatches(
        (tokens, counts), labels=labels, batch_size=min(batch_size, len(rows)), shuffle=True, bucketing=bucketing
    )
    batches = list(data)
    assert len(batches) == len(data)
    seen = {}
    for (inputs, steps), names in batches:
        assert inputs.shape == (len(names), int(steps.max()))
        assert ((inputs != 0).sum(1) == steps).all()
        seen |= {int(name): inputs[row, : steps[row]].tolist() for row, name in enumerate(names)}
    assert [seen[index] for index in range(len(rows))] == rows and sum(len(names) for _, names in batches) == len(rows)
    if bucketing:  # no less padding is possible
        in_order = torch.tensor(sorted(lengths)).split(data.batch_size)
        assert sorted(tokens.shape[1] for (tokens, _), _ in batches) == [int(chunk[-1]) for chunk in in_order]


def test_bucketed_batches_come_in_another_order_each_pass_and_a_checkpoint_repeats_it():
    data = load_pairs("dates", 8, bucketing=True).train()
    state = data.state_dict()
    first = [source.tolist() for source, *_ in data]
    assert [source.tolist() for source, *_ in data] != first
    data.load_state_dict(state)
    assert [source.tolist() for source, *_ in data] == first
    data.limit(5)
    assert (len(data), data.num_examples) == (1, 5)
    data.to(torch.device("meta"))
    assert {tensor.device.type for batch in data for tensor in batch} == {"meta"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("go .\tva !\nhi .\n", r"ragged rows: line 2 has 1 column\(s\), the first 2"),
        ("go .\tva !\n\nhi .\tsalut !\tCC-BY\n", r"line 3 has 3 column\(s\)"),
        ("go .\tva !\nhi .\t \n", "empty target in line 2"),
        ("go .\tva !\n\tsalut\n", "empty source in line 2"),
        ("go .\nhi .\n", "holds no pairs: expected source, tab, target"),
        ("", "is empty"),
    ],
)
def test_files_that_are_no_pairs(tmp_path: Path, content: str, says: str):
    (tmp_path / "pairs.txt").write_text(content)
    with pytest.raises(DongshouError, match=says) as caught:
        load_pairs(str(tmp_path / "pairs.txt"))
    assert "\n" not in str(caught.value)


def test_a_third_column_and_another_encoding(tmp_path: Path):
    (tmp_path / "pairs.txt").write_bytes("go .\tva !\tTom\r\nhi .\té !\tTom\r\n".encode("latin-1"))
    with pytest.warns(DataNote, match="not used are the third column"):
        assert read_pairs(str(tmp_path / "pairs.txt"), "latin-1").pairs == [("go .", "va !"), ("hi .", "é !")]
    with pytest.raises(DongshouError, match="byte 0xe9 at offset 20 .*--encoding"):
        load_pairs(str(tmp_path / "pairs.txt"))


def test_what_is_left_out_of_a_file_of_ones_own_is_counted(tmp_path: Path):
    rows = ["a b c\tx", "", "a b c d\tx x x x x x", " ", "a b\tx rare"]
    (tmp_path / "pairs.txt").write_text("\n".join(f"{row}\t1\t2" if row.strip() else row for row in rows) + "\n")
    with pytest.warns(DataNote) as caught:
        load_pairs(str(tmp_path / "pairs.txt"), 1, num_steps=4)
    assert [str(one.message) for one in caught] == [
        "pairs.txt: not used are 2 columns after the first two and 2 blank lines.",
        "pairs.txt: 2 of 6 sentences cut to 4 steps (num_steps);"
        " 2 of 18 words to learn from are <unk> (min_frequency=2).",
    ]


def test_wrong_use():
    with pytest.raises(DongshouError, match='No pairs of sentences "fra-en": .*Did you mean fra-eng?'):
        load_pairs("fra-en")
    with pytest.raises(UsageError, match="from 0 to below 1; got 1.5"):
        load_pairs(test=1.5)
    with pytest.raises(UsageError, match="no pairs with max_words=1"):
        load_pairs(max_words=1)
    with pytest.raises(UsageError, match="batch_size must be between 1 and the number of examples, 10; got 64"):
        load_pairs(max_examples=10)
    with pytest.raises(UsageError, match="got 64"):
        load_pairs(max_examples=10, bucketing=True)
    with pytest.raises(UsageError, match="num_steps must be at least 1; got 0"):
        load_pairs(num_steps=0)

"""Sequences: which tokens a language model sees, in which order, and when it starts over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dongshou.data.text.batches import TextBatches, WholeText
from dongshou.data.text.sequences import load_text
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import DataNote

Batches = list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]


@st.composite
def texts(draw: st.DrawFn) -> tuple[torch.Tensor, int, int]:
    """A text in which each token is its own place, and sizes that it is long enough for."""
    batch_size, num_steps = draw(st.integers(1, 5)), draw(st.integers(1, 7))
    return torch.arange(num_steps * (batch_size + 1) + draw(st.integers(0, 60))), batch_size, num_steps


def batches_of(batches: Iterable) -> Batches:
    """One pass, in which targets are the tokens that follow and every row belongs to the text."""
    found = list(batches)
    assert len(found) == len(batches)  # pyright: ignore[reportArgumentType]
    for inputs, targets, fresh in found:
        assert torch.equal(targets, inputs + 1)
        assert (inputs.diff(dim=1) == 1).all()
        assert fresh.shape == inputs.shape[:1] and fresh.dtype == torch.bool and inputs.dtype == torch.int64
    return found


def targets_of(batches: Batches) -> list[int]:
    return torch.cat([targets.flatten() for _, targets, _ in batches]).tolist()


@given(texts())
def test_sequential_batches_go_on_where_the_last_ended(text):
    tokens, batch_size, num_steps = text
    batches = batches_of(TextBatches(tokens, batch_size=batch_size, num_steps=num_steps))
    assert all(inputs.shape == (batch_size, num_steps) for inputs, _, _ in batches)
    for (before, _, _), (after, _, fresh) in zip(batches, batches[1:], strict=False):
        assert torch.equal(after[:, 0], before[:, -1] + 1) and not fresh.any()
    assert batches[0][2].all()
    seen = sorted(targets_of(batches))
    offset = seen[0] - 1
    assert 0 <= offset < num_steps and seen == list(range(offset + 1, offset + 1 + len(seen)))
    assert len(tokens) - 1 - seen[-1] < (batch_size + 1) * num_steps


@given(texts())
def test_random_batches_have_each_token_once(text):
    tokens, batch_size, num_steps = text
    data = TextBatches(tokens, batch_size=batch_size, num_steps=num_steps, sampling="random")
    batches = batches_of(data)
    assert all(fresh.all() for _, _, fresh in batches)
    seen = sorted(targets_of(batches))
    assert seen == list(range(seen[0], seen[0] + data.num_examples * num_steps)) and seen[0] <= num_steps


@given(texts(), st.integers(1, 4))
def test_windows_come_from_anywhere(text, num_batches: int):
    tokens, batch_size, num_steps = text
    sizes = {"batch_size": batch_size, "num_steps": num_steps}
    batches = batches_of(TextBatches(tokens, **sizes, sampling="windows", num_batches=num_batches))
    assert [inputs.shape for inputs, _, _ in batches] == [(batch_size, num_steps)] * num_batches
    assert all(fresh.all() for _, _, fresh in batches)
    assert max(targets_of(batches)) < len(tokens)


def test_every_window_is_drawn():
    data = TextBatches(torch.arange(9), batch_size=2, num_steps=3, sampling="windows", num_batches=200)
    assert {int(start) for inputs, _, _ in data for start in inputs[:, 0]} == set(range(6))


@given(texts(), st.booleans())
def test_the_whole_text_is_measured_once(text, carried: bool):
    tokens, batch_size, num_steps = text
    whole = WholeText(tokens, batch_size=batch_size, num_steps=num_steps, carried=carried)
    batches = batches_of(whole)
    seen = sorted(targets_of(batches))
    assert seen == list(range(1, len(seen) + 1)) and len(tokens) - 1 - len(seen) < batch_size
    assert [bool(fresh.all()) for _, _, fresh in batches] == [True] + [not carried] * (len(batches) - 1)
    assert targets_of(list(whole)) == targets_of(batches)


def test_each_pass_begins_elsewhere_and_a_checkpoint_repeats_it():
    data = TextBatches(torch.arange(400), batch_size=2, num_steps=10, generator=torch.Generator().manual_seed(3))
    offsets = {int(next(iter(data))[0][0, 0]) for _ in range(60)}
    assert offsets == set(range(10))
    for sampling in ("sequential", "random", "windows"):
        data = TextBatches(torch.arange(400), batch_size=2, num_steps=10, sampling=sampling)
        state = data.state_dict()
        first = targets_of(list(data))
        assert targets_of(list(data)) != first
        data.load_state_dict(state)
        assert targets_of(list(data)) == first


@pytest.mark.parametrize("sampling", ["sequential", "random", "windows"])
def test_a_limit_keeps_the_first_sequences(sampling):
    data = TextBatches(torch.arange(400), batch_size=8, num_steps=10, sampling=sampling)
    data.limit(3)
    assert (data.num_examples, data.batch_size, len(data)) == (3, 3, 1)
    assert max(targets_of(batches_of(data))) < 40
    whole = WholeText(torch.arange(400), batch_size=8, num_steps=10)
    whole.limit(3)
    assert sorted(targets_of(batches_of(whole))) == list(range(1, 31))


def test_batches_move_to_the_device():
    data = TextBatches(torch.arange(400), batch_size=8, num_steps=10, sampling="windows")
    data.to(torch.device("meta"))
    assert {tensor.device.type for batch in data for tensor in batch} == {"meta"}


@settings(max_examples=20)
@given(st.text(min_size=50, max_size=300).filter(str.strip))
def test_load_text_gives_back_the_text(tmp_path_factory: pytest.TempPathFactory, text: str):
    path = tmp_path_factory.mktemp("text") / "own.txt"
    path.write_bytes(text.encode())
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) < 10 or not text.strip():
        return
    data = load_text(str(path), batch_size=1, num_steps=2)
    pieces = [data.join(data.vocabulary.tokens(inputs[0])) for inputs, _, _ in data.train()]
    assert "".join(pieces) in text and len("".join(pieces)) >= len(text) - 5


def test_the_manual_by_default():
    data = load_text()
    inputs, targets, fresh = next(iter(data.train()))
    assert inputs.shape == targets.shape == (32, 35) and fresh.shape == (32,)
    assert (data.valid(), data.test(), data.shape, data.name) == (None, None, (35,), "python-manual")
    assert data.fingerprints().keys() == {"pydoc_data.topics"}


def test_the_end_of_a_text_is_held_out_and_its_own_tokens_are_unknown(tmp_path: Path):
    (tmp_path / "own.txt").write_text("ab" * 45 + "cb" * 5)
    data = load_text(str(tmp_path / "own.txt"), batch_size=2, num_steps=4, valid=0.1, sampling="random")
    assert data.vocabulary.to_list() == ["<unk>", "a", "b"]
    ((inputs, targets, fresh), *others) = data.valid() or []
    assert data.vocabulary.tokens(inputs[0]) == ["<unk>", "b", "<unk>", "b"] and fresh.all() and not others
    assert targets.numel() == 8


def test_words_and_the_first_of_them():
    data = load_text(level="word", max_tokens=2000, min_frequency=2, batch_size=4, num_steps=5)
    assert data.train().num_examples == 399
    frequencies = data.vocabulary.frequencies
    assert len(data.vocabulary) == 1 + sum(frequency >= 2 for frequency in frequencies.values())
    assert data.vocabulary.tokens(data.vocabulary.ids(data.tokenize("The assert statement"))) == [
        *("the", "assert", "statement")
    ]


def test_the_time_machine_at_the_settings_of_the_book(real_data):
    real_data("time-machine")
    data = load_text("time-machine", clean="letters", max_tokens=10_000)
    assert len(data.vocabulary) == 28 and len(data.train()) == 8
    assert data.vocabulary.to_list()[:6] == ["<unk>", " ", "e", "t", "a", "i"]
    assert data.fingerprints().keys() == {"timemachine.txt"}


def test_a_text_that_comes_divided(real_data):
    real_data("ptb")
    data = load_text("ptb", batch_size=20, level="word")
    assert len(data.vocabulary) == 10_000
    test = data.test()
    assert test is not None and sum(targets.numel() for _, targets, _ in test) == 82_420
    valid = load_text("ptb", batch_size=20, level="word", valid=0.5).valid()
    assert valid is not None and sum(targets.numel() for _, targets, _ in valid) == 73_740  # its own, no share


def test_subwords_are_learnt_from_the_training_part_alone_and_spell_all(tmp_path: Path):
    text = "the cat sat on the mat, 你好！ " * 40 + "zygote zygote 🙂 zygote " * 10
    (tmp_path / "own.txt").write_text(text, encoding="utf-8")
    share = 230 / len(text)
    data = load_text(str(tmp_path / "own.txt"), 2, 5, level="subword", num_subwords=275, valid=share)
    train, valid = data.train(), data.valid()
    assert isinstance(train, TextBatches) and isinstance(valid, WholeText) and data.characters is not None
    assert len(data.vocabulary) == 276 and not (train.tokens == data.vocabulary.unknown).any()
    pieces = [data.vocabulary.tokens(part.tokens.tolist()) for part in (train, valid)]
    assert [data.join(tokens) for tokens in pieces] == [text[:-230], text[-230:]]
    assert "Ġcat" in pieces[0] and "zy" not in data.vocabulary  # of a word that it has not learnt from
    assert [data.characters[part.tokens].sum() for part in (train, valid)] == [len(text) - 230, 230]
    assert data.join(data.tokenize("未 known")) == "未 known"


def test_how_many_characters_tokens_stand_for(tmp_path: Path):
    (tmp_path / "own.txt").write_text("a bb bb ccc dddd " * 20)
    with pytest.warns(DataNote, match="60 of 100 tokens are <unk>"):
        of_words = load_text(str(tmp_path / "own.txt"), 2, 5, level="word", min_frequency=30)
    assert of_words.vocabulary.to_list() == ["<unk>", "bb"]
    assert of_words.characters is not None and of_words.characters.tolist() == pytest.approx([11 / 3, 3])
    of_characters = load_text(str(tmp_path / "own.txt"), 2, 5)
    assert of_characters.characters is not None and (of_characters.characters[1:] == 1).all()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"batch_size": 10_000}, r"10000 sequences of 35 steps needs a text of 350,035 tokens; this one has 1,000"),
        ({"num_steps": 1_001}, "smaller batch_size or num_steps"),
        ({"num_steps": 0}, "1 or more; got 32 and 0"),
        ({"batch_size": -3}, "1 or more; got -3 and 35"),
        ({"valid": 1.0}, "share of the text"),
        ({"sampling": "shuffled"}, '"sequential", "random" or "windows"; got "shuffled"'),
        ({"num_batches": 3}, 'sampling="windows" alone; got 3'),
        ({"level": "line"}, '"character", "subword" or "word"; got "line"'),
        ({"level": "subword", "num_subwords": 99}, "256 tokens, the bytes and the special ones; got num_tokens=99"),
        ({"level": "subword", "min_frequency": 2}, "leave out min_frequency=2, or take fewer"),
    ],
)
def test_wrong_use(wrong: dict, says: str):
    with pytest.raises(UsageError, match=says) as caught:
        load_text(max_tokens=1000, **wrong)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sizes", [(0, 3), (-3, 3), (2, 0)])
def test_no_rows_or_no_steps_to_measure_on(sizes: tuple[int, int]):
    batch_size, num_steps = sizes
    with pytest.raises(UsageError, match="batch_size and num_steps are 1 or more"):
        WholeText(torch.arange(50), batch_size=batch_size, num_steps=num_steps)


def test_a_text_shorter_than_one_sequence(tmp_path: Path):
    (tmp_path / "own.txt").write_text("too short")
    with pytest.raises(UsageError, match="needs a text of 70 tokens; this one has 9. Give it more text"):
        load_text(str(tmp_path / "own.txt"), batch_size=1)


def test_a_text_without_letters(tmp_path: Path):
    (tmp_path / "own.txt").write_text("1234567 890" * 100)
    with pytest.raises(DongshouError, match='holds no letters: .* Use clean="none"'):
        load_text(str(tmp_path / "own.txt"), clean="letters")

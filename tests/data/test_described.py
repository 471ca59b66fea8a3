"""What data, their parts and an experiment print of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.utils.data import TensorDataset

from dongshou.data import Batches, Splits, TextSplits, Vocabulary, load_images
from dongshou.data.text.batches import TextBatches
from tests.training import toys


def test_splits_say_what_they_hold():
    lines = repr(load_images("digits", batch_size=64)).splitlines()
    assert lines[0] == "Splits digits: 1,437 train, 360 test, batches of 64"
    assert lines[1:3] == ["  inputs 1x28x28", "  10 classes: 0, 1, 2, 3, 4, ..."]
    assert lines[3].startswith("  from Alpaydin") and lines[3].endswith("(CC BY 4.0)")


def test_a_limit_and_a_validation_set_are_counted():
    splits = toys.blob_splits(valid=True)
    splits.limit(20)
    assert repr(splits) == "Splits data: 20 train, 20 valid, batches of 16\n  inputs 4"


def test_data_of_ones_own():
    splits = Splits(TensorDataset(torch.zeros(10, 3), torch.zeros(10)), batch_size=4, name="flats")
    assert repr(splits) == "Splits flats: 10 train, batches of 4"
    assert repr(splits.train()) == "Loader(of 4 from 10 examples: TensorDataset)"


def test_text_names_its_vocabulary():
    vocabulary = Vocabulary("hello, hello")
    text = TextBatches(vocabulary.encode("hello, hello" * 9), batch_size=2, num_steps=5)
    splits = TextSplits(text, vocabulary=vocabulary, shape=(5,), name="greetings")
    assert repr(vocabulary) == "Vocabulary(7 tokens: '<unk>', 'l', 'h', 'e', 'o', ...)"
    assert repr(splits).splitlines()[1:] == ["  inputs 5 tokens", f"  vocabulary: {vocabulary!r}"]
    assert repr(splits.train()) == "TextBatches(of 2 x 5 tokens from 108, sequential)"


def test_nothing_is_downloaded_to_be_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DONGSHOU_DATA", raising=False)
    monkeypatch.setenv("DONGSHOU_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr("dongshou.data.sources.files.fetch", lambda *args, **more: pytest.fail("fetched"))
    said = repr(load_images("mnist", batch_size=4)).splitlines()
    assert said[0] == "Splits mnist: not downloaded yet (dongshou data fetch mnist)"
    assert said[1] == "  inputs 1x28x28" and not (tmp_path / "empty").exists()


def test_batches_say_what_an_example_is():
    batches = Batches(torch.zeros(5, 2, 3, dtype=torch.uint8), torch.zeros(5).long(), batch_size=2, shuffle=True)
    assert repr(batches) == "Batches(of 2 from 5 examples, shuffled: 2x3 uint8, one int64)"


def test_an_experiment_names_its_parts_and_its_data():
    said = repr(toys.classifier(epochs=4)).splitlines()
    assert said[0] == "Experiment(Sequential, Classification, SGD, epochs=4)"
    assert said[1] == "Splits data: 48 train, 24 test, batches of 16" and len(said) < 6
    assert repr(toys.toy()).startswith("Experiment(toy: ")
    assert repr(toys.series()) == "Series(toy-series)"

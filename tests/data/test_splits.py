"""Splits: whatever a split is given as, it comes out as batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from dongshou.data import Batches, Loader, Splits, load_images
from dongshou.errors import UsageError

X, Y = torch.arange(12.0), torch.arange(12)
DATA = TensorDataset(X, Y)


class Stream(IterableDataset):
    def __iter__(self) -> Iterator[int]:
        yield from range(6)


def labels(split: Iterable | None) -> list[int]:
    assert split is not None
    return torch.cat([y for _, y in split]).tolist()


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (lambda: Batches(X, Y, batch_size=5, shuffle=True), Batches),
        (lambda: Loader.over(DATA, 5, shuffle=True), Loader),
        (lambda: DataLoader(DATA, batch_size=5, shuffle=True), Loader),
        (lambda: DATA, Loader),
        (lambda: lambda: Batches(X, Y, batch_size=5, shuffle=True), Batches),
        (lambda: lambda: DATA, Loader),
        (lambda: (X, Y), Batches),
        (lambda: [X, Y], Batches),
        (lambda: lambda: (X, Y), Batches),
    ],
)
def test_a_split_may_be_given_in_many_ways(given, kind: type):
    splits = Splits(given(), batch_size=5)
    assert isinstance(splits.train(), kind)
    assert splits.train() is splits.train()
    assert sorted(labels(splits.train())) == list(range(12))
    assert (splits.valid(), splits.test()) == (None, None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"train": [(X, Y)]}, "got list as train: write Batches"),
        ({"train": None}, "got NoneType as train"),
        ({"train": DATA, "test": (X.numpy(), Y)}, "got tuple as test"),
        ({"train": DATA, "test": []}, "got list as test"),
        ({"train": (X, Y[:7])}, r"got \[7, 12\] examples: write Splits\(train=\(inputs, targets\)"),
        ({"train": (X[:0], Y[:0])}, "The train split is empty, a tuple without any example: check how it was made.$"),
        ({"train": TensorDataset(X[:0])}, "The train split is empty, a TensorDataset"),
        ({"train": DATA, "valid": DataLoader(TensorDataset(X[:0]))}, "The valid split is empty.* or leave the split"),
        ({"train": DATA, "test": TensorDataset(X[:0])}, "The test split is empty"),
        ({"train": Stream()}, "Stream does not know its length, .* give it a __len__"),
        ({"train": DATA, "test": DataLoader(Stream())}, "Stream does not know its length"),
        ({"train": DATA, "valid": X.numpy()}, "got ndarray as valid"),
        ({"train": Batches}, "got the class Batches as train"),
    ],
)
def test_what_is_no_split_is_said_at_once(given, said: str):
    with pytest.raises(UsageError, match=said):
        Splits(**given)


def test_a_function_that_makes_no_split():
    splits = Splits(lambda: [1, 2])  # pyright: ignore
    with pytest.raises(UsageError, match="got list as train"):
        splits.train()
    with pytest.raises(UsageError, match="The test split is empty"):
        Splits(DATA, test=lambda: TensorDataset(X[:0])).test()


def test_tensors_smaller_than_a_batch_are_one_and_only_those_to_train_on_are_shuffled():
    splits = Splits((X, Y), test=(X, Y), batch_size=50)
    assert (len(splits.train()), splits.train().num_examples) == (1, 12)
    assert labels(splits.train()) != labels(splits.test()) == list(range(12))


class Counted(Stream):
    def __len__(self) -> int:
        return 6


def test_a_stream_that_knows_its_length_comes_in_its_own_order():
    splits = Splits(Counted(), batch_size=4)
    assert (len(splits.train()), splits.train().num_examples) == (2, 6)
    assert [batch.tolist() for batch in splits.train()] == [[0, 1, 2, 3], [4, 5]]


def test_only_the_training_split_of_bare_data_sets_is_shuffled():
    splits = Splits(DATA, DATA, DATA, batch_size=4)
    assert labels(splits.train()) != list(range(12))
    assert labels(splits.valid()) == labels(splits.test()) == list(range(12))


def test_nothing_is_made_before_it_is_asked_for():
    made = []

    def make(name: str) -> Batches:
        made.append(name)
        return Batches(X, Y, batch_size=3)

    splits = Splits(lambda: make("train"), test=lambda: make("test"))
    splits.limit(6)
    splits.to(torch.device("cpu"))
    assert made == []
    assert (labels(splits.test()), made) == ([0, 1, 2, 3, 4, 5], ["test"])


def test_a_limit_and_a_device_reach_every_split_whenever_it_is_made():
    splits = Splits(Batches(X, Y, batch_size=4), test=DATA, batch_size=4)
    splits.train()
    splits.limit(4)
    splits.to(torch.device("meta"))
    test = splits.test()
    assert test is not None
    assert (len(splits.train()), len(test)) == (1, 1)
    assert [batch[0].device.type for split in (splits.train(), test) for batch in split] == ["meta"] * 2


def test_the_state_is_that_of_the_order_of_every_split():
    splits = Splits(DATA, test=DataLoader(DATA, batch_size=5, shuffle=True), batch_size=5)
    state = splits.state_dict()
    assert [*state] == ["train", "test"]
    first = labels(splits.train()), labels(splits.test())
    splits.load_state_dict(state)
    assert (labels(splits.train()), labels(splits.test())) == first


def test_data_of_no_registered_set_has_no_fingerprints():
    assert Splits(DATA).fingerprints() == {}


@pytest.mark.parametrize("num_examples", [0, -1])
def test_a_limit_leaves_something(num_examples: int):
    with pytest.raises(UsageError, match=f"at least 1 example; got {num_examples}"):
        load_images("digits").limit(num_examples)

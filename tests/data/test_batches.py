"""Batches: every example once in each pass, in an order that a seed decides and a checkpoint keeps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dongshou.data import Batches
from dongshou.errors import UsageError


def numbers(num_examples: int, batch_size: int, shuffle: bool = True, seed: int = 0, **more) -> Batches:
    generator = torch.Generator().manual_seed(seed)
    x = torch.arange(float(num_examples))
    return Batches(x, x * 2, batch_size=batch_size, shuffle=shuffle, generator=generator, **more)


def order(batches: Batches) -> list[float]:
    return torch.cat([x for x, _ in batches]).tolist()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.booleans())
def test_every_example_comes_once_with_its_own_label(num_examples: int, batch_size: int, shuffle: bool):
    batches = numbers(num_examples, min(batch_size, num_examples), shuffle)
    seen = list(batches)
    assert len(seen) == len(batches)
    assert all(torch.equal(y, 2 * x) for x, y in seen)
    assert sorted(torch.cat([x for x, _ in seen]).tolist()) == list(range(num_examples))
    assert {len(x) for x, _ in seen[:-1]} <= {batches.batch_size}


def test_the_order_differs_by_epoch_and_by_seed_and_is_the_same_for_the_same_seed():
    one, same, other = numbers(30, 7), numbers(30, 7), numbers(30, 7, seed=1)
    first, second = order(one), order(one)
    assert first != second
    assert [first, second] == [order(same), order(same)]
    assert first != order(other)


def test_without_shuffling_the_order_is_that_of_the_set():
    assert order(numbers(10, 3, shuffle=False)) == list(range(10))


def test_the_seed_of_torch_decides_where_no_generator_is_given():
    def first_order(seed: int) -> list[float]:
        torch.manual_seed(seed)
        return order(Batches(torch.arange(20.0), torch.arange(20.0), batch_size=6, shuffle=True))

    assert first_order(3) == first_order(3) != first_order(4)


def test_the_state_between_two_epochs_gives_the_epochs_that_follow():
    batches = numbers(20, 6)
    order(batches)
    state = batches.state_dict()
    following = [order(batches), order(batches)]
    resumed = numbers(20, 6, seed=5)
    resumed.load_state_dict(state)
    assert [order(resumed), order(resumed)] == following


def test_a_pass_that_is_broken_off_does_not_change_the_passes_after_it():
    broken, whole = numbers(20, 6), numbers(20, 6)
    next(iter(broken))
    order(whole)
    assert order(broken) == order(whole)


def test_the_transform_maps_the_inputs_a_batch_at_a_time():
    sizes = []

    def halve(x: torch.Tensor) -> torch.Tensor:
        sizes.append(len(x))
        return x / 2

    assert all(torch.equal(y, 4 * x) for x, y in numbers(10, 4, transform=halve))
    assert sizes == [4, 4, 2]


def test_a_limit_keeps_the_first_examples_and_no_batch_is_larger():
    batches = numbers(10, 4)
    batches.limit(3)
    assert (batches.num_examples, len(batches), batches.batch_size) == (3, 1, 3)
    assert sorted(order(batches)) == [0, 1, 2]
    batches.limit(100)
    assert batches.num_examples == 3


@pytest.mark.parametrize("batch_size", [0, -1, 11])
def test_a_batch_size_out_of_bounds(batch_size: int):
    with pytest.raises(UsageError, match=f"between 1 and the number of examples, 10; got {batch_size}"):
        numbers(10, batch_size)


def test_what_is_no_tensor():
    with pytest.raises(UsageError, match=r"made of tensors; got ndarray, list: convert with torch.as_tensor"):
        Batches(np.zeros(3), [1, 2, 3], torch.zeros(3), batch_size=1)  # pyright: ignore


def test_tensors_of_different_lengths():
    with pytest.raises(UsageError, match=r"one length; got \[2, 3\]"):
        Batches(torch.zeros(3), torch.zeros(2), batch_size=1)

"""An ordinary DataLoader stands wherever Batches do."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset, RandomSampler, TensorDataset

from dongshou.data import Loader
from dongshou.data.loader import moved
from dongshou.errors import UsageError

DATA = TensorDataset(torch.arange(20.0), torch.arange(20))


def order(loader: Loader) -> list[int]:
    return torch.cat([labels for _, labels in loader]).tolist()


def plain(seed: int) -> DataLoader:
    torch.manual_seed(seed)
    return DataLoader(DATA, batch_size=6, shuffle=True)


def own_generator(seed: int) -> DataLoader:
    return DataLoader(DATA, batch_size=6, shuffle=True, generator=torch.Generator().manual_seed(seed))


def own_sampler(seed: int) -> DataLoader:
    sampler = RandomSampler(DATA, generator=torch.Generator().manual_seed(seed))
    return DataLoader(DATA, batch_size=6, sampler=sampler)


def two_generators(seed: int) -> DataLoader:
    sampler = RandomSampler(DATA, generator=torch.Generator().manual_seed(seed))
    return DataLoader(DATA, batch_size=6, sampler=sampler, generator=torch.Generator().manual_seed(99))


@pytest.mark.parametrize("make", [plain, own_generator, own_sampler, two_generators])
def test_the_seed_decides_the_order_and_the_state_keeps_it(make):
    loader = Loader(make(1))
    first = order(loader)
    assert sorted(first) == list(range(20))
    assert first == order(Loader(make(1))) != order(Loader(make(2)))

    state = loader.state_dict()
    following = [order(loader), order(loader)]
    assert following[0] != first
    resumed = Loader(make(3))
    resumed.load_state_dict(state)
    assert [order(resumed), order(resumed)] == following


def test_a_bare_data_set():
    loader = Loader.over(DATA, batch_size=8, shuffle=False)
    assert order(loader) == list(range(20))
    assert (len(loader), loader.num_examples) == (3, 20)


def test_a_limit_keeps_the_first_batches():
    loader = Loader.over(DATA, batch_size=8, shuffle=False)
    loader.limit(9)
    assert len(loader) == 2
    assert order(loader) == list(range(16))


@pytest.mark.parametrize("batch_size", [0, -3])
def test_a_batch_of_nothing(batch_size: int):
    with pytest.raises(UsageError, match=f"batch_size must be at least 1; got {batch_size}"):
        Loader.over(DATA, batch_size=batch_size, shuffle=False)


def test_any_nesting_is_moved():
    here = torch.device("cpu")
    batch = {"a": [torch.ones(1), (torch.zeros(1), "text")], "n": 3}
    assert moved(batch, here) == {"a": (torch.ones(1), (torch.zeros(1), "text")), "n": 3}
    assert moved(torch.ones(1), torch.device("meta")).device.type == "meta"


def test_a_stream_without_a_length_is_refused():
    class Stream(IterableDataset):
        def __iter__(self):
            yield from range(3)

    with pytest.raises(UsageError, match="Stream does not know its length"):
        len(Loader.over(Stream(), batch_size=1, shuffle=False))

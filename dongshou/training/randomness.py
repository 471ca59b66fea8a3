"""One seed for every generator that a data set, a layer or a person may draw from: Python's, NumPy's and torch's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import rich.style  # noqa: F401  # it draws a number when imported, as by scikit-learn: let that be before the seed
import torch

if TYPE_CHECKING:
    from dongshou.data import Splits


def seed_all(seed: int) -> None:
    """Start Python's, NumPy's and torch's generators from one seed."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # it takes 32 bits
    torch.manual_seed(seed)


def random_state() -> dict[str, Any]:
    """Where all generators stand, as plain data and tensors."""
    version, words, gauss = random.getstate()
    _, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    state: dict[str, Any] = {
        "cpu": torch.get_rng_state(),
        "python": (version, torch.tensor(words), gauss),
        "numpy": (torch.from_numpy(keys.astype(np.int64)), position, has_gauss, cached),  # pyright: ignore
    }
    return state | ({"cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else {})


def set_random_state(state: dict[str, Any]) -> None:
    """Put all generators back to where they stood; those that an older record does not know stay as they are."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
    if "python" in state:
        version, words, gauss = state["python"]
        random.setstate((version, tuple(words.tolist()), gauss))
    if "numpy" in state:
        keys, *rest = state["numpy"]
        np.random.set_state(("MT19937", keys.numpy().astype(np.uint32), *rest))


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Whatever is drawn in this context, the generators stand afterwards where they stood before."""
    state = random_state()
    with torch.random.fork_rng():  # of every GPU
        try:
            yield
        finally:
            set_random_state(state)


@contextmanager
def undisturbed(data: Splits) -> Iterator[None]:
    """Like `random_state_kept`, with the generators of the data, that of the shuffling among them."""
    state = data.state_dict()
    with random_state_kept():
        try:
            yield
        finally:
            data.load_state_dict(state)

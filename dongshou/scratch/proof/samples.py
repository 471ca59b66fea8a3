"""Samples beside those of PyTorch's database, for layers of which it knows a single example only, without a batch.

No two axes are of one size, for an exchange of axes shows in no square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_sequence

Arguments = tuple[Any, ...]
Inputs = Callable[[], tuple[Any, ...]]


def further_samples(name: str) -> Iterator[Any]:
    """Arguments of the constructor and inputs of a layer, in the form of a ModuleInput."""
    torch.manual_seed(0)
    for description, arguments, keywords, inputs, more in FURTHER.get(name, ()):
        yield SimpleNamespace(
            constructor_input=SimpleNamespace(args=arguments, kwargs=keywords),
            forward_input=SimpleNamespace(args=inputs(), kwargs=more),
            desc=description,
        )


def numbers(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def packed() -> PackedSequence:
    """Three sequences of 4, 2 and 5 steps, in this order."""
    return pack_sequence([numbers(length, 3) for length in (4, 2, 5)], enforce_sorted=False)


def words() -> Tensor:
    return torch.tensor([[0, 3, 2], [2, 2, 6]])


TWO_WAYS = dict(num_layers=2, bidirectional=True)
RECURRENT = [
    ("time first", (3, 6), TWO_WAYS, lambda: (numbers(5, 2, 3),), {}),
    ("batch first", (3, 6), TWO_WAYS | dict(batch_first=True, bias=False), lambda: (numbers(2, 5, 3),), {}),
    ("packed", (3, 6), TWO_WAYS, lambda: (packed(),), {}),
]
PROJECTED = ("projected", (3, 6), TWO_WAYS | dict(proj_size=4), lambda: (numbers(5, 2, 3),), {})
CELLS = [("batch", (3, 6), {}, lambda: (numbers(2, 3),), {})]
LOOKING = dict(need_weights=True, average_attn_weights=False)
ATTENTION = [
    ("time first", (6, 2), {}, lambda: (numbers(5, 3, 6), numbers(4, 3, 6), numbers(4, 3, 6)), LOOKING),
    ("batch first", (6, 2), dict(batch_first=True), lambda: (numbers(3, 5, 6), *[numbers(3, 4, 6)] * 2), {}),
    (
        "other sizes, more keys",
        (6, 2),
        dict(kdim=7, vdim=8, add_bias_kv=True, add_zero_attn=True),
        lambda: (numbers(5, 3, 6), numbers(4, 3, 7), numbers(4, 3, 8)),
        {},
    ),
    ("dropout", (6, 3), dict(dropout=0.4), lambda: (numbers(5, 3, 6), numbers(4, 3, 6), numbers(4, 3, 6)), {}),
]
EMBEDDING = [
    ("padding", (7, 4), dict(padding_idx=2), lambda: (words(),), {}),
    ("by frequency", (7, 4), dict(scale_grad_by_freq=True), lambda: (words(),), {}),
    ("shortened", (7, 4), dict(max_norm=0.5, norm_type=3.0), lambda: (words(),), {}),
]
FURTHER: dict[str, list[tuple[str, Arguments, dict[str, Any], Inputs, dict[str, Any]]]] = {
    **{name: RECURRENT for name in ("RNN", "GRU")},
    "LSTM": [*RECURRENT, PROJECTED],
    **{name: CELLS for name in ("RNNCell", "GRUCell", "LSTMCell")},
    "MultiheadAttention": ATTENTION,
    "Embedding": EMBEDDING,
}

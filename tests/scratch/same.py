"""Our layer beside torch's of the same name: one line of test each."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from dongshou import scratch


def same(
    torch_class: type[nn.Module],
    arguments: Sequence[Any] = (),
    keywords: dict[str, Any] | None = None,
    *,
    input: Any,
) -> None:
    """Requires torch's start, repr, state_dict keys, and outputs and gradients in training and evaluation.

    input: a shape or a tensor, or a list for a layer of several inputs; there a tuple of shapes is a tuple of
    tensors, and what is neither goes in as it is.
    """
    keywords = keywords or {}
    torch.manual_seed(0)
    theirs = torch_class(*arguments, **keywords)
    torch.manual_seed(0)
    ours = getattr(scratch.nn, torch_class.__name__)(*copy.deepcopy(arguments), **copy.deepcopy(keywords))

    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value), f"{name} starts elsewhere"
    assert set(vars(theirs)) == set(vars(ours))

    inputs = [_tensor(item) for item in (input if isinstance(input, list) else [input])]
    for training in (True, False):
        _same_answers(ours.double().train(training), theirs.double().train(training), inputs)


def _tensor(item: Any) -> Any:
    if not isinstance(item, tuple) or isinstance(item, PackedSequence):
        return item
    if item and isinstance(item[0], tuple):
        return tuple(_tensor(part) for part in item)
    generator = torch.Generator().manual_seed(1)
    return torch.randn(item, dtype=torch.float64, generator=generator)


def _same_answers(ours: nn.Module, theirs: nn.Module, inputs: list[Any]) -> None:
    expected, expected_gradients = _answers(theirs, inputs)
    outputs, gradients = _answers(ours, inputs)
    torch.testing.assert_close(outputs, expected, equal_nan=True)
    torch.testing.assert_close(gradients, expected_gradients, equal_nan=True)


def _answers(layer: nn.Module, inputs: list[Any]) -> tuple[list[Tensor], list[Tensor | None]]:
    """The outputs, and the gradients of parameters and floating inputs for a random gradient of the outputs."""
    leaves: list[Tensor] = []
    fresh = [_fresh(item, leaves) for item in inputs]
    layer.zero_grad()
    torch.manual_seed(2)
    outputs = list(_tensors(layer(*fresh)))
    generator = torch.Generator().manual_seed(3)
    directions = [torch.randn(output.shape, dtype=output.dtype, generator=generator) for output in outputs]
    torch.autograd.backward(outputs, directions)
    return [output.detach() for output in outputs], [item.grad for item in [*leaves, *layer.parameters()]]


def _fresh(item: Any, leaves: list[Tensor]) -> Any:
    """A copy whose floating tensors want gradients and are remembered in leaves."""
    if isinstance(item, PackedSequence):
        return PackedSequence(_fresh(item.data, leaves), *item[1:])
    if isinstance(item, tuple):
        return tuple(_fresh(part, leaves) for part in item)
    if not isinstance(item, Tensor) or not item.is_floating_point():
        return copy.deepcopy(item)
    leaves.append(item.clone().requires_grad_())
    return leaves[-1] * 1  # a layer that works in place is not given a leaf


def _tensors(output: Any) -> Iterator[Tensor]:
    """The tensors of an output that can be differentiated, however it is nested."""
    if isinstance(output, tuple):
        for part in output:
            yield from _tensors(part)
    elif isinstance(output, Tensor) and output.is_floating_point():
        yield output

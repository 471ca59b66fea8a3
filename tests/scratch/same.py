"""Our layer beside torch's of the same name: one line of test each."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from dongshou import scratch

Shape = Sequence[int]


def same(
    torch_class: type[nn.Module],
    arguments: Sequence[Any] = (),
    keywords: dict[str, Any] | None = None,
    *,
    input: Shape | Tensor | Sequence[Shape | Tensor],
) -> None:
    """Requires torch's start, repr, state_dict keys, and outputs and gradients in training and evaluation.

    input: a shape or a tensor, or a list of them for a layer of several inputs.
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


def _tensor(shape_or_tensor: Shape | Tensor) -> Tensor:
    if isinstance(shape_or_tensor, Tensor):
        return shape_or_tensor
    generator = torch.Generator().manual_seed(1)
    return torch.randn(tuple(shape_or_tensor), dtype=torch.float64, generator=generator)


def _same_answers(ours: nn.Module, theirs: nn.Module, inputs: list[Tensor]) -> None:
    expected, expected_gradients = _answers(theirs, inputs)
    outputs, gradients = _answers(ours, inputs)
    torch.testing.assert_close(outputs, expected, equal_nan=True)
    torch.testing.assert_close(gradients, expected_gradients, equal_nan=True)


def _answers(layer: nn.Module, inputs: list[Tensor]) -> tuple[Tensor, list[Tensor | None]]:
    """The output, and the gradients of parameters and floating inputs for a random gradient of the output."""
    inputs = [item.clone().requires_grad_(item.is_floating_point()) for item in inputs]
    layer.zero_grad()
    torch.manual_seed(2)
    # times one: a layer that works in place is not given a leaf
    output = layer(*[item * 1 for item in inputs])
    generator = torch.Generator().manual_seed(3)
    output.backward(torch.randn(output.shape, dtype=output.dtype, generator=generator))
    return output.detach(), [item.grad for item in [*inputs, *layer.parameters()]]

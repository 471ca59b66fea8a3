"""Functions of layers on inputs of one example, of none, and with axes of length 1 and 0, beside torch's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as torch_functional

from dongshou.scratch import functional

Shape = tuple[int, ...]
Arguments = Callable[..., tuple[list[Any], dict[str, Any]]]  # of the input's shape


def shapes(*axes: int) -> list[Shape]:
    """Every shape of so many axes whose lengths are 0, 1 or 4."""
    return [shape for number in axes for shape in itertools.product((0, 1, 4), repeat=number)]


def normal(shape: Shape, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def affine(shape: Shape) -> tuple[Tensor, Tensor]:
    return normal(shape, 1).requires_grad_(), normal(shape, 2).requires_grad_()


def weight(*shape: int) -> Tensor:
    return normal(shape, 1).requires_grad_()


def statistics(shape: Shape) -> tuple[Tensor, Tensor]:
    return normal(shape, 3), normal(shape, 4).exp()


# of groups of no elements torch makes a gradient of NaN by the weight; ours is 0, the sum of nothing
FULL_GROUPS = [shape for shape in shapes(2, 3, 4) if 0 not in shape[2:]]
# a batch of no examples makes torch's running statistics NaN; ours stay
SOME_EXAMPLES = [shape for shape in shapes(3) if shape[0] > 0]
# without channels torch's convolution has none either, ours has the bias
SOME_CHANNELS = [shape for shape in shapes(2, 3) if shape[-2] > 0]
# of nothing torch makes a mean of NaN, where it does not refuse as ours does
SOME_ELEMENTS = [shape for shape in shapes(2, 3) if 0 not in shape[-2:]]
CASES: dict[str, list[tuple[list[Shape], Arguments]]] = {
    "layer_norm": [
        (shapes(1, 2, 3), lambda *shape: ([shape[-1:], *affine(shape[-1:])], {})),
        (shapes(2, 3), lambda *shape: ([shape, *affine(shape)], {})),
        (shapes(1, 2), lambda *shape: ([shape], {})),
    ],
    "rms_norm": [(shapes(1, 2), lambda *shape: ([shape, affine(shape)[0]], {}))],
    "group_norm": [
        (FULL_GROUPS, lambda *shape: ([1, *affine(shape[1:2])], {})),
        (FULL_GROUPS, lambda *shape: ([shape[1] or 1, *affine(shape[1:2])], {})),
    ],
    "batch_norm": [
        (shapes(2, 3), lambda *shape: ([None, None, *affine(shape[1:2])], dict(training=True))),
        (shapes(2, 3), lambda *shape: ([*statistics(shape[1:2]), *affine(shape[1:2])], dict(training=True))),
        (shapes(2, 3), lambda *shape: ([*statistics(shape[1:2]), *affine(shape[1:2])], {})),
    ],
    "instance_norm": [
        (shapes(3, 4), lambda *shape: ([None, None, *affine(shape[1:2])], {})),
        (SOME_EXAMPLES, lambda *shape: ([*statistics(shape[1:2])], {})),
        (shapes(3), lambda *shape: ([*statistics(shape[1:2])], dict(use_input_stats=False))),
        (shapes(3), lambda *shape: ([*statistics(shape[1:2]), *affine(shape[1:2])], dict(use_input_stats=False))),
    ],
    "local_response_norm": [(shapes(3), lambda *shape: ([3], {}))],
    "conv1d": [
        (SOME_CHANNELS, lambda *shape: ([weight(2, shape[-2], 1), affine((2,))[0]], {})),
        (SOME_CHANNELS, lambda *shape: ([weight(4, shape[-2], 3)], dict(padding=1, stride=2))),
    ],
    "conv_transpose1d": [
        (SOME_CHANNELS, lambda *shape: ([weight(shape[-2], 3, 2), affine((3,))[0]], dict(stride=2))),
    ],
    "avg_pool1d": [(shapes(2, 3), lambda *shape: ([1], {})), (shapes(2, 3), lambda *shape: ([4, 2, 2], {}))],
    "avg_pool2d": [(shapes(3), lambda *shape: ([(1, 2), (), (0, 1)], dict(ceil_mode=True)))],
    "max_pool1d": [(shapes(2, 3), lambda *shape: ([1], {})), (shapes(2, 3), lambda *shape: ([4, 2, 2], {}))],
    "max_pool2d": [(shapes(3, 4), lambda *shape: ([1], {}))],
    "lp_pool1d": [(shapes(2, 3), lambda *shape: ([2.0, 1], {}))],
    **{
        f"adaptive_{kind}_pool1d": [
            (SOME_ELEMENTS, lambda *shape: ([1], {})),
            (SOME_ELEMENTS, lambda *shape: ([3], {})),
        ]
        for kind in ("avg", "max")
    },
    "pad": [
        (shapes(2, 3), lambda *shape: ([(1, 1), "constant"], {})),
        (shapes(2, 3), lambda *shape: ([(1, 1), "reflect"], {})),
        (shapes(2, 3), lambda *shape: ([(2, -1), "replicate"], {})),
        (shapes(2, 3), lambda *shape: ([(1, 1), "circular"], {})),
    ],
    "unfold": [(shapes(3, 4), lambda *shape: ([1], {}))],
    "channel_shuffle": [([shape for shape in shapes(3, 4) if shape[1] > 0], lambda *shape: ([1], {}))],
    "pixel_shuffle": [([shape for shape in shapes(3, 4) if 0 not in shape], lambda *shape: ([2], {}))],
    "pixel_unshuffle": [
        ([shape for shape in shapes(3, 4) if 0 not in shape], lambda *shape: ([1], {})),
        ([shape for shape in shapes(3) if 0 not in shape], lambda *shape: ([2], {})),
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_same_as_torchs(name):
    for chosen, arguments in CASES[name]:
        for shape in chosen:
            others, keywords = arguments(*shape)
            expected = answer(getattr(torch_functional, name), shape, others, keywords)
            ours = answer(getattr(functional, name), shape, others, keywords)
            where = f"{name} of {shape}"
            if isinstance(expected, Exception):
                assert isinstance(ours, Exception), f"{where}: torch refuses it, {expected}"
                continue
            assert not isinstance(ours, Exception), f"{where}: {ours!r}"
            explain = lambda message, where=where: f"{where}: {message}"
            torch.testing.assert_close(ours, expected, equal_nan=True, msg=explain)


def answer(function: Callable, shape: Shape, others: Sequence[Any], keywords: dict) -> list[Tensor | None] | Exception:
    """The output, the gradients and what became of the other tensors; or what the function says against them."""
    arguments = [normal(shape, 0).requires_grad_(), *others]
    arguments = [
        item.detach().clone().requires_grad_(item.requires_grad) if isinstance(item, Tensor) else item
        for item in arguments
    ]
    tensors = [item for item in arguments if isinstance(item, Tensor)]
    leaves = [item for item in tensors if item.requires_grad]
    try:
        output = function(*arguments, **keywords)
    except Exception as error:
        return error
    gradients = torch.autograd.grad(output, leaves, normal(output.shape, 3), allow_unused=True)
    return [output.detach(), *gradients, *tensors]

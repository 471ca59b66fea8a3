"""Every operator beside torch on random inputs: value, gradient, forward mode and second derivatives."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import dongshou.autograd as ag
from dongshou.autograd import operator
from dongshou.autograd.operators.convolution import overlap_add
from dongshou.autograd.operators.shape import alias, broadcast_to
from tests.autograd.beside import same

SHAPES = {"equal": ((3, 4), (3, 4)), "row": ((3, 4), (4,)), "outer": ((3, 1), (1, 4)), "scalar": ((), (2, 3))}

BINARY = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": lambda x, y: x**y,
}

UNARY = {
    "negative": (lambda x: -x, lambda x: -x),
    "exp": (ag.exp, torch.exp),
    "log": (ag.log, torch.log),
    "sin": (ag.sin, torch.sin),
    "cos": (ag.cos, torch.cos),
    "tanh": (ag.tanh, torch.tanh),
    "sigmoid": (ag.sigmoid, torch.sigmoid),
    "sqrt": (ag.sqrt, torch.sqrt),
    "abs": (lambda x: abs(x - 1), lambda x: abs(x - 1)),
    "relu": (lambda x: ag.relu(x - 1), lambda x: torch.relu(x - 1)),
    "cube": (lambda x: x**3, lambda x: x**3),
    "exponential": (lambda x: 2**x, lambda x: 2**x),
    "reciprocal": (lambda x: 1 / x, lambda x: 1 / x),
    "alias": (alias, lambda x: x.clone()),
    "transpose": (lambda x: x.transpose(2, 0, 1), lambda x: x.permute(2, 0, 1)),
    "T": (lambda x: x.T, lambda x: x.permute(2, 1, 0)),
    "mT": (lambda x: x.mT, lambda x: x.mT),
    "reshape": (lambda x: x.reshape(4, -1) ** 2, lambda x: x.reshape(4, -1) ** 2),
    "broadcast_to": (lambda x: broadcast_to(x, shape=(5, 2, 3, 4)) ** 2, lambda x: x.expand(5, 2, 3, 4) ** 2),
    "sum": (lambda x: x.sum() ** 2, lambda x: x.sum() ** 2),
    "sum over axes": (lambda x: x.sum((0, -1)) ** 2, lambda x: x.sum((0, -1)) ** 2),
    "mean": (lambda x: x.mean(1, keepdims=True) ** 2, lambda x: x.mean(1, keepdim=True) ** 2),
    "max": (lambda x: x.max(1) ** 2, lambda x: x.amax(1) ** 2),
    "max of all": (lambda x: x.max() ** 2, lambda x: x.max() ** 2),
    "max with ties": (lambda x: (x * 0 + x.max(0)).max((0, 2)), lambda x: (x * 0 + x.amax(0)).amax((0, 2))),
    "min": (lambda x: x.min((1, 2)) ** 2, lambda x: x.amin((1, 2)) ** 2),
    "logsumexp": (lambda x: ag.logsumexp(x, 1), lambda x: x.logsumexp(1)),
    "index": (lambda x: x[1] ** 2, lambda x: x[1] ** 2),
    "slice": (lambda x: x[:, 1:, ::2] ** 2, lambda x: x[:, 1:, ::2] ** 2),
    "new axis": (lambda x: x[..., None, 0] ** 2, lambda x: x[..., None, 0] ** 2),
    "gather": (lambda x: x[[0, 1, 0], [2, 2, 2]] ** 2, lambda x: x[[0, 1, 0], [2, 2, 2]] ** 2),
    "mask": (lambda x: x[:, np.array([True, False, True])], lambda x: x[:, [True, False, True]]),
    "pad": (lambda x: ag.pad(x, 2) ** 2, lambda x: F.pad(x, (2, 2, 2, 2)) ** 2),
}


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("function", BINARY.values(), ids=BINARY)
def test_binary(function, shapes, generator) -> None:
    same(function, function, [generator.uniform(0.5, 2, shape) for shape in shapes])


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
def test_choosing(shapes, generator) -> None:
    inputs = [generator.standard_normal(shape) for shape in shapes]
    condition = generator.random(np.broadcast_shapes(*shapes)) < 0.5
    same(ag.maximum, torch.maximum, inputs)
    same(ag.minimum, torch.minimum, inputs)
    same(
        lambda x, y: ag.where(condition, x**2, y**3),
        lambda x, y: torch.where(torch.tensor(condition), x**2, y**3),
        inputs,
    )


@pytest.mark.parametrize(("ours", "theirs"), UNARY.values(), ids=UNARY)
def test_unary(ours, theirs, generator) -> None:
    same(ours, theirs, [generator.uniform(0.2, 2, (2, 3, 4))])


PRODUCTS = [
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((2, 1, 2, 3), (4, 3, 2)),
    ((3,), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3,)),
]


@pytest.mark.parametrize("shapes", PRODUCTS, ids=str)
def test_matmul(shapes, generator) -> None:
    same(ag.matmul, torch.matmul, [generator.standard_normal(shape) for shape in shapes])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_concatenate(count, axis, generator) -> None:
    inputs = [generator.standard_normal((2, 3)) for _ in range(count)]
    same(lambda *xs: ag.concatenate(xs, axis) ** 2, lambda *xs: torch.cat(xs, axis) ** 2, inputs)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 2), (2, 1)])
def test_conv2d(stride, padding, generator) -> None:
    inputs = [generator.standard_normal(shape) for shape in [(2, 3, 6, 7), (4, 3, 3, 2), (4,)]]
    same(
        lambda x, w, b: ag.conv2d(x, w, b, stride, padding),
        lambda x, w, b: F.conv2d(x, w, b, stride, padding),
        inputs,
    )


@pytest.mark.parametrize(("size", "stride"), [(2, None), (3, 1), (2, 3)])
def test_pooling(size, stride, generator) -> None:
    inputs = [generator.standard_normal((2, 3, 7, 6))]
    same(lambda x: ag.max_pool2d(x, size, stride) ** 2, lambda x: F.max_pool2d(x, size, stride) ** 2, inputs)
    same(lambda x: ag.avg_pool2d(x, size, stride) ** 2, lambda x: F.avg_pool2d(x, size, stride) ** 2, inputs)


def test_overlap_add(generator) -> None:
    def theirs(x: torch.Tensor) -> torch.Tensor:
        return F.fold(x.reshape(2, 3 * 4, 9), (4, 4), kernel_size=2) ** 2

    ours = lambda x: overlap_add(x, size=(2, 2), stride=1, shape=(2, 3, 4, 4)) ** 2
    same(ours, theirs, [generator.standard_normal((2, 3, 2, 2, 3, 3))])


def test_power_at_zero() -> None:
    inputs = [np.array([0.0, 0.0, 0.0, 2.0])]
    for exponent in (0, 1, 2, 3):
        same(lambda x, n=exponent: x**n, lambda x, n=exponent: x**n, inputs)


def test_no_overflow() -> None:
    extreme = ag.Tensor([-1000.0, 0.0, 1000.0], requires_grad=True)
    assert ag.sigmoid(extreme).data.tolist() == [0, 0.5, 1]
    assert ag.logsumexp(extreme).item() == 1000


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_numbers_do_not_change_the_precision(dtype) -> None:
    x = ag.Tensor(np.ones((2, 3), dtype), requires_grad=True)
    y = ag.where(x > 0, 2 * x**2 / 3 + 1, 0.0).mean() + ag.maximum(x, 0.5).max() + ag.concatenate([x, x]).mean()
    (gradient,) = ag.grad(y, x)
    assert y.dtype == gradient.dtype == dtype


OPERATORS = [item for item in operator.TABLE.values() if item.forward.__module__.startswith("dongshou.")]


@pytest.mark.parametrize("item", OPERATORS, ids=lambda item: item.name)
def test_every_operator_is_declared_whole(item) -> None:
    """The names that rules ask for exist, and every input has a rule: but for conditions, which have none."""
    parameters = set(inspect.signature(item.forward).parameters)
    known = {"out", *parameters, *(f"{name}_shape" for name in item.inputs)}
    assert set(item.inputs) - {"condition"} == set(item.rules)
    for rule in item.rules.values():
        assert {*operator.needs(rule.vjp), *operator.needs(rule.jvp)} <= known


def test_no_operator_is_without_a_test() -> None:
    """Whoever adds an operator comes by here, and adds its test above."""
    elementwise = "add subtract multiply divide negative power exp log sin cos tanh sigmoid absolute maximum where relu"
    others = "sum max matmul alias reshape transpose broadcast_to getitem scatter concatenate windows overlap_add"
    assert {item.name for item in OPERATORS} == set(f"{elementwise} {others}".split())

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
from dongshou.autograd.operators.shape import broadcast_to, clone
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
    "log1p": (ag.log1p, torch.log1p),
    "expm1": (ag.expm1, torch.expm1),
    "tan": (ag.tan, torch.tan),
    "sinh": (ag.sinh, torch.sinh),
    "cosh": (ag.cosh, torch.cosh),
    "arcsin": (lambda x: ag.arcsin(x / 3), lambda x: torch.arcsin(x / 3)),
    "arccos": (lambda x: ag.arccos(x / 3 - 0.2), lambda x: torch.arccos(x / 3 - 0.2)),
    "arctan": (ag.arctan, torch.arctan),
    "sign": (lambda x: ag.sign(x - 1) * x, lambda x: torch.sign(x - 1) * x),
    "tanh": (ag.tanh, torch.tanh),
    "sigmoid": (ag.sigmoid, torch.sigmoid),
    "sqrt": (ag.sqrt, torch.sqrt),
    "abs": (lambda x: abs(x - 1), lambda x: abs(x - 1)),
    "relu": (lambda x: ag.relu(x - 1), lambda x: torch.relu(x - 1)),
    "cube": (lambda x: x**3, lambda x: x**3),
    "exponential": (lambda x: 2**x, lambda x: 2**x),
    "reciprocal": (lambda x: 1 / x, lambda x: 1 / x),
    "clone": (clone, lambda x: x.clone()),
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
    "prod": (lambda x: x.prod(), lambda x: x.prod()),
    "prod over an axis": (lambda x: x.prod(1), lambda x: x.prod(1)),
    "prod over axes": (lambda x: x.prod([0, -1], keepdims=True), lambda x: x.prod(0, True).prod(2, True)),
    "cumsum": (lambda x: x.cumsum(1) ** 2, lambda x: x.cumsum(1) ** 2),
    "cumsum of all": (lambda x: x.cumsum() ** 2, lambda x: x.reshape(-1).cumsum(0) ** 2),
    "var": (lambda x: x.var(), lambda x: x.var()),
    "var over axes": (
        lambda x: ag.var(x, (0, 2), keepdims=True, correction=0),
        lambda x: x.var((0, 2), keepdim=True, correction=0),
    ),
    "std": (lambda x: x.std(1), lambda x: x.std(1)),
    "flip": (lambda x: ag.flip(x, (0, -1)) ** 2, lambda x: x.flip((0, -1)) ** 2),
    "flip of all": (lambda x: ag.flip(x)[0] ** 2, lambda x: x.flip((0, 1, 2))[0] ** 2),
    "tile": (lambda x: ag.tile(x, (2, 1, 3)) ** 2, lambda x: x.tile((2, 1, 3)) ** 2),
    "tile more axes": (lambda x: ag.tile(x, (2, 1, 1, 3)) ** 2, lambda x: x.tile((2, 1, 1, 3)) ** 2),
    "tile fewer axes": (lambda x: ag.tile(x, 2) ** 2, lambda x: x.tile((2,)) ** 2),
    "repeat": (lambda x: ag.repeat(x, 3, 1) ** 2, lambda x: x.repeat_interleave(3, 1) ** 2),
    "repeat by counts": (
        lambda x: ag.repeat(x, [2, 0, 1], 1) ** 2,
        lambda x: x.repeat_interleave(torch.tensor([2, 0, 1]), 1) ** 2,
    ),
    "repeat of all": (lambda x: ag.repeat(x, 2) ** 2, lambda x: x.repeat_interleave(2) ** 2),
    "squeeze": (lambda x: ag.squeeze(x[:1, :, :1]) ** 2, lambda x: x[:1, :, :1].squeeze() ** 2),
    "squeeze an axis": (lambda x: x[:1, :, :1].squeeze(-1) ** 2, lambda x: x[:1, :, :1].squeeze(-1) ** 2),
    "squeeze no axis": (lambda x: x.squeeze(1) ** 2, lambda x: x.squeeze(1) ** 2),
    "split": (lambda x: ag.split(x, 2, 1)[1] ** 2, lambda x: x.split(2, 1)[1] ** 2),
    "split by sizes": (lambda x: ag.split(x, [1, 3], -1)[1] ** 2, lambda x: x.split([1, 3], -1)[1] ** 2),
    "split one by one": (lambda x: ag.split(x, 1)[1] ** 2, lambda x: x.split(1)[1] ** 2),
    "split off nothing": (lambda x: ag.split(x, [0, 3], 1)[1] ** 2, lambda x: x.split([0, 3], 1)[1] ** 2),
    "clip": (lambda x: ag.clip(x, 0.5, 1.5) ** 2, lambda x: x.clip(0.5, 1.5) ** 2),
    "clip from above": (lambda x: x.clip(max=1.0) ** 2, lambda x: x.clip(max=1.0) ** 2),
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
    half = torch.tensor(0.5).double()
    expanded = torch.broadcast_tensors  # torch's own derivative fails where its bounds are smaller than x
    same(lambda x, y: ag.clip(x, y, 0.5), lambda x, y: torch.clip(*expanded(x, y, half)), inputs)
    same(lambda x, y: ag.clip(x, -0.5, y), lambda x, y: torch.clip(*expanded(x, -half, y)), inputs)
    same(
        lambda x, y: ag.where(condition, x**2, y**3),
        lambda x, y: torch.where(torch.tensor(condition), x**2, y**3),
        inputs,
    )


@pytest.mark.parametrize(("ours", "theirs"), UNARY.values(), ids=UNARY)
def test_unary(ours, theirs, generator) -> None:
    same(ours, theirs, [generator.uniform(0.2, 2, (2, 3, 4))])


REDUCTIONS = "sum mean var std prod max min logsumexp".split()


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_as_functions_and_methods(name, generator) -> None:
    """Of everything or along an axis, with and without the axis kept, by position and by name."""
    x, function = generator.standard_normal((2, 3, 4)), getattr(ag, name)
    theirs = getattr(torch, {"max": "amax", "min": "amin"}.get(name, name))
    method = getattr(ag.Tensor(x), name, None) or (lambda *args, **named: function(ag.Tensor(x), *args, **named))
    for axis in (None, 1, (0, -1)):
        for call in (lambda *args, **named: function(x, *args, **named), method):
            found, with_axes = call(axis), call(axis, keepdims=True)
            axes = tuple(range(3)) if axis is None else axis
            if name != "prod":  # torch's takes one axis
                np.testing.assert_allclose(found.data, theirs(torch.tensor(x), axes).numpy(), rtol=1e-12)
            assert with_axes.shape == x.sum(axes, keepdims=True).shape and found.shape == x.sum(axes).shape
            np.testing.assert_array_equal(with_axes.data.ravel(), found.data.ravel())
            np.testing.assert_array_equal(call(axis=axis, keepdims=False).data, found.data)
            if axis is None:
                np.testing.assert_array_equal(call().data, found.data)


PRODUCTS = [
    ((3, 3), (3, 3)),  # square: a product with the wrong one of two transposes has the right shape
    ((2, 3, 3), (2, 3, 3)),
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


def test_outer(generator) -> None:
    same(ag.outer, torch.outer, [generator.standard_normal(3), generator.standard_normal(4)])
    same(ag.outer, torch.outer, [generator.standard_normal(3), generator.standard_normal(3)])


SUBSCRIPTS = {
    "ij,jk->ik": [(2, 3), (3, 4)],
    "ij,kj->ki": [(3, 3), (3, 3)],
    "bij,bjk->bik": [(2, 3, 4), (2, 4, 5)],
    "bhqd,bhkd->bhqk": [(2, 3, 4, 2), (2, 3, 5, 2)],
    "...ij,...jk->...ik": [(2, 1, 3, 4), (5, 4, 2)],
    "i,j,k->kij": [(2,), (3,), (4,)],
    "ij,jk,kl->il": [(2, 3), (3, 4), (4, 2)],
    "bi,io,bo->b": [(3, 2), (2, 4), (3, 4)],
    "ij,j": [(2, 3), (3,)],
    "ba": [(2, 3)],
    "ij->": [(2, 3)],
    "...->...": [(2, 3)],
    "ii": [(3, 3)],
    "ii->i": [(3, 3)],
    "iji->j": [(3, 2, 3)],
    "iii": [(3, 3, 3)],
    "i j , i j -> j": [(2, 3), (2, 3)],
    "ij,ij->ij": [(2, 3), (2, 1)],
}


@pytest.mark.parametrize(("subscripts", "shapes"), SUBSCRIPTS.items(), ids=SUBSCRIPTS)
def test_einsum(subscripts, shapes, generator) -> None:
    inputs = [generator.standard_normal(shape) for shape in shapes]
    same(lambda *xs: ag.einsum(subscripts, *xs) ** 2, lambda *xs: torch.einsum(subscripts, *xs) ** 2, inputs)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_stack(count, axis, generator) -> None:
    inputs = [generator.standard_normal((2, 3)) for _ in range(count)]
    same(lambda *xs: ag.stack(xs, axis) ** 2, lambda *xs: torch.stack(xs, axis) ** 2, inputs)


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


def test_conv2d_with_as_many_kernels_as_places(generator) -> None:
    """A bias along the wrong axis, or a weight transposed, would have the right shape here."""
    inputs = [generator.standard_normal(shape) for shape in [(4, 4, 3, 3), (4, 4, 2, 2), (4,)]]
    same(lambda x, w, b: ag.conv2d(x, w, b) ** 2, lambda x, w, b: F.conv2d(x, w, b) ** 2, inputs)


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
    arithmetic = "add subtract multiply divide negative power sqrt"
    functions = "exp expm1 log log1p sigmoid sinh cosh tanh sin cos tan arcsin arccos arctan"
    choices = "where relu sign absolute maximum minimum clip max min"
    reductions = "sum var root cumsum logsumexp matmul"
    shapes = "clone cast reshape transpose broadcast_to getitem scatter concatenate windows overlap_add"
    assert {item.name for item in OPERATORS} == set(f"{arithmetic} {functions} {choices} {reductions} {shapes}".split())

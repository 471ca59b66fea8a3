"""Python's and NumPy's ways to use a tensor: with the right derivative, or refused in one line. Never lost silently."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import dongshou.autograd as ag
from dongshou.autograd import Tensor, grad, jvp
from dongshou.errors import UsageError

RECORDED = {
    "exp": (np.exp, ag.exp),
    "sqrt": (np.sqrt, ag.sqrt),
    "arctan": (np.arctan, ag.arctan),
    "log1p": (np.log1p, ag.log1p),
    "abs": (np.abs, abs),
    "square": (np.square, lambda x: x * x),
    "power": (lambda x: np.power(x, 3), lambda x: x**3),
    "array times": (lambda x: np.arange(3.0) * x, lambda x: x * np.arange(3.0)),
    "number over": (lambda x: np.float64(2) / x, lambda x: 2 / x),
    "array minus": (lambda x: np.arange(3.0) - x, lambda x: -x + np.arange(3.0)),
    "matrix times": (lambda x: np.arange(6.0).reshape(2, 3) @ x.T, lambda x: (x @ np.arange(6.0).reshape(2, 3).T).T),
    "maximum": (lambda x: np.maximum(1.0, x), lambda x: ag.maximum(x, 1.0)),
    "where": (lambda x: np.where(x > 1, x, 2 * x), lambda x: ag.where(x > 1, x, 2 * x)),
    "clip": (lambda x: np.clip(x, 0.5, 1.5), lambda x: ag.clip(x, 0.5, 1.5)),
    "sum": (lambda x: np.sum(x, axis=1), lambda x: x.sum(1)),
    "mean": (lambda x: np.mean(x, 0, keepdims=True), lambda x: x.mean(0, keepdims=True)),
    "var": (lambda x: np.var(x, axis=1), lambda x: x.var(1, correction=0)),  # NumPy's convention, not torch's
    "std": (lambda x: np.std(x, ddof=1), lambda x: x.std()),
    "prod": (np.prod, ag.prod),
    "cumsum": (lambda x: np.cumsum(x, axis=1), lambda x: x.cumsum(1)),
    "max": (lambda x: np.max(x, axis=0), lambda x: x.max(0)),
    "amin": (np.amin, lambda x: x.min()),
    "stack": (lambda x: np.stack([x, 2 * x], axis=1), lambda x: ag.stack([x, 2 * x], 1)),
    "concatenate": (lambda x: np.concatenate([x, np.ones((1, 3))]), lambda x: ag.concatenate([x, np.ones((1, 3))])),
    "split by number": (lambda x: np.split(x, 3, axis=1)[1], lambda x: x[:, 1:2]),
    "split by places": (lambda x: np.split(x, [1], axis=1)[1], lambda x: x[:, 1:]),
    "tile": (lambda x: np.tile(x, (2, 1)), lambda x: ag.tile(x, (2, 1))),
    "repeat": (lambda x: np.repeat(x, 2, axis=0), lambda x: ag.repeat(x, 2, 0)),
    "flip": (np.flip, ag.flip),
    "squeeze": (lambda x: np.squeeze(x[:1]), lambda x: x[0]),
    "reshape": (lambda x: np.reshape(x, (3, 2)), lambda x: x.reshape(3, 2)),
    "transpose": (np.transpose, lambda x: x.T),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, 2, 3)), lambda x: ag.stack([x, x])),
    "outer": (lambda x: np.outer(x[0], x[1]), lambda x: ag.outer(x[0], x[1])),
    "einsum": (lambda x: np.einsum("ij,kj->ik", x, x), lambda x: x @ x.T),
}


@pytest.mark.parametrize(("numpys", "ours"), RECORDED.values(), ids=RECORDED)
def test_functions_of_numpy_are_recorded(numpys, ours) -> None:
    values = np.random.default_rng(0).uniform(0.2, 2, (2, 3))
    x = Tensor(values, requires_grad=True)
    found, expected = numpys(x), ours(x)
    assert isinstance(found, Tensor)
    np.testing.assert_allclose(found.data, numpys(values), rtol=1e-12)  # what NumPy makes of the array
    seed = np.random.default_rng(1).standard_normal(found.shape)
    np.testing.assert_allclose(grad(found, x, seed)[0].data, grad(expected, x, seed)[0].data, rtol=1e-12)


def in_place(x: Tensor) -> None:
    array = np.ones((2, 3))
    array += x


def assigned(x: Tensor) -> None:
    array = np.ones((2, 3))
    array[:] = x * 2


LOSING = {
    "floor": (np.floor, "numpy.floor is not recorded"),
    "sort": (np.sort, "numpy.sort is not recorded"),
    "norm": (np.linalg.norm, "numpy.linalg.norm is not recorded"),
    "reduce": (np.add.reduce, "numpy.add.reduce is not recorded"),
    "out": (lambda x: np.exp(x, out=np.ones((2, 3))), "numpy.exp is not recorded"),
    "copyto": (lambda x: np.copyto(np.ones((2, 3)), x), "numpy.copyto is not recorded"),
    "sum in another precision": (lambda x: np.sum(x, dtype=np.float32), "takes x, axis, keepdims; .*'dtype'"),
    "in place": (in_place, "numpy.add is not recorded"),
    "assigned": (assigned, "would lose it as an array"),
    "array": (np.array, "would lose it as an array"),
    "list": (lambda x: np.array([x[0], x[1]]), "would lose it as an array"),
    "list of numbers": (lambda x: np.array([x[0, 0], x[1, 1]]), "would lose it as an array"),
    "tensor of a list": (lambda x: Tensor([x[0], x[1]]), "would lose it as an array"),
    "plus a list": (lambda x: x + [x[0], x[1]], "would lose it as an array"),
}


@pytest.mark.parametrize(("function", "message"), LOSING.values(), ids=LOSING)
def test_what_would_lose_the_gradient_is_refused(function, message) -> None:
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    with pytest.raises(UsageError, match=message) as caught:
        function(x)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("function", [np.floor, np.sort, np.linalg.norm, np.add.reduce, np.array, in_place, assigned])
def test_where_no_gradient_is_wanted_all_of_numpy_works(function) -> None:
    x = Tensor(np.array([[2.5, 1.5, 3.5], [0.5, 1.0, 2.0]]))
    np.testing.assert_array_equal(function(x), function(x.data))
    with ag.no_grad():
        np.testing.assert_array_equal(function(Tensor(x.data, requires_grad=True)), function(x.data))


def test_questions_are_answered_with_arrays() -> None:
    x = Tensor([1.0, np.nan, 3.0], requires_grad=True)
    assert np.isnan(x).tolist() == (x != x).tolist() == [False, True, False]
    assert (np.arange(3) < x).tolist() == [True, False, True] and np.argmax(x[::2]) == 1
    assert np.shape(x) == (3,) and np.zeros_like(x).tolist() == [0, 0, 0] and not np.allclose(x, x)


# Numbers, truth, text


def test_a_single_number() -> None:
    for x in (Tensor(2.0), Tensor([2.0]), Tensor([[2.0]], requires_grad=True)):
        assert float(x) == x.item() == 2 and int(x) == 2 and bool(x) and f"{x:.3f}" == "2.000"
    assert not bool(Tensor([0.0])) and not Tensor(0.0) and not Tensor([False])
    assert f"{Tensor(2.5)}" == "2.5" and f"{Tensor([2.5])}" == "Tensor([2.5])" and "abc"[Tensor(2.0)] == "c"


@pytest.mark.parametrize("function", [bool, float, int, Tensor.item, lambda x: f"{x:.3f}"])
def test_several_numbers_are_not_one(function) -> None:
    with pytest.raises(UsageError, match=r"Only a tensor of one element .*\(2,\)"):
        function(Tensor([1.0, 2.0]))


def test_tensors_as_index() -> None:
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    assert x[Tensor([2, 0, 2])].data.tolist() == [3, 1, 3] and x[Tensor(1.0)].item() == 2
    assert x[Tensor([True, False, True])].data.tolist() == [1, 3] and x[[]].shape == (0,)
    assert x.reshape(1, 3)[0, Tensor([1, 1])].data.tolist() == [2, 2]
    assert grad(x[Tensor([2, 0, 2])].sum(), x)[0].data.tolist() == [1, 0, 2]
    y = ag.zeros(3)
    y[Tensor([0, 2])] = 5
    assert y.data.tolist() == [5, 0, 5]


def test_lists_of_axes_and_sizes() -> None:
    x = ag.ones(2, 3, 4)
    assert x.sum([0, 2]).shape == x.max([0, -1]).shape == x.var([0, 2]).shape == (3,)
    assert x.reshape([6, 4]).shape == (6, 4) and x.transpose([1, 0, 2]).shape == (3, 2, 4)
    assert ag.tile(x, np.int64(2)).shape == (2, 3, 8) and len(ag.split(x, np.int64(3), 1)) == 1
    assert x.sum(np.int64(-1)).shape == (2, 3) and x.reshape(np.int64(24)).shape == (24,)


REFUSED = {
    "complex number": (lambda x: Tensor(1j), "real numbers; got complex128"),
    "complex array": (lambda x: x * np.array(1j), "real numbers; got complex128"),
    "complex seed": (lambda x: x.backward(np.ones(3) * 1j), "real numbers; got complex128"),
    "complex tangent": (lambda x: jvp(ag.exp, [1.0], [1j]), "real numbers; got complex128"),
    "complex assigned": (lambda x: ag.zeros(3).__setitem__(0, 1j), "real numbers; got complex128"),
    "text": (lambda x: Tensor("abc"), "holds numbers; got an array of <U3"),
    "nothing": (lambda x: Tensor(None), "holds numbers; got an array of object"),
    "booleans": (lambda x: Tensor([True], requires_grad=True), "no derivative"),
    "index with a fraction": (lambda x: x[Tensor(0.5)], "whole numbers"),
    "assigned too much": (lambda x: ag.zeros(3).__setitem__(0, [1, 2]), r"Assignment to a tensor of shape \(3,\)"),
    "no such axis": (lambda x: x.sum(-2), r"sum over axis -2 .*\(3,\)"),
    "an axis twice": (lambda x: x.max((0, -1)), r"max over axis \(0, -1\) .*repeated"),
    "axis of a fraction": (lambda x: x.mean(0.5), "over axis 0.5"),
    "no such axis to stack": (lambda x: ag.stack([x, x], 3), "stack over axis 3"),
    "stack of shapes": (lambda x: ag.stack([x, x[:2]]), r"one shape; got \(2,\), \(3,\)"),
    "stack of none": (lambda x: ag.stack([]), "at least one"),
    "split": (lambda x: ag.split(x, 0), "add up to 3"),
    "split sizes": (lambda x: ag.split(x, [1, 1]), "add up to 3"),
    "numpy's split": (lambda x: np.split(x, 2), "does not divide into 2"),
    "repeat": (lambda x: ag.repeat(x, [1, 2]), r"repeat of shape \(3,\)"),
    "clip": (ag.clip, "needs a bound"),
    "einsum operands": (lambda x: ag.einsum("i,j", x), "names 2 operands; got 1"),
    "einsum axes": (lambda x: ag.einsum("ij", x), r"does not fit the axes of shape \(3,\)"),
    "einsum sizes": (lambda x: ag.einsum("i,i", x, x[:2]), "axes named i differ in size"),
    "einsum result": (lambda x: ag.einsum("i->ij", x), "does not fit"),
    "einsum letters": (lambda x: ag.einsum("1", x), 'needs letters, .*got "1"'),
}


@pytest.mark.parametrize(("function", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_in_one_line(function, message) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        function(Tensor([1.0, 2.0, 3.0], requires_grad=True))
    assert "\n" not in str(caught.value)


# Names and copies


def test_tensor_is_a_function_as_in_torch() -> None:
    x = ag.tensor([1, 2], requires_grad=True)
    assert isinstance(x, Tensor) and x.requires_grad and x.dtype == np.float64
    halves = ag.tensor([0.1, 2], dtype="float32", requires_grad=True)
    assert halves.dtype == np.float32 and halves.requires_grad and halves.data[0] == np.float32(0.1)
    assert ag.tensor([0, 2], dtype=bool).data.tolist() == [False, True]
    values = np.array([1.0, 2.0])
    copied = ag.tensor(values, dtype=np.float64)
    values[0] = 9
    assert copied.data.tolist() == [1, 2]
    with pytest.raises(UsageError, match="floating-point numbers or booleans; got dtype=int64"):
        ag.tensor([1.9], dtype="int64")
    assert callable(ag.grad) and callable(ag.graph) and callable(ag.gradcheck) and callable(ag.jvp)


def test_copies() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert twin is not x and twin.name == "x" and twin.requires_grad and twin.data.tolist() == [1, 2]

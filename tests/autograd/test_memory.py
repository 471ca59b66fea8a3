"""No result shares its memory with another or with what was given; gradients have the precision of their tensors."""

from __future__ import annotations

import numpy as np
import pytest

import dongshou.autograd as ag
from dongshou.autograd import Tensor, grad, jvp, nn


def parameter(values) -> Tensor:
    return Tensor(values, requires_grad=True)


def apart(*tensors: Tensor) -> bool:
    arrays = [x.data for x in tensors]
    return not any(np.shares_memory(x, y) for i, x in enumerate(arrays) for y in arrays[:i])


@pytest.mark.parametrize("create_graph", [False, True])
def test_gradients_are_tensors_of_their_own(create_graph) -> None:
    x, y, seed = parameter([1.0, 2.0]), parameter([3.0, 4.0]), Tensor([1.0, 1.0])
    (x + y).backward(seed, create_graph=create_graph)
    assert x.grad is not None and y.grad is not None and apart(x.grad, y.grad, seed)
    with ag.no_grad():
        x.grad[0] = 7.0
    assert y.grad.data.tolist() == [1, 1] and seed.data.tolist() == [1, 1]


def test_nor_does_grad_give_the_same_twice() -> None:
    x, y, seed = parameter([1.0, 2.0]), parameter([3.0, 4.0]), Tensor([1.0, 1.0])
    total = x + y
    assert apart(seed, *grad(total, [x, y, total], seed))
    assert apart(*grad(total, [x, x], seed))


def test_the_seed_of_a_leaf_does_not_become_its_gradient() -> None:
    x, seed = parameter([1.0, 2.0]), Tensor([3.0, 4.0])
    x.backward(seed)
    assert x.grad is not seed and x.grad is not None and apart(x.grad, seed)


def test_forward_mode_gives_a_tangent_of_its_own() -> None:
    x, t = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    value, tangent = jvp(lambda x: x, [x], [t])
    assert value is not x and tangent is not t and apart(x, t, value, tangent)


def test_an_array_may_be_used_again() -> None:
    """The index, the mask, the labels and the factor are others by the time the gradient is computed."""
    x = parameter(np.arange(12.0).reshape(4, 3))
    index, mask, labels, factor = np.array([0, 2, 2]), np.array([True, False, True, False]), [0, 1, 2, 2], np.ones(3)
    chosen = ag.where(mask[:, None], x, 0.0).sum() + x[index].sum() + x[mask].sum() + (x * factor).sum()
    buffer = np.array(labels)
    loss = chosen + nn.cross_entropy(x, buffer) + x[labels, [0, 0, 1, 1]].sum()
    expected = grad(loss, x)[0].data
    index[:], mask[:], buffer[:], factor[:], labels[:] = 1, False, 0, 9.0, [0, 0, 0, 0]
    np.testing.assert_array_equal(grad(loss, x)[0].data, expected)
    t = np.ones((4, 3))

    def reused(x: Tensor) -> Tensor:
        places = np.array([0, 1])
        taken = x[places].sum()
        places[:] = 3
        return taken

    assert jvp(reused, [x.data], [t])[1].item() == 6


# Precision


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_gradient_has_the_precision_of_its_tensor(dtype) -> None:
    x, y = parameter(np.ones(3, dtype)), parameter(np.ones(3))
    product = x * y * np.arange(3.0)
    assert product.dtype == np.float64
    along_x, along_y = grad(product, [x, y], np.ones(3), create_graph=True)
    assert (along_x.dtype, along_y.dtype) == (dtype, np.float64) and along_x.data.tolist() == [0, 1, 2]
    assert grad((along_x * along_x).sum(), x)[0].dtype == dtype
    (x * x).backward(np.ones(3))
    assert x.grad is not None and x.grad.dtype == dtype
    value, tangent = jvp(lambda x: x * x, [x], [np.ones(3)])
    assert value.dtype == tangent.dtype == dtype


def test_a_seed_takes_the_precision_of_its_output() -> None:
    x = parameter(np.ones(2, np.float32))
    assert grad(x.exp(), x, [1.0, 2.0])[0].dtype == np.float32


def test_whole_numbers_do_not_raise_the_precision() -> None:
    x = parameter(np.ones(3, np.float32))
    for other in (2, True, np.int64(2), np.arange(3), np.array([True, False, True]), 2.5):
        assert (x * other).dtype == np.float32
    for function in (ag.var, ag.std, ag.prod, ag.logsumexp, ag.sigmoid, ag.relu, ag.sign, ag.max, ag.mean):
        assert function(x).dtype == grad(function(x).sum(), x)[0].dtype == np.float32

"""Any shapes: what NumPy broadcasts has the gradients of torch, and what it refuses is refused with both shapes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, basic_indices, mutually_broadcastable_shapes

import dongshou.autograd as ag
from dongshou.autograd import Tensor
from dongshou.errors import UsageError
from tests.autograd.beside import same

QUICK = settings(max_examples=25, deadline=None)
NUMBERS = st.floats(0.5, 2)


@QUICK
@given(shapes=mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3), data=st.data())
def test_shapes_that_broadcast(shapes, data) -> None:
    inputs = [data.draw(arrays(float, shape, elements=NUMBERS)) for shape in shapes.input_shapes]
    function = lambda x, y, z: (x * y + z) / y - x**z
    same(function, function, inputs, rtol=1e-7)


@QUICK
@given(left=array_shapes(max_dims=3, max_side=4), right=array_shapes(max_dims=3, max_side=4))
def test_shapes_that_do_not_are_both_named(left, right) -> None:
    try:
        shape = np.broadcast_shapes(left, right)
    except ValueError:
        with pytest.raises(UsageError) as caught:
            ag.ones(*left) * ag.ones(*right)
        assert "multiply" in str(caught.value) and f"{left} and {right}" in str(caught.value)
    else:
        assert (ag.ones(*left) * ag.ones(*right)).shape == shape


@QUICK
@given(data=st.data(), x=arrays(float, array_shapes(max_dims=3, max_side=4), elements=NUMBERS))
def test_reductions_over_any_axes(data, x) -> None:
    axes = tuple(data.draw(st.sets(st.integers(0, x.ndim - 1), min_size=1)))
    keepdims = data.draw(st.booleans())
    same(lambda x: x.sum(axes, keepdims) ** 2, lambda x: x.sum(axes, keepdims) ** 2, [x])
    same(lambda x: x.mean(axes, keepdims) ** 3, lambda x: x.mean(axes, keepdims) ** 3, [x])
    same(lambda x: x.max(axes, keepdims) ** 2, lambda x: x.amax(axes, keepdims) ** 2, [x])


@QUICK
@given(data=st.data(), x=arrays(float, array_shapes(min_dims=1, max_dims=3, max_side=4), elements=NUMBERS))
def test_any_index(data, x) -> None:
    index = data.draw(basic_indices(x.shape, allow_newaxis=True))
    tensor = Tensor(x, requires_grad=True)
    expected = torch.tensor(x, requires_grad=True)
    (gradient,) = ag.grad((tensor[index] ** 2).sum(), tensor)
    marks = np.zeros_like(x)
    marks[index] = 2 * x[index]
    np.testing.assert_array_equal(tensor[index].data, expected.detach().numpy()[index])
    np.testing.assert_array_equal(gradient.data, marks)


@QUICK
@given(
    batch=mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3),
    rows=st.integers(1, 3),
    inner=st.integers(1, 3),
    columns=st.integers(1, 3),
)
def test_products_of_stacks(batch, rows, inner, columns) -> None:
    left, right = batch.input_shapes
    generator = np.random.default_rng(0)
    inputs = [generator.random((*left, rows, inner)), generator.random((*right, inner, columns))]
    same(ag.matmul, torch.matmul, inputs)


@QUICK
@given(size=st.integers(1, 3), stride=st.integers(1, 3), padding=st.integers(0, 2), side=st.integers(3, 6))
def test_any_convolution(size, stride, padding, side) -> None:
    generator = np.random.default_rng(0)
    inputs = [generator.random((2, 2, side, side + 1)), generator.random((3, 2, size, size))]
    same(
        lambda x, w: ag.conv2d(x, w, None, stride, padding) ** 2,
        lambda x, w: torch.nn.functional.conv2d(x, w, None, stride, padding) ** 2,
        inputs,
    )

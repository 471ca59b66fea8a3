"""Every layer against torch's of that name."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dongshou import scratch
from tests.scratch.same import same

EXTREMES = [-1e300, -750.0, -40.0, -1.0, -0.0, 0.0, 1e-3, 1.0, 40.0, 750.0, 1e300, float("nan")]
SPECIAL = torch.tensor(EXTREMES, dtype=torch.float64)


@pytest.mark.parametrize("x", [(3, 4), SPECIAL], ids=["random", "special"])
def test_activations(x):
    same(nn.ReLU, input=x)
    same(nn.ReLU, (True,), input=x)
    same(nn.LeakyReLU, input=x)
    same(nn.LeakyReLU, (0.2, True), input=x)
    same(nn.Sigmoid, input=x)
    same(nn.Tanh, input=x)


def test_gelu():
    same(nn.GELU, input=(3, 4))
    same(nn.GELU, (), dict(approximate="tanh"), input=(3, 4))
    with pytest.raises(RuntimeError, match="none or tanh"):
        scratch.nn.GELU("rough")(torch.ones(2))


def test_softmax():
    for layer in (nn.Softmax, nn.LogSoftmax):
        same(layer, (1,), input=(3, 4))
        same(layer, (), dict(dim=0), input=(3, 4, 2))
        same(layer, (-1,), input=(2, 3, 4))
        same(layer, (0,), input=())


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (2, 3, 4, 5)])
def test_softmax_without_a_dim_warns_and_takes_torchs(shape):
    x = torch.randn(shape)
    with pytest.warns(UserWarning, match="Implicit dimension"):
        expected = nn.Softmax()(x)
    with pytest.warns(UserWarning, match="Implicit dimension"):
        torch.testing.assert_close(scratch.nn.Softmax()(x), expected)


def test_linear():
    same(nn.Linear, (3, 5), input=(4, 3))
    same(nn.Linear, (3, 5), dict(bias=False), input=(4, 3))
    same(nn.Linear, (3, 5), input=(3,))
    same(nn.Linear, (3, 5), input=(2, 4, 3))
    same(nn.Linear, (3, 5), input=(0, 3))
    same(nn.Linear, (3, 5), dict(dtype=torch.float64), input=(4, 3))


def test_linear_of_nothing_warns_as_torchs():
    with pytest.warns(UserWarning, match="zero-element"):
        same(nn.Linear, (0, 5), input=(4, 0))


def test_linear_on_another_device_and_of_the_wrong_shape():
    assert scratch.nn.Linear(3, 5, device="meta").weight.is_meta
    with pytest.raises(RuntimeError):
        scratch.nn.Linear(3, 5)(torch.ones(4, 2))


def test_shapes():
    same(nn.Identity, (54,), dict(unused=1), input=(2, 3))
    same(nn.Flatten, input=(2, 3, 4, 5))
    same(nn.Flatten, (0, 2), input=(2, 3, 4, 5))
    same(nn.Unflatten, (1, (2, 3)), input=(4, 6))
    same(nn.Unflatten, (-1, torch.Size([2, 3])), input=(4, 6))


@pytest.mark.parametrize("size", [7, (2, "3"), (("a", 2), ("b", 3))])
def test_unflatten_needs_ints(size):
    for layer in (nn.Unflatten, scratch.nn.Unflatten):
        with pytest.raises(TypeError, match="tuple of ints"):
            layer(1, size)


@pytest.mark.parametrize("p", [0, 0.1, 0.5, 0.9, 1.0])
def test_dropout_draws_torchs_mask(p):
    same(nn.Dropout, (p,), input=(50, 7))
    same(nn.Dropout, (p, True), input=(50, 7))


@pytest.mark.parametrize("p", [0.3, 1.0])
def test_dropout_leaves_the_generator_where_torchs_does(p):
    after = []
    for layer in (nn.Dropout(p), scratch.nn.Dropout(p)):
        torch.manual_seed(0)
        layer(torch.ones(10, dtype=torch.bfloat16))
        after.append(torch.rand(3))
    assert torch.equal(*after)


@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_dropout_needs_a_probability(p):
    for layer in (nn.Dropout, scratch.nn.Dropout):
        with pytest.raises(ValueError, match="between 0 and 1"):
            layer(p)
    with pytest.raises(ValueError, match="between 0 and 1"):
        scratch.functional.dropout(torch.ones(2), p)


def test_containers_are_torchs():
    for name in ("Module", "Parameter", "Sequential", "ModuleList", "ModuleDict"):
        assert getattr(scratch.nn, name) is getattr(nn, name)


def test_layers_can_be_copied_and_pickled(tmp_path):
    model = nn.Sequential(scratch.nn.Linear(3, 2), scratch.nn.Softmax(1))
    torch.save(model, tmp_path / "model.pt")
    x = torch.ones(1, 3)
    assert torch.equal(torch.load(tmp_path / "model.pt", weights_only=False)(x), model(x))
    assert torch.equal(copy.deepcopy(model)(x), model(x))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 4), max_size=3), st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_linear_of_any_shape(batch, in_features, out_features, bias):
    same(nn.Linear, (in_features, out_features, bias), input=(*batch, in_features))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
def test_softmax_of_any_shape(shape, data):
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    same(nn.Softmax, (dim,), input=tuple(shape))
    same(nn.LogSoftmax, (dim,), input=tuple(shape))

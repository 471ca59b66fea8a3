"""Where a formula breaks down: ties, zeros of both signs, infinities, NaN, no numbers at all. torch settles them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import dongshou.autograd as ag
from dongshou.autograd import Tensor, grad, jvp, nn
from tests.autograd import beside

NAN, INF = math.nan, math.inf
CORNERS = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -40.0, 40.0, 1e-20, -1e-20]


def three(function, inputs: list[np.ndarray]) -> list[np.ndarray]:
    """Value, gradient and second derivative of ours; the seeds differ from place to place."""
    tensors = [Tensor(x, requires_grad=True) for x in inputs]
    output = function(*tensors)
    first = grad(output, tensors, seed(output), create_graph=True)
    found = [output, *first]
    for g in first:
        found += grad(g, tensors, seed(g)) if g.requires_grad else [Tensor(np.zeros_like(x)) for x in inputs]
    return [x.data for x in found]


def torchs_three(function, inputs: list[np.ndarray]) -> list[np.ndarray]:
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    output = function(*tensors)
    first = beside.gradients(output, tensors, torch.tensor(seed(output)))
    found = [output, *first]
    for g in first:
        found += beside.gradients(g, tensors, torch.tensor(seed(g)))
    return [x.numpy(force=True) for x in found]


def seed(x) -> np.ndarray:
    return np.cos(np.arange(math.prod(x.shape))).reshape(tuple(x.shape))


def same(ours, theirs, *inputs) -> None:
    """NaN has to be met by NaN."""
    arrays = [np.array(x) for x in inputs]
    for found, expected in zip(three(ours, arrays), torchs_three(theirs, arrays), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0)


FUNCTIONS = (
    "exp expm1 log log1p sigmoid sinh cosh tanh sin cos tan arcsin arccos arctan sqrt relu sign absolute".split()
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_one_number(name) -> None:
    same(getattr(ag, name), getattr(torch, name), CORNERS)


@pytest.mark.parametrize("bounds", [(-0.5, 1.0), (-1.0, None), (None, 0.0), (1.0, -1.0)], ids=str)
def test_clip(bounds) -> None:
    same(lambda x: ag.clip(x, *bounds), lambda x: torch.clip(x, *bounds), CORNERS)


@pytest.mark.parametrize("name", ["maximum", "minimum", "add", "subtract", "multiply", "divide"])
def test_functions_of_two_numbers(name) -> None:
    pairs = np.array([(x, y) for x in CORNERS[:8] for y in CORNERS[:8]]).T
    same(getattr(ag, name, None) or getattr(np, name), getattr(torch, name), *pairs)


ROWS = [[0.5, 0.5, -1.0], [-0.0, 0.0, 0.0], [INF, INF, 1.0], [-INF, -INF, -INF], [-INF, 2.0, 2.0], [1.0, 2.0, 3.0]]


@pytest.mark.parametrize("row", [*ROWS, [NAN, 1.0, 2.0], [NAN, NAN, INF]], ids=str)
def test_many_numbers(row) -> None:
    same(lambda x: x.max(), lambda x: x.max(), row)
    same(lambda x: x.min(), lambda x: x.min(), row)
    same(lambda x: x.max(1), lambda x: x.amax(1), [row, ROWS[0]])
    same(lambda x: x.min(1), lambda x: x.amin(1), [row, ROWS[0]])
    same(lambda x: ag.logsumexp(x), lambda x: x.logsumexp(0), row)


@pytest.mark.parametrize(
    "row", [[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [-0.0, 2.0, 0.5, 4.0], [2.0]], ids=str
)
def test_products_with_zeros(row) -> None:
    same(lambda x: x.prod(), lambda x: x.prod(), row)


@pytest.mark.parametrize("row", [[2.0, 2.0], [0.1, 0.1, 0.1], [0.0, 1.0, 5.0], [INF, 1.0]], ids=str)
def test_variance_and_deviation(row) -> None:
    theirs = torchs_three(lambda x: x.var(), [np.array(row)])
    for found, expected in zip(three(lambda x: x.var(), [np.array(row)]), theirs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    if len(set(row)) > 1:
        theirs = torchs_three(lambda x: x.std(), [np.array(row)])
        for found, expected in zip(three(lambda x: x.std(), [np.array(row)]), theirs, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_equal_numbers_have_no_slope_in_their_deviation() -> None:
    assert [x.tolist() for x in three(lambda x: x.std(), [np.full(4, 3.0)])] == [0, [0] * 4, [0] * 4]
    x = torch.full((4,), 3.0, requires_grad=True)
    assert torch.autograd.grad(x.std(), x)[0].tolist() == [0] * 4


# Powers


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5, 1.5])
def test_constant_exponents(exponent) -> None:
    same(lambda x: x**exponent, lambda x: x**exponent, [0.0, 2.0, -3.0, 0.5, INF])


def test_zero_to_a_power_that_varies() -> None:
    """Value and first derivatives as torch has them; of its second ones the finite (at 0 it has NaN)."""
    x, y = [0.0, 0.0, 0.0, 0.0, 2.0, 3.0], [0.0, 1.0, -1.0, 2.0, 0.0, 1.0]
    found, expected = (f(lambda x, y: x**y, [np.array(x), np.array(y)]) for f in (three, torchs_three))
    for ours, theirs in zip(found[:3], expected[:3], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    for ours, theirs in zip(found[3:], expected[3:], strict=True):
        known = np.isfinite(theirs)
        np.testing.assert_allclose(ours[known], theirs[known], rtol=1e-12)
        assert known[-2:].all()


def test_the_second_derivative_along_base_and_exponent_at_exponent_0() -> None:
    x, y = Tensor(2.0, requires_grad=True), Tensor(0.0, requires_grad=True)
    along_x, along_y = grad(x**y, [x, y], create_graph=True)
    assert grad(along_y, x)[0].item() == 1 / 2 and grad(along_x, y)[0].item() == 0


# Digits


def test_small_probabilities_keep_their_digits() -> None:
    x = Tensor([-20.0, -40.0, -700.0], requires_grad=True)
    np.testing.assert_allclose(ag.sigmoid(x).data, np.exp([-20.0, -40.0, -700.0]), rtol=1e-8)
    loss = ag.log(ag.sigmoid(x))
    np.testing.assert_allclose(loss.data, -np.logaddexp(0, [20.0, 40.0, 700.0]), rtol=1e-15)
    np.testing.assert_allclose(grad(loss.sum(), x)[0].data, [1, 1, 1], rtol=1e-8)


def test_logsumexp_of_infinities_and_of_nothing() -> None:
    values = [ag.logsumexp(row).item() for row in ([INF, 1.0], [-INF, -INF], [-INF, 1.0], [])]
    assert values == [INF, -INF, 1.0, -INF]


def test_no_warning_is_left_to_the_user() -> None:
    """Warnings are errors in the tests."""
    x = Tensor([0.0, -1.0, 1000.0], requires_grad=True)
    grad((ag.log(x) + ag.sqrt(x) + 1 / x + ag.exp(x) + x**-1).sum(), x)
    assert all(
        np.isnan(found.item()) for found in (ag.mean([]), ag.var([1.0]), ag.var([]), ag.var([1.0], correction=2))
    )
    assert np.isnan(grad(ag.var(x[:1]), x)[0].data).tolist() == [True, False, False]


# No numbers


def test_an_empty_batch() -> None:
    image, weight, bias = np.zeros((0, 2, 5, 4)), np.ones((3, 2, 2, 2)), np.ones(3)
    same(lambda *xs: ag.conv2d(*xs, 2, 1), lambda *xs: F.conv2d(*xs, 2, 1), image, weight, bias)
    same(lambda x: ag.max_pool2d(x, 2) ** 2, lambda x: F.max_pool2d(x, 2) ** 2, image)
    same(lambda x: ag.avg_pool2d(x, 2) ** 2, lambda x: F.avg_pool2d(x, 2) ** 2, image)
    layers = nn.Sequential(nn.flatten, nn.Linear(40, 3, generator=np.random.default_rng(0)))
    assert layers(Tensor(image)).shape == (0, 3)
    assert np.isnan(nn.cross_entropy(layers(Tensor(image)), np.zeros(0, int)).item())  # a mean of nothing, as in torch


def test_no_columns() -> None:
    same(lambda x: x.sum(1), lambda x: x.sum(1), np.zeros((2, 0)))
    same(lambda x: x.prod(1), lambda x: x.prod(1), np.zeros((2, 0)))
    same(lambda x: ag.logsumexp(x, 1), lambda x: x.logsumexp(1), np.zeros((2, 0)))
    same(lambda x: x @ x.mT, lambda x: x @ x.mT, np.zeros((2, 0)))
    same(lambda x: ag.einsum("ij,kj->ik", x, x), lambda x: torch.einsum("ij,kj->ik", x, x), np.zeros((2, 0)))
    same(lambda x: ag.tile(x, (2, 3)), lambda x: x.tile((2, 3)), np.zeros((2, 0)))
    same(lambda x: ag.concatenate(ag.split(x, 2, 1), 1), lambda x: torch.cat(x.split(2, 1), 1), np.zeros((2, 0)))
    assert jvp(lambda x: x.cumsum(1), [np.zeros((2, 0))], [np.zeros((2, 0))])[1].shape == (2, 0)


def test_outside_of_operators_warnings_stay_on() -> None:
    x = Tensor([0.0, 1.0], requires_grad=True)
    grad((1 / x).sum(), x)
    jvp(ag.log, [x], [np.ones(2)])
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.ones(2) / np.zeros(2)

"""Programs of 5 to 20 operators, drawn at random, beside torch: values, gradients, forward mode, second derivatives.

The inputs are halves between -2 and 2, so that ties, zeros of both signs and, in one of the tests, infinities meet
every operator.
"""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import dongshou.autograd as ag
from dongshou.autograd import Tensor, grad, jvp
from tests.autograd import beside
from tests.autograd.programs import HALVES, OPERATORS, SHAPES, Step, Torch, run

Arrays = list[np.ndarray]
PROFILE = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink a program that fails takes minutes: add Phase.shrink by hand
)
STEPS = st.lists(
    st.builds(Step, st.sampled_from(sorted(OPERATORS)), st.integers(0, 4), st.integers(0, 4)), min_size=5, max_size=20
)
LARGEST = 1e6  # beyond, a rounding in the values shows in the first digits of the derivatives
SMALLEST = 1e-9  # below, a value is the rounding of an equal pair's difference


def inputs_of(numbers: list[float]) -> st.SearchStrategy[Arrays]:
    one = st.sampled_from(SHAPES).flatmap(lambda shape: arrays(float, shape, elements=st.sampled_from(numbers)))
    return st.lists(one, min_size=1, max_size=3)


@seed(0)
@PROFILE
@given(steps=STEPS, inputs=inputs_of(HALVES))
def test_ties_and_zeros(steps, inputs) -> None:
    compare(steps, inputs)


@seed(0)
@PROFILE
@given(steps=STEPS, inputs=inputs_of([*HALVES, np.inf, -np.inf]))
def test_infinities(steps, inputs) -> None:
    compare(steps, inputs)


def test_every_operator_of_the_package_occurs() -> None:
    """But for convolution and pooling, which need images."""
    names = {name.split()[0] for name in OPERATORS} | {"index", "reshape"}
    functions = {name for name in ag.__all__ if name not in ("Tensor", "grad", "gradcheck", "graph", "jvp", "no_grad")}
    makers = {"ones", "randn", "tensor", "zeros"}
    assert functions - makers - {"conv2d", "max_pool2d", "avg_pool2d", "pad"} <= names


def compare(steps: list[Step], inputs: Arrays) -> None:
    generator = np.random.default_rng(len(steps))
    tangents = [generator.standard_normal(x.shape) for x in inputs]
    expected = torch_answers(steps, inputs, tangents)
    *found, slope = our_answers(steps, inputs, tangents)
    if not comparable(expected) or not comparable(found):
        return
    for name, ours, theirs in zip(("value", "gradient", "second derivative"), found, expected, strict=True):
        for x, y in zip(ours, theirs, strict=True):
            agree(x, y, name)
    if all(np.isfinite(x).all() for answers in expected[:2] for x in answers):
        agree_forward(slope, np.concatenate([(g * t).ravel() for g, t in zip(expected[1], tangents, strict=True)]))


def comparable(answers: list[Arrays]) -> bool:
    sizes = [np.abs(x[np.isfinite(x)]) for group in answers for x in group]
    smallest = min(x[x > 0].min(initial=np.inf) for x in (np.abs(x) for x in answers[0]))
    return max(x.max(initial=0) for x in sizes) <= LARGEST and smallest >= SMALLEST


def agree(ours: np.ndarray, theirs: np.ndarray, name: str) -> None:
    """Equal where torch has a number. Of infinities the order of additions may make NaN, of a NaN nothing is asked."""
    assert ours.shape == theirs.shape
    known = np.isfinite(theirs)
    np.testing.assert_allclose(ours[known], theirs[known], rtol=1e-6, atol=1e-8, err_msg=name)
    assert not np.isfinite(ours[np.isinf(theirs)]).any(), name


def agree_forward(slope: list[np.ndarray], products: np.ndarray) -> None:
    """Forward mode's J t is g^T t for a single number. (torch's own forward mode is not a measure: clip differs there.)

    At the root of 0 forward mode may multiply infinity by 0 where reverse mode, from the other side, does not.
    """
    if np.isnan(slope[0]):
        return
    np.testing.assert_allclose(slope[0], products.sum(), rtol=0, atol=1e-7 * (1 + np.abs(products).sum()))


def our_answers(steps: list[Step], inputs: Arrays, tangents: Arrays) -> list[Arrays]:
    tensors = [Tensor(x, requires_grad=True) for x in inputs]
    untouched = [ag.where(np.isfinite(x), t, 0.0) * 0 for x, t in zip(inputs, tensors, strict=True)]
    nothing = sum((x.sum() for x in untouched), Tensor(0.0))  # so that a constant, too, has a derivative
    results = run(steps, tensors, ag)
    gradients = grad(results[-1].sum() + nothing, tensors, create_graph=True)
    along = sum(((g * t).sum() for g, t in zip(gradients, tangents, strict=True)), nothing)
    slope = jvp(lambda *xs: run(steps, xs, ag)[-1].sum(), inputs, tangents)[1]
    return [[x.data for x in answers] for answers in (results, gradients, grad(along, tensors), [slope])]


def torch_answers(steps: list[Step], inputs: Arrays, tangents: Arrays) -> list[Arrays]:
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    results = run(steps, tensors, Torch())
    gradients = beside.gradients(results[-1].sum(), tensors)
    along = sum((g * torch.tensor(t)).sum() for g, t in zip(gradients, tangents, strict=True))
    second = beside.gradients(along, tensors)
    answers = (results, gradients, second)
    return [[x.numpy(force=True) for x in answer] for answer in answers]

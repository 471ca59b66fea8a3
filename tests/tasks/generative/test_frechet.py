"""The Fréchet distance beside scipy's matrix root, and its accumulator beside the whole set at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from dongshou.tasks.generative.frechet import Frechet, Moments, frechet_distance


def by_scipy(mean: np.ndarray, covariance: np.ndarray, other_mean: np.ndarray, other: np.ndarray) -> float:
    """As the papers write it, with the root of the product itself."""
    root = np.real(sqrtm(covariance @ other))
    return float(np.sum((mean - other_mean) ** 2) + np.trace(covariance + other - 2 * root))


def a_set(num: int, size: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    mixed = torch.randn(size, size, generator=generator, dtype=torch.float64)
    return torch.randn(num, size, generator=generator, dtype=torch.float64) @ mixed + seed


@pytest.mark.parametrize(("num", "other_num", "size"), [(50, 40, 3), (300, 200, 20), (90, 400, 64)])
def test_it_is_that_of_scipy(num: int, other_num: int, size: int):
    one, other = a_set(num, size, 1), a_set(other_num, size, 2)
    accumulator = Frechet()
    accumulator.update((other, one))
    expected = by_scipy(one.mean(0).numpy(), np.cov(one.numpy().T), other.mean(0).numpy(), np.cov(other.numpy().T))
    assert accumulator.finish() == pytest.approx(expected, rel=1e-9)


def test_of_normal_distributions_along_the_axes_it_is_known():
    """(m1 - m2)^2 + (s1 - s2)^2 in each direction."""
    means, deviations = (
        torch.tensor([[1.0, -2.0], [4.0, 2.0]]).double(),
        torch.tensor([[1.0, 3.0], [2.0, 0.5]]).double(),
    )
    first, second = ((m, torch.diag(s**2)) for m, s in zip(means, deviations, strict=True))
    assert frechet_distance(*first, *second) == pytest.approx(9 + 16 + 1 + 6.25)


def test_batches_and_processes_add_up_to_the_whole():
    real, made = a_set(70, 6, 3), a_set(53, 6, 4)
    whole, parts = Frechet(), [Frechet(), Frechet()]
    whole.update((real, made))
    for index, (some, others) in enumerate(zip(real.split(25), made.split(19), strict=True)):
        parts[index % 2].update((some, others))
    parts[0].merge(parts[1])
    assert parts[0].finish() == pytest.approx(whole.finish(), rel=1e-10)


def test_of_the_same_set_nothing_is_left_and_fewer_examples_than_features_are_enough():
    few = a_set(5, 30, 5)
    accumulator = Frechet()
    accumulator.update((few, few.flip(0)))
    assert 0 <= accumulator.finish() < 1e-6
    single = Moments()
    single.add(few[:1])
    assert not single.covariance().any()

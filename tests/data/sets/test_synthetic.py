"""Synthetic data: the truth can be found again, and a seed gives the same examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dongshou.data.sets import synthetic


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(7)


def test_least_squares_finds_the_linear_truth():
    features, targets = synthetic.linear([2.0, -3.4], 4.2, 1000, generator=seeded())
    assert features.shape == (1000, 2) and targets.shape == (1000, 1)
    with_bias = np.hstack([features.numpy(), np.ones((1000, 1))])
    solution, *_ = np.linalg.lstsq(with_bias, targets.numpy(), rcond=None)
    assert solution.ravel() == pytest.approx([2.0, -3.4, 4.2], abs=0.002)
    assert np.std(targets.numpy() - with_bias @ solution) == pytest.approx(0.01, rel=0.1)


def test_weights_may_be_a_column():
    w = torch.tensor([[2.0], [-3.4]])
    column = synthetic.linear(w, 4.2, 10, generator=seeded())
    row = synthetic.linear(w.flatten(), 4.2, 10, generator=seeded())
    assert torch.equal(column[1], row[1])


def test_polynomial_columns_are_powers_over_factorials():
    (features, targets), (test_features, test_targets) = synthetic.polynomial(generator=seeded())
    assert features.shape == test_features.shape == (100, 20)
    assert targets.shape == test_targets.shape == (100, 1)
    x = features[:, 1].double().numpy()
    for k in range(20):
        np.testing.assert_allclose(features[:, k].numpy(), x**k / math.factorial(k), rtol=1e-4, atol=1e-30)


def test_the_polynomial_truth_does_not_depend_on_the_features_shown():
    (_, all_targets), _ = synthetic.polynomial(generator=seeded())
    (two, targets), _ = synthetic.polynomial(num_features=2, generator=seeded())
    assert two.shape == (100, 2)
    assert torch.allclose(targets, all_targets)
    x = two[:, 1].double()
    truth = 5 + 1.2 * x - 3.4 * x**2 / 2 + 5.6 * x**3 / 6
    noise = targets.flatten() - truth
    assert noise.std().item() == pytest.approx(0.1, rel=0.3)
    assert noise.abs().max().item() < 0.5


def test_high_dimensional_linear():
    (features, targets), (test_features, test_targets) = synthetic.high_dimensional_linear(generator=seeded())
    assert features.shape == (20, 200) and test_features.shape == (100, 200)
    assert targets.shape == (20, 1) and test_targets.shape == (100, 1)
    noise = test_targets.flatten() - (0.05 + 0.01 * test_features.sum(1))
    assert noise.std().item() == pytest.approx(0.01, rel=0.3)


def test_noisy_sine():
    times, values = synthetic.noisy_sine(noise=0.2, generator=seeded())
    assert times[0] == 1 and times.shape == values.shape == (1000,)
    noise = values - torch.from_numpy(np.sin(0.01 * np.arange(1, 1001))).float()
    assert noise.std().item() == pytest.approx(0.2, rel=0.1)


def test_lagged_against_shifted_copies():
    series = torch.randn(20)
    features, targets = synthetic.lagged(series, 4)
    assert features.shape == (16, 4) and targets.shape == (16, 1)
    assert torch.equal(features, torch.stack([series[i : i + 16] for i in range(4)], dim=1))
    assert torch.equal(targets.flatten(), series[4:])


@pytest.mark.parametrize(
    "make",
    [
        lambda generator: synthetic.noisy_sine(5, generator=generator)[::-1],
        lambda generator: synthetic.linear([1.0], 0.0, 5, generator=generator),
        lambda generator: synthetic.polynomial(5, 0, generator=generator)[0],
        lambda generator: synthetic.high_dimensional_linear(5, 0, generator=generator)[0],
    ],
    ids=["noisy sine", "linear", "polynomial", "high-dimensional"],
)
def test_a_generator_decides_alone(make):
    first = make(seeded())
    torch.randn(3)  # the global generator moves on, to no effect
    second = make(seeded())
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert not torch.equal(first[0], make(torch.Generator().manual_seed(8))[0])

"""Data made of a known truth and a little noise, so that what a model learns can be compared with it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

Examples = tuple[Tensor, Tensor]  # features, targets

CUBIC = (5.0, 1.2, -3.4, 5.6)  # y = 5 + 1.2 x - 3.4 x^2/2! + 5.6 x^3/3!


def linear(
    w: Tensor | Sequence[float],
    b: float,
    num_examples: int,
    noise: float = 0.01,
    generator: Generator | None = None,
) -> Examples:
    """y = X w + b + e with standard normal X and e ~ N(0, noise^2).

    Gives the features (num_examples, len(w)) and the targets (num_examples, 1).
    """
    w = torch.as_tensor(w, dtype=torch.float32)
    features = torch.randn(num_examples, len(w), generator=generator)  # (examples, inputs)
    targets = features @ w.reshape(-1, 1) + b  # (examples, 1)
    return features, targets + noise * torch.randn(targets.shape, generator=generator)


def polynomial(
    num_train: int = 100,
    num_test: int = 100,
    num_features: int = 20,
    weights: Sequence[float] = CUBIC,
    noise: float = 0.1,
    generator: Generator | None = None,
) -> tuple[Examples, Examples]:
    """y = sum_k weights[k] x^k / k! + e with standard normal x and e ~ N(0, noise^2).

    Column k of the features is x^k / k!, for k < num_features: a model given 4 columns fits the default
    truth, with 2 it underfits, with 20 it overfits. Gives training and test examples, each the features
    (examples, num_features) and the targets (examples, 1).
    """
    x = torch.randn(num_train + num_test, 1, generator=generator)
    num_powers = max(num_features, len(weights))
    powers = torch.arange(num_powers)
    factorials = powers.float().clamp(min=1).cumprod(0)  # 0!, 1!, 2!, ...
    columns = x**powers / factorials  # (examples, powers)
    truth = torch.zeros(num_powers, 1)
    truth[: len(weights), 0] = torch.as_tensor(weights)
    targets = columns @ truth + noise * torch.randn(x.shape, generator=generator)  # (examples, 1)
    return _train_and_test(columns[:, :num_features], targets, num_train)


def high_dimensional_linear(
    num_train: int = 20,
    num_test: int = 100,
    num_inputs: int = 200,
    noise: float = 0.01,
    generator: Generator | None = None,
) -> tuple[Examples, Examples]:
    """y = 0.05 + sum_i 0.01 x_i + e with standard normal x_i and e ~ N(0, noise^2).

    More inputs than training examples: a model learns them by heart unless its weights decay.
    Gives training and test examples, each the features (examples, num_inputs) and the targets (examples, 1).
    """
    w = torch.full((num_inputs,), 0.01)
    features, targets = linear(w, 0.05, num_train + num_test, noise, generator)
    return _train_and_test(features, targets, num_train)


def noisy_sine(
    num_steps: int = 1000, noise: float = 0.2, frequency: float = 0.01, generator: Generator | None = None
) -> Examples:
    """x_t = sin(frequency t) + e with e ~ N(0, noise^2), at t = 1, 2, ...: a series to be predicted from its past.

    Gives the times t and the values x, both (num_steps,).
    """
    times = torch.arange(1, num_steps + 1, dtype=torch.float32)
    return times, torch.sin(frequency * times) + noise * torch.randn(num_steps, generator=generator)


def lagged(series: Tensor, num_lags: int) -> Examples:
    """Each value of a series (steps,) with those before it, the oldest first.

    Gives the features (steps - num_lags, num_lags) and the targets (steps - num_lags, 1).
    """
    windows = series.unfold(0, num_lags + 1, 1)  # (steps - num_lags, num_lags + 1)
    return windows[:, :-1], windows[:, -1:]


def _train_and_test(features: Tensor, targets: Tensor, num_train: int) -> tuple[Examples, Examples]:
    return (features[:num_train], targets[:num_train]), (features[num_train:], targets[num_train:])

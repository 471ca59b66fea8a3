"""The Fréchet distance between two sets of examples, each taken for a normal distribution (Dowson and Landau, 1982).

Of pictures it is taken between features that a classifier has for them (Heusel et al., 2017, with Inception).
"""

from __future__ import annotations

import torch
from torch import Tensor


def frechet_distance(mean: Tensor, covariance: Tensor, other_mean: Tensor, other_covariance: Tensor) -> float:
    """The squared distance of two normal distributions in d dimensions, of means (d,) and covariances (d, d):

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))

    C1 C2 has the eigenvalues of S C2 S with S = C1^(1/2), which is symmetric: no root of a general matrix is needed,
    and covariances that are singular, for there are fewer examples than features, do no harm.
    """
    root = symmetric_root(covariance)
    eigenvalues = torch.linalg.eigvalsh(root @ other_covariance @ root)  # (d,)
    of_means = (mean - other_mean).square().sum()
    distance = of_means + covariance.trace() + other_covariance.trace() - 2 * eigenvalues.clamp(min=0).sqrt().sum()
    return max(float(distance), 0.0)  # rounding may leave a little less than nothing


def symmetric_root(matrix: Tensor) -> Tensor:
    """S with S S = matrix, of a symmetric matrix (d, d) without negative eigenvalues."""
    eigenvalues, vectors = torch.linalg.eigh(matrix)
    return (vectors * eigenvalues.clamp(min=0).sqrt()) @ vectors.mT


class Moments:
    """Mean and covariance of features, a batch at a time: what is kept are their sums, in double precision."""

    def __init__(self) -> None:
        self.num = 0
        self.sum: Tensor | float = 0.0  # (d,)
        self.products: Tensor | float = 0.0  # (d, d), the sum of x x^T

    def add(self, features: Tensor) -> None:
        """Features (batch, d)."""
        wide = features.detach().cpu().double()  # MPS has no double precision
        self.num += len(wide)
        self.sum = self.sum + wide.sum(0)
        self.products = self.products + wide.mT @ wide

    def merge(self, other: Moments) -> None:
        self.num += other.num
        self.sum = self.sum + other.sum
        self.products = self.products + other.products

    def mean(self) -> Tensor:
        return torch.as_tensor(self.sum) / self.num

    def covariance(self) -> Tensor:
        """The unbiased estimate; nothing of a single example."""
        mean = self.mean()
        centered = torch.as_tensor(self.products) - self.num * torch.outer(mean, mean)
        return centered / max(self.num - 1, 1)

    def distance(self, other: Moments) -> float:
        return frechet_distance(self.mean(), self.covariance(), other.mean(), other.covariance())


class Frechet:
    """An accumulator of the Fréchet distance: updated with the features of real examples and of made ones."""

    higher_is_better = False

    def __init__(self) -> None:
        self.real, self.made = Moments(), Moments()

    def update(self, outputs: tuple[Tensor, Tensor]) -> None:
        """Features (batch, d) of both."""
        real, made = outputs
        self.real.add(real)
        self.made.add(made)

    def merge(self, other: Frechet) -> None:
        self.real.merge(other.real)
        self.made.merge(other.made)

    def finish(self) -> float:
        return self.made.distance(self.real)

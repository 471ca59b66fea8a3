"""The random numbers of an augmentation: drawn on the CPU, a few an image, so that every device sees the same batch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dongshou.errors import UsageError


def uniform(generator: torch.Generator, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
    """Numbers between low and high, all equally likely."""
    return low + (high - low) * torch.rand(shape, generator=generator)


def happens(generator: torch.Generator, num_images: int, p: float) -> Tensor:
    """True with probability p, for each image (batch,)."""
    return torch.rand(num_images, generator=generator) < p


def whole_numbers(generator: torch.Generator, *shape: int, below: int) -> Tensor:
    """0 .. below - 1, all equally likely."""
    return torch.randint(below, shape, generator=generator)


def signs(generator: torch.Generator, num_images: int) -> Tensor:
    """-1 or 1 (batch,)."""
    return 2.0 * whole_numbers(generator, num_images, below=2) - 1


def beta(generator: torch.Generator, num_images: int, alpha: float) -> Tensor:
    """Beta(alpha, alpha) (batch,): near 0 or 1 for a small alpha, uniform for 1, near a half for a large one."""
    return dirichlet(generator, num_images, alpha, 2)[:, 0]


def dirichlet(generator: torch.Generator, num_images: int, alpha: float, num_weights: int) -> Tensor:
    """Weights that sum to 1 (batch, num_weights), of Dirichlet(alpha, ..., alpha)."""
    seed = int(torch.randint(2**62, (), generator=generator))  # torch samples this one without a generator only
    weights = np.random.default_rng(seed).dirichlet([alpha] * num_weights, num_images)
    return torch.from_numpy(weights).float()


def per_image(values: Tensor, images: Tensor) -> Tensor:
    """(batch,) -> (batch, 1, 1, 1) on the device of the images."""
    return values.to(images.device).view(-1, 1, 1, 1)


def check_probability(p: float) -> None:
    """Raise UsageError unless 0 <= p <= 1."""
    if not 0 <= p <= 1:
        raise UsageError(f"p is a probability, from 0 to 1; got {p}.")


def check_alpha(alpha: float) -> None:
    """Raise UsageError unless the concentration of a Beta or Dirichlet distribution is positive."""
    if not alpha > 0:
        raise UsageError(f"alpha must be above 0; got {alpha}.")

"""What two adversaries minimise: a discriminator that guesses what is real, or a critic that measures a distance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn


class Discriminating(NamedTuple):
    """What the discriminator minimises, and what is measured of it by name."""

    loss: Tensor
    measured: dict[str, Tensor]


class Contest(Protocol):
    """An interface. Of real examples x, examples x' that were made, and what was asked of both: [] or [classes].

    can_win  whether a discriminator without a loss leaves the generator nothing to learn
    """

    can_win: bool

    def modules(self) -> dict[str, nn.Module]:
        """Losses, by name."""
        ...

    def discriminating(
        self, discriminator: nn.Module, real: Tensor, made: Tensor, asked: list[Tensor]
    ) -> Discriminating: ...

    def generating(self, discriminator: nn.Module, made: Tensor, asked: list[Tensor]) -> Tensor:
        """What the generator minimises."""
        ...


class Guessing:
    """D gives a logit: real or made (Goodfellow et al., 2014).

    discriminator   -(log D(x) + log(1 - D(x'))) / 2   ln 2 where it cannot tell the two apart
    generator       -log D(x'), which has a gradient where log(1 - D(x')) has none

    penalty  R1 of Mescheder et al. (2018): + penalty / 2 E |d logit/dx|^2 at real examples. Near the end the two then
             come to rest, where without it they go on circling around it
    """

    can_win = True

    def __init__(self, penalty: float = 0.0) -> None:
        self.loss = nn.BCEWithLogitsLoss()
        self.penalty = penalty

    def modules(self) -> dict[str, nn.Module]:
        return {"loss": self.loss}

    def discriminating(
        self, discriminator: nn.Module, real: Tensor, made: Tensor, asked: list[Tensor]
    ) -> Discriminating:
        of_real, of_made = discriminator(real, *asked), discriminator(made, *asked)  # (batch, 1)
        wrong = self.loss(of_real, torch.ones_like(of_real)) + self.loss(of_made, torch.zeros_like(of_made))
        if not self.penalty:
            return Discriminating(wrong / 2, {"discriminator_loss": wrong / 2})
        slopes = slope(discriminator, real, asked).flatten(1).square().sum(1).mean()
        return Discriminating(wrong / 2 + self.penalty / 2 * slopes, {"discriminator_loss": wrong / 2})

    def generating(self, discriminator: nn.Module, made: Tensor, asked: list[Tensor]) -> Tensor:
        of_made = discriminator(made, *asked)  # (batch, 1)
        return self.loss(of_made, torch.ones_like(of_made))


class Wasserstein:
    """D is a critic that may say any number; kept to a slope of 1, E D(x) - E D(x') rises to the Wasserstein distance
    of what is real and what was made (Arjovsky et al., 2017).

    critic     E D(x') - E D(x) + penalty E (|dD/dx| - 1)^2, the slope between pairs of both (Gulrajani et al., 2017)
    generator  -E D(x')
    """

    can_win = False

    def __init__(self, penalty: float = 10.0) -> None:
        self.penalty = penalty

    def modules(self) -> dict[str, nn.Module]:
        return {}

    def discriminating(
        self, discriminator: nn.Module, real: Tensor, made: Tensor, asked: list[Tensor]
    ) -> Discriminating:
        distance = discriminator(real, *asked).mean() - discriminator(made, *asked).mean()
        steep = gradient_penalty(discriminator, real, made, asked)
        loss = self.penalty * steep - distance
        return Discriminating(loss, {"discriminator_loss": loss, "critic_distance": distance})

    def generating(self, discriminator: nn.Module, made: Tensor, asked: list[Tensor]) -> Tensor:
        return -discriminator(made, *asked).mean()


def gradient_penalty(critic: nn.Module, real: Tensor, made: Tensor, asked: list[Tensor]) -> Tensor:
    """E (|dD/dx| - 1)^2 at points x that lie between a real and a made example, one for each pair, drawn uniformly."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device, dtype=real.dtype)
    between = share * real + (1 - share) * made
    return (slope(critic, between, asked).flatten(1).norm(dim=1) - 1).square().mean()


def slope(network: nn.Module, inputs: Tensor, asked: list[Tensor]) -> Tensor:
    """dD/dx at each of the inputs, in their shape; it can be differentiated again, by the network's parameters."""
    at = inputs.detach().requires_grad_()
    with torch.enable_grad():
        (gradient,) = torch.autograd.grad(network(at, *asked).sum(), at, create_graph=True)
    return gradient


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Within it the network passes gradients on without taking any for its own parameters."""
    taken = [parameter for parameter in network.parameters() if parameter.requires_grad]
    for parameter in taken:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in taken:
            parameter.requires_grad_(True)

"""Two small networks that learn a normal distribution from each other (Goodfellow et al., 2014)."""

from __future__ import annotations

from torch import nn

from dongshou.models.checks import check_counts


def point_generator(num_latents: int = 2, num_features: int = 2) -> nn.Sequential:
    """A linear layer, which is all that a normal distribution needs. (batch, num_latents) -> (batch, num_features)

    Raises UsageError for numbers below 1.
    """
    check_counts(num_latents=num_latents, num_features=num_features)
    return nn.Sequential(nn.Linear(num_latents, num_features))


def point_discriminator(num_features: int = 2, hidden: tuple[int, ...] = (5, 3)) -> nn.Sequential:
    """Layers with tanh, as in the course. (batch, num_features) -> (batch, 1), a logit: real or made

    Raises UsageError for numbers below 1.
    """
    check_counts(num_features=num_features, **{f"hidden[{index}]": width for index, width in enumerate(hidden)})
    layers: list[nn.Module] = []
    for inputs, outputs in zip((num_features, *hidden), hidden, strict=False):
        layers += [nn.Linear(inputs, outputs), nn.Tanh()]
    return nn.Sequential(*layers, nn.Linear(hidden[-1] if hidden else num_features, 1))

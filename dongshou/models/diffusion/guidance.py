"""Guidance without a classifier: what is asked for, exaggerated."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from dongshou.models.diffusion.unet import DenoisingUNet

Noise = Callable[[Tensor, Tensor], Tensor]  # the noise in x_t (batch, ...) at the steps t (batch,)


def guided(model: DenoisingUNet | nn.Module, condition: Tensor, guidance: float) -> Noise:
    """noise = (1 + w) noise(x_t, c) - w noise(x_t): away from what any picture is like, towards those of c.

    condition  (batch, ...); the model is asked without it by `model.condition.nothing`
    guidance   w: 0 follows the condition as learnt, -1 ignores it, more draws clearer and less varied pictures

    Both predictions are one batch of twice the size. Ho and Salimans, 2022, equation 6.
    """
    if guidance == 0:
        return lambda x_t, t: model(x_t, t, condition)
    both = torch.cat([condition, model.condition.nothing(condition)])  # pyright: ignore[reportCallIssue, reportAttributeAccessIssue]

    def noise(x_t: Tensor, t: Tensor) -> Tensor:
        conditional, unconditional = model(torch.cat([x_t, x_t]), torch.cat([t, t]), both).chunk(2)
        return (1 + guidance) * conditional - guidance * unconditional

    return noise

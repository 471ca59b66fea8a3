"""The average of a model's weights over its last steps, which is steadier than the model itself."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError


class WeightAverage(nn.Module):
    """An exponential moving average: average = d average + (1 - d) weights, after each step n = 0, 1, ...

    d = min(decay, (1 + n) / (10 + n)): the first steps, far from where the weights end, are soon forgotten.
    Buffers are taken over as they are. It is called as the model is. Polyak and Juditsky, 1992; the warm-up as in
    TensorFlow. Raises UsageError for a decay that is not between 0 and 1.
    """

    num_updates: Tensor

    def __init__(self, model: nn.Module, decay: float = 0.999) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise UsageError(f"decay is the share of the average that a step keeps, from 0 to below 1; got {decay}.")
        self.decay = decay
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.register_buffer("num_updates", torch.tensor(0))

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the weights of a model after a step."""
        n = self.num_updates
        share = 1 - ((1 + n) / (10 + n)).clamp(max=self.decay)  # stays on the device
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            mine.lerp_(theirs.to(mine.dtype), share)
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)
        self.num_updates += 1

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.model(*inputs)

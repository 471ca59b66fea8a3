"""Pictures and captions in one space, each beside what belongs to it (CLIP: Radford et al., 2021)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dongshou.models.checks import check_counts
from dongshou.models.diffusion.conditions import CaptionCondition


class CLIP(nn.Module):
    """Logits of every picture with every caption: scale times the cosine of the angle between their embeddings.

    logits[i, j] = e^s <f(picture_i) / |f(picture_i)|, g(caption_j) / |g(caption_j)|>, with s learnt, from ln(1 / 0.07).

    pictures (n, channels, height, width), tokens (m, words) -> (n, m). f is a small convolutional network, g the
    encoder of a Transformer. Radford et al., 2021, figure 3. Raises UsageError for sizes below 1.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        num_tokens: int,
        num_embedding: int = 64,
        channels: int = 32,
        num_hiddens: int = 64,
    ) -> None:
        super().__init__()
        check_counts(num_tokens=num_tokens, num_embedding=num_embedding, channels=channels)
        in_channels, height, width = shape
        pixels = -(-height // 4) * -(-width // 4)
        self.picture = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
            nn.Conv2d(channels, 2 * channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
            nn.Flatten(),
            nn.Linear(2 * channels * pixels, 4 * num_embedding), nn.ReLU(),
            nn.Linear(4 * num_embedding, num_embedding),
        )  # fmt: skip
        self.caption = CaptionCondition(num_tokens, num_hiddens)
        self.project = nn.Linear(num_hiddens, num_embedding)
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def of_pictures(self, pictures: Tensor) -> Tensor:
        """Embeddings of length 1, (n, num_embedding)."""
        return F.normalize(self.picture(pictures), dim=1)

    def of_captions(self, tokens: Tensor) -> Tensor:
        """Embeddings of length 1, (m, num_embedding)."""
        return F.normalize(self.project(self.caption(tokens).vector), dim=1)

    def forward(self, pictures: Tensor, tokens: Tensor) -> Tensor:
        scale = self.scale.clamp(max=math.log(100)).exp()  # more than 100 made the training unstable
        return scale * self.of_pictures(pictures) @ self.of_captions(tokens).mT

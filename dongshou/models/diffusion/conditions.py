"""What a picture is to show, as numbers that a U-Net is given: a class, or a caption."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from dongshou.models.checks import check_counts
from dongshou.models.transformer import TransformerEncoder


class Clue(NamedTuple):
    """What the network is told about the picture.

    vector  (batch, num_hiddens), added to the embedding of the step
    words   (batch, words, num_hiddens), for attention to look at; None where there is one clue alone
    mask    (batch, 1, 1, words), True where there is a word
    """

    vector: Tensor
    words: Tensor | None = None
    mask: Tensor | None = None


class ClassCondition(nn.Module):
    """A vector for each class, and one for no class, the last. classes (batch,) -> Clue.

    Raises UsageError for fewer than one class.
    """

    def __init__(self, num_classes: int, num_hiddens: int) -> None:
        super().__init__()
        check_counts(num_classes=num_classes, num_hiddens=num_hiddens)
        self.num_classes = num_classes
        self.embedding = nn.Embedding(num_classes + 1, num_hiddens)

    def forward(self, classes: Tensor) -> Clue:
        return Clue(self.embedding(classes))

    def nothing(self, classes: Tensor) -> Tensor:
        """As many times no class at all."""
        return torch.full_like(classes, self.num_classes)


class CaptionCondition(nn.Module):
    """A caption, read by the encoder of a Transformer. tokens (batch, words), filled up with 0 -> Clue.

    Each caption begins with a token of its own, here 1, which stands for the whole of it: where there is no other
    token, there is no caption. Raises UsageError for fewer than one token, or heads that do not divide num_hiddens.
    """

    START = 1

    def __init__(
        self, num_tokens: int, num_hiddens: int, num_heads: int = 4, num_layers: int = 2, max_len: int = 32
    ) -> None:
        super().__init__()
        check_counts(num_tokens=num_tokens, num_layers=num_layers)
        self.encoder = TransformerEncoder(num_tokens, num_hiddens, num_heads, 2 * num_hiddens, num_layers, 0.0, max_len)
        self.project = nn.Linear(num_hiddens, num_hiddens)

    def forward(self, tokens: Tensor) -> Clue:
        memory = self.encoder(tokens, (tokens > 0).sum(1))  # (batch, words, num_hiddens)
        return Clue(self.project(memory.outputs[:, 0]), memory.outputs, memory.mask)

    def nothing(self, tokens: Tensor) -> Tensor:
        """As many captions that say nothing."""
        empty = torch.zeros_like(tokens)
        empty[:, 0] = self.START
        return empty

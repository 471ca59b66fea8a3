"""Words as vectors at the bottom of a network: drawn at random or somebody else's, learnt further or kept, or both."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from dongshou.errors import UsageError
from dongshou.models.checks import check_choice, check_counts

Embeddings = Literal["tuned", "frozen", "both"]
EMBEDDINGS = ("tuned", "frozen", "both")


class TwoChannels(nn.Module):
    """The same vectors twice, side by side: one copy is learnt further, the other kept. Kim, 2014.

    tokens (batch, steps) -> (batch, steps, 2 size)
    """

    def __init__(self, vectors: Tensor) -> None:
        super().__init__()
        self.tuned = nn.Embedding.from_pretrained(vectors.clone(), freeze=False)
        self.frozen = nn.Embedding.from_pretrained(vectors.clone(), freeze=True)
        self.embedding_dim = 2 * vectors.shape[1]

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.cat([self.tuned(tokens), self.frozen(tokens)], -1)


def word_embedding(
    vocabulary_size: int, embedding_size: int, vectors: Tensor | None = None, embeddings: Embeddings = "tuned"
) -> nn.Embedding | TwoChannels:
    """tokens -> vectors, `embedding_dim` numbers each.

    vectors     (vocabulary_size, embedding_size) to begin with, by default drawn from N(0, 1)
    embeddings  "tuned" vectors are learnt further, "frozen" ones stay, "both" are two channels

    Raises UsageError for vectors of another shape, sizes below 1, or random vectors that would stay random.
    """
    check_counts(vocabulary_size=vocabulary_size, embedding_size=embedding_size)
    check_choice("embeddings", embeddings, EMBEDDINGS)
    if vectors is None:
        if embeddings != "tuned":
            raise UsageError(f'embeddings="{embeddings}" keeps vectors as they are: give some by vectors=.')
        return nn.Embedding(vocabulary_size, embedding_size)
    if vectors.shape != (vocabulary_size, embedding_size):
        raise UsageError(
            f"Every word of the vocabulary needs a vector: vectors has the shape {tuple(vectors.shape)} instead of"
            f" ({vocabulary_size}, {embedding_size})."
        )
    if embeddings == "both":
        return TwoChannels(vectors)
    return nn.Embedding.from_pretrained(vectors.clone(), freeze=embeddings == "frozen")

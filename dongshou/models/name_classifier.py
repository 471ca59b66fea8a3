"""A classifier of sequences: recurrent layers read a name in both directions, a linear layer says whose it is."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dongshou.models.checks import check_counts
from dongshou.models.recurrent_layers import Kind, recurrent_layers, run_lengths
from dongshou.models.word_embedding import Embeddings, word_embedding


class RecurrentClassifier(nn.Module):
    """logits = W [h forward at the end, h backward at the start] + b, of the last layer. Schuster and Paliwal, 1997.

    (tokens (batch, longest), lengths (batch,)) -> (batch, num_classes). What stands behind a sequence's end is not
    looked at. Raises DongshouError for an empty sequence.
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_classes: int,
        *,
        embedding_size: int,
        num_hiddens: int,
        kind: Kind,
        bidirectional: bool,
        num_layers: int,
        dropout: float,
        vectors: Tensor | None,
        embeddings: Embeddings,
    ) -> None:
        super().__init__()
        self.embedding = word_embedding(vocabulary_size, embedding_size, vectors, embeddings)
        self.recurrent = recurrent_layers(
            kind,
            self.embedding.embedding_dim,
            num_hiddens,
            num_layers=num_layers,
            bidirectional=bidirectional,
            dropout=dropout,
        )
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(num_hiddens * (2 if bidirectional else 1), num_classes)

    def forward(self, inputs: tuple[Tensor, Tensor]) -> Tensor:
        tokens, lengths = inputs
        x = self.dropout(self.embedding(tokens))  # (batch, longest, embedding_size)
        _, (h, *_) = run_lengths(self.recurrent, x, lengths)  # (num_layers directions, batch, num_hiddens)
        ends = [*h[-2:]] if self.recurrent.bidirectional else [h[-1]]
        return self.output(self.dropout(torch.cat(ends, -1)))  # (batch, num_classes)


def recurrent_classifier(
    vocabulary_size: int,
    num_classes: int,
    *,
    embedding_size: int = 64,
    num_hiddens: int = 128,
    kind: Kind = "gru",
    bidirectional: bool = True,
    num_layers: int = 1,
    dropout: float = 0.0,
    vectors: Tensor | None = None,
    embeddings: Embeddings = "tuned",
) -> RecurrentClassifier:
    """(tokens, lengths) -> logits (batch, num_classes). Dropout on the embedding, between layers, and on the last h.

    vectors, embeddings  see `word_embedding`

    Raises UsageError for an unknown kind or sizes below 1.
    """
    check_counts(num_classes=num_classes)
    return RecurrentClassifier(
        vocabulary_size,
        num_classes,
        embedding_size=embedding_size,
        num_hiddens=num_hiddens,
        kind=kind,
        bidirectional=bidirectional,
        num_layers=num_layers,
        dropout=dropout,
        vectors=vectors,
        embeddings=embeddings,
    )

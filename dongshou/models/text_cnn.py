"""TextCNN: filters that look for runs of words, wherever they are in a text (Kim, 2014)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dongshou.errors import UsageError
from dongshou.models.checks import check_counts, check_dropout
from dongshou.models.word_embedding import Embeddings, word_embedding


class TextCNN(nn.Module):
    """logits = W [max over time of ReLU(filter * x)] + b, filters of several widths over the vectors x of the words.

    (tokens (batch, longest), lengths (batch,)) -> (batch, num_classes). A filter may begin before the text and end
    behind it, where x is 0, so that a text of one word has a place for each; what lies behind its end is not looked at.
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_classes: int,
        *,
        embedding_size: int,
        kernel_sizes: Sequence[int],
        num_channels: int,
        dropout: float,
        embedding_dropout: float,
        vectors: Tensor | None,
        embeddings: Embeddings,
    ) -> None:
        super().__init__()
        self.embedding = word_embedding(vocabulary_size, embedding_size, vectors, embeddings)
        self.kernel_sizes = tuple(kernel_sizes)
        self.embedding_dropout = nn.Dropout(embedding_dropout)
        size = self.embedding.embedding_dim
        self.convolutions = nn.ModuleList(
            nn.Conv1d(size, num_channels, width, padding=width - 1) for width in kernel_sizes
        )
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(num_channels * len(kernel_sizes), num_classes)

    def forward(self, inputs: tuple[Tensor, Tensor]) -> Tensor:
        tokens, lengths = inputs
        x = self.embedding_dropout(self.embedding(tokens))  # (batch, steps, size)
        strongest = [response.amax(-1) for response in self.responses(x, lengths)]
        return self.output(self.dropout(torch.cat(strongest, -1)))  # (batch, num_classes)

    def responses(self, x: Tensor, lengths: Tensor) -> list[Tensor]:
        """How strongly the filters of each width respond at each place, (batch, num_channels, steps + width - 1).

        x (batch, steps, size) are the vectors of the words. Place 0 is where only the last word of the filter lies in
        the text; places from which none does have 0, less than which ReLU never gives.
        """
        num_steps = x.shape[1]
        x = (x * is_before(lengths, num_steps)[..., None]).mT  # (batch, size, steps)
        responses = []
        for convolution in self.convolutions:
            response = F.relu(convolution(x))
            num_places = response.shape[-1]
            beyond = num_places - num_steps  # places that a text as long as the batch has more than words
            responses.append(response * is_before(lengths + beyond, num_places)[:, None])
        return responses


def is_before(lengths: Tensor, num_steps: int) -> Tensor:
    """Which of the steps lie before the end of each sequence, (batch, num_steps)."""
    return torch.arange(num_steps, device=lengths.device) < lengths[:, None]


def text_cnn(
    vocabulary_size: int,
    num_classes: int,
    *,
    embedding_size: int = 100,
    kernel_sizes: Sequence[int] = (3, 4, 5),
    num_channels: int = 100,
    dropout: float = 0.5,
    embedding_dropout: float = 0.0,
    vectors: Tensor | None = None,
    embeddings: Embeddings = "tuned",
) -> TextCNN:
    """(tokens, lengths) -> logits (batch, num_classes). Dropout on the strongest responses, and on the vectors.

    kernel_sizes         widths of the filters, in words
    num_channels         filters of each width
    vectors, embeddings  see `word_embedding`

    Raises UsageError for sizes below 1, no filters, or vectors of another shape.
    """
    check_counts(num_classes=num_classes, num_channels=num_channels)
    check_dropout(dropout)
    check_dropout(embedding_dropout)
    if not kernel_sizes or min(kernel_sizes) < 1:
        raise UsageError(f"kernel_sizes are widths of filters, from 1 word; got {tuple(kernel_sizes)}.")
    return TextCNN(
        vocabulary_size,
        num_classes,
        embedding_size=embedding_size,
        kernel_sizes=kernel_sizes,
        num_channels=num_channels,
        dropout=dropout,
        embedding_dropout=embedding_dropout,
        vectors=vectors,
        embeddings=embeddings,
    )

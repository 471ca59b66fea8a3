"""A linear classifier of bags of words: what naive Bayes and logistic regression both are in the end."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from dongshou.models.checks import check_choice, check_counts

Values = Literal["count", "binary", "tf-idf"]
VALUES = ("count", "binary", "tf-idf")


class BagOfWords(nn.Module):
    """logits = W x + b, x (batch, vocabulary_size) being what the tokens of a text count, in whatever order.

    count   how often each occurs
    binary  1 for each that occurs
    tf-idf  count times `idf`, the rarity of the token, scaled to length 1 (Sparck Jones, 1972)

    (tokens (batch, longest), lengths (batch,)) -> (batch, num_classes). A token whose weights are 0, as <unk>, says
    nothing. x is never made: only the columns of W that occur are summed.
    """

    idf: Tensor

    def __init__(self, vocabulary_size: int, num_classes: int, *, values: Values) -> None:
        super().__init__()
        self.values: Values = values
        self.output = nn.Linear(vocabulary_size, num_classes)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        self.register_buffer("idf", torch.ones(vocabulary_size))

    def forward(self, inputs: tuple[Tensor, Tensor]) -> Tensor:
        rows, tokens, values = self.bags(*inputs)  # each (different tokens of all texts,)
        scores = values[:, None] * self.output.weight.T[tokens]  # (different tokens, classes)
        return self.output.bias.repeat(len(inputs[0]), 1).index_add(0, rows, scores)

    def bags(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The different tokens of each text: its row, the token, and its value in x."""
        is_token = torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None]
        rows = is_token.nonzero()[:, 0]
        size = self.output.in_features
        both = rows * size + tokens[is_token]  # a number for each pair of row and token
        different, counts = both.unique(return_counts=True)
        rows, tokens = different // size, different % size
        values = counts.to(self.idf.dtype)
        if self.values == "binary":
            values = torch.ones_like(values)
        if self.values == "tf-idf":
            values = values * self.idf[tokens]
            squares = values.new_zeros(len(lengths)).index_add(0, rows, values**2)
            values = values / squares[rows].sqrt().clamp(min=1e-12)
        return rows, tokens, values


def bag_of_words(vocabulary_size: int, num_classes: int, *, values: Values = "count") -> BagOfWords:
    """(tokens, lengths) -> logits (batch, num_classes). Its weights are 0 until they are counted or learnt.

    Raises UsageError for sizes below 1 or another kind of values.
    """
    check_counts(vocabulary_size=vocabulary_size, num_classes=num_classes)
    check_choice("values", values, VALUES)
    return BagOfWords(vocabulary_size, num_classes, values=values)

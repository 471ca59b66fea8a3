"""GloVe (Pennington, Socher and Manning, 2014): two vectors for each word, whose product is the log of a count."""

from __future__ import annotations

from torch import Tensor, nn

from dongshou.models.checks import check_counts


class GloVe(nn.Module):
    """log X_ij ~ w_i . w'_j + b_i + b'_j

    words (batch,), contexts (batch,) -> (batch,)
    """

    def __init__(self, num_words: int, size: int) -> None:
        super().__init__()
        self.word, self.context = nn.Embedding(num_words, size), nn.Embedding(num_words, size)
        self.word_bias, self.context_bias = nn.Embedding(num_words, 1), nn.Embedding(num_words, 1)
        for layer in (self.word, self.context, self.word_bias, self.context_bias):
            nn.init.uniform_(layer.weight, -0.5 / size, 0.5 / size)

    def forward(self, words: Tensor, contexts: Tensor) -> Tensor:
        product = (self.word(words) * self.context(contexts)).sum(1)  # (batch,)
        return product + self.word_bias(words).squeeze(1) + self.context_bias(contexts).squeeze(1)

    def vectors(self) -> Tensor:
        """w + w', (words, size): a word is a word and a context in like manner, and their noise differs."""
        return self.word.weight.detach() + self.context.weight.detach()


def glove(num_words: int, size: int = 100) -> GloVe:
    """GloVe for so many words with vectors of so many numbers."""
    check_counts(num_words=num_words, size=size)
    return GloVe(num_words, size)

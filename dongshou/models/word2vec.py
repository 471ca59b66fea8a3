"""word2vec (Mikolov et al., 2013): a vector for each word as it is given, another as it is asked for."""

from __future__ import annotations

from torch import Tensor, nn

from dongshou.models.checks import check_counts
from dongshou.models.table_rows import is_read_in_place, products, reading, weighted_sums


class Word2Vec(nn.Module):
    """score = u_asked . h,   h = mean of the v of what is given.

    given     (groups, given) rows of the input layer, those that count in is_given (groups, given); one center, the
              contexts of a center, or the sub-words of a center
    group     (pairs,) which group each pair belongs to
    asked     (pairs, asked) rows of the output layer: words, or the forks of a tree -> scores (pairs, asked)

    sigma(score) is the probability of a yes. The vectors of words are those of the input layer.
    """

    def __init__(self, num_inputs: int, num_outputs: int, size: int, sparse: bool) -> None:
        super().__init__()
        self.input = nn.Embedding(num_inputs, size, sparse=sparse)
        self.output = nn.Embedding(num_outputs, size, sparse=sparse)
        for layer in (self.input, self.output):
            nn.init.xavier_uniform_(layer.weight)

    def forward(self, given: Tensor, is_given: Tensor, group: Tensor, asked: Tensor) -> Tensor:
        h = self.hidden(given, is_given)  # (groups, size)
        if is_read_in_place(self.output, len(h), asked.numel()):
            read = reading(asked, group, len(h))
            return products(h, self.output.weight, read, self.output.sparse).view(asked.shape)
        # index_select, for the gradient of h[group] adds up in the order in which threads come
        return (self.output(asked) * h.index_select(0, group).unsqueeze(1)).sum(-1)  # (pairs, asked)

    def hidden(self, given: Tensor, is_given: Tensor) -> Tensor:
        """The mean of the vectors that are there, (groups, given) -> (groups, size); of none it is 0."""
        if given.shape[1] == 1:
            return self.input(given).squeeze(1)
        number = is_given.sum(1, keepdim=True).clamp(min=1)
        if is_read_in_place(self.input, len(given), given.numel()):
            groups, _ = is_given.nonzero(as_tuple=True)
            weights = (1 / number.to(self.input.weight.dtype)).index_select(0, groups).squeeze(1)
            read = reading(given[is_given].unsqueeze(1), groups, len(given))
            return weighted_sums(weights, self.input.weight, read, self.input.sparse)
        return (self.input(given) * is_given.unsqueeze(-1)).sum(1) / number


def word2vec(num_inputs: int, num_outputs: int | None = None, *, size: int = 100, sparse: bool = False) -> Word2Vec:
    """Two layers of vectors, drawn from U(-a, a), a = sqrt(6 / (rows + size)) (Glorot and Bengio, 2010).

    num_inputs   words, or their sub-words
    num_outputs  words, or the forks of a Huffman tree, one fewer; as many as inputs where it is left out
    sparse       gradients name the rows that were read, and with SparseAdam or SGD a step costs no more than these:
                 worth it where a batch reads few of all rows

    Raises UsageError for numbers below 1.
    """
    num_outputs = num_inputs if num_outputs is None else num_outputs
    check_counts(num_inputs=num_inputs, num_outputs=num_outputs, size=size)
    return Word2Vec(num_inputs, num_outputs, size, sparse)

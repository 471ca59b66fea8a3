"""Decomposable attention: two sentences compared word by word, in whatever order the words stand (Parikh et al., 2016).

attend     each word of one sentence finds its like in the other
compare    each word is laid beside what it has found
aggregate  what all words say is summed, and judged
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dongshou.errors import DongshouError
from dongshou.models.attention import length_mask, masked_softmax
from dongshou.models.checks import check_counts, check_dropout

Pair = tuple[Tensor, Tensor, Tensor, Tensor]  # premises (batch, m), their lengths, hypotheses (batch, n), theirs


class DecomposableAttention(nn.Module):
    """F, G and H are perceptrons of two layers; a_i, b_j the projected embeddings of premise and hypothesis.

    e_ij = F(a_i) . F(b_j)
    beta_i = sum_j softmax_j(e_ij) b_j          alpha_j = sum_i softmax_i(e_ij) a_i
    v_1 = sum_i G([a_i, beta_i])                v_2 = sum_j G([b_j, alpha_j])
    logits = H([v_1, v_2])

    (premises (batch, m), lengths (batch,), hypotheses (batch, n), lengths (batch,)) -> (batch, num_classes). Sums
    and softmaxes stop at the end of a sentence. `alignment` holds the last softmaxes: (batch, m, n), each row over the
    hypothesis, and (batch, n, m), each row over the premise.
    Raises DongshouError for an empty sentence. Parikh et al., "A Decomposable Attention Model for Natural Language
    Inference", 2016, section 3.
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_classes: int,
        *,
        embedding_size: int,
        num_hiddens: int,
        dropout: float,
        enhanced: bool,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.projection = nn.Linear(embedding_size, num_hiddens, bias=False)
        self.attend = perceptron(num_hiddens, num_hiddens, dropout)
        self.enhanced = enhanced
        self.compare = perceptron((4 if enhanced else 2) * num_hiddens, num_hiddens, dropout)
        self.aggregate = perceptron(2 * num_hiddens, num_hiddens, dropout)
        self.output = nn.Linear(num_hiddens, num_classes)
        self.softmax = nn.Softmax(dim=-1)
        self.alignment: tuple[Tensor, Tensor] | None = None

    def forward(self, inputs: Pair) -> Tensor:
        premises, premise_lengths, hypotheses, hypothesis_lengths = inputs
        check_lengths(premise_lengths, hypothesis_lengths)
        in_premise = length_mask(premise_lengths, premises.size(1))  # (batch, m)
        in_hypothesis = length_mask(hypothesis_lengths, hypotheses.size(1))  # (batch, n)
        a = self.projection(self.embedding(premises))  # (batch, m, num_hiddens)
        b = self.projection(self.embedding(hypotheses))  # (batch, n, num_hiddens)
        scores = self.attend(a) @ self.attend(b).mT  # e: (batch, m, n)
        is_pair = in_premise[:, :, None] & in_hypothesis[:, None]  # of two words, no padding
        over_hypothesis = masked_softmax(scores, is_pair, self.softmax)
        over_premise = masked_softmax(scores.mT, is_pair.mT, self.softmax)  # (batch, n, m)
        self.alignment = over_hypothesis.detach(), over_premise.detach()
        v1 = self.compared(a, over_hypothesis @ b, in_premise)  # (batch, num_hiddens)
        v2 = self.compared(b, over_premise @ a, in_hypothesis)
        return self.output(self.aggregate(torch.cat([v1, v2], -1)))  # (batch, num_classes)

    def compared(self, words: Tensor, found: Tensor, is_word: Tensor) -> Tensor:
        """G of each word beside what it has found, summed over the words: (batch, steps, num_hiddens), twice -> v"""
        beside = [words, found]
        if self.enhanced:
            beside += [words - found, words * found]
        return (self.compare(torch.cat(beside, -1)) * is_word[:, :, None]).sum(1)


def perceptron(num_inputs: int, num_hiddens: int, dropout: float) -> nn.Sequential:
    """Two layers, each with dropout before it and a ReLU behind it. (..., num_inputs) -> (..., num_hiddens)"""
    layers: list[nn.Module] = []
    for size in (num_inputs, num_hiddens):
        layers += [nn.Dropout(dropout), nn.Linear(size, num_hiddens), nn.ReLU()]
    return nn.Sequential(*layers)


def check_lengths(*lengths: Tensor) -> None:
    """Raises DongshouError for a sentence without words; on a device nobody waits for that."""
    if any(one.device.type == "cpu" and len(one) and int(one.min()) < 1 for one in lengths):
        raise DongshouError("Each of the two sentences has at least one word; one is empty. Leave out such pairs.")


def decomposable_attention(
    vocabulary_size: int,
    num_classes: int = 3,
    *,
    embedding_size: int = 100,
    num_hiddens: int = 200,
    dropout: float = 0.2,
    enhanced: bool = False,
) -> DecomposableAttention:
    """(premises, lengths, hypotheses, lengths) -> logits (batch, num_classes).

    enhanced  G is given a - beta and a * beta as well, element by element, which few examples do not teach it to
              compute: G([a_i, beta_i, a_i - beta_i, a_i beta_i]) (Chen et al., "Enhanced LSTM", 2017, equation 14)

    Raises UsageError for sizes below 1, or dropout that is no probability.
    """
    check_counts(vocabulary_size=vocabulary_size, num_classes=num_classes)
    check_counts(embedding_size=embedding_size, num_hiddens=num_hiddens)
    check_dropout(dropout)
    return DecomposableAttention(
        vocabulary_size,
        num_classes,
        embedding_size=embedding_size,
        num_hiddens=num_hiddens,
        dropout=dropout,
        enhanced=enhanced,
    )

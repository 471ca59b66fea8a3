"""Recurrent language models: what comes next, from a state that remembers what came before (Mikolov et al., 2010)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dongshou.errors import DongshouError, UsageError
from dongshou.models.checks import check_counts
from dongshou.models.recurrent_layers import Kind, State, recurrent_layers, run


class RecurrentLanguageModel(nn.Module):
    """h_t = f(x_t, h_(t-1)), logits_t = W h_t + b: scores for the token after the t-th.

    tokens (batch, steps), state -> logits (batch, steps, vocabulary_size), state. x_t is the one-hot token or its
    embedding; dropout stands on x, between the layers and on the last h, never on the way through time (Zaremba et
    al., 2014). Both directions at once are a misuse: the way back has seen the very token that is to be predicted.
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_hiddens: int,
        *,
        kind: Kind,
        num_layers: int,
        bidirectional: bool,
        embedding_size: int | None,
        tied: bool,
        dropout: float,
    ) -> None:
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.embedding = None if embedding_size is None else nn.Embedding(vocabulary_size, embedding_size)
        self.recurrent = recurrent_layers(
            kind,
            vocabulary_size if embedding_size is None else embedding_size,
            num_hiddens,
            num_layers=num_layers,
            bidirectional=bidirectional,
            dropout=dropout,
        )
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(num_hiddens * (2 if bidirectional else 1), vocabulary_size)
        if tied:
            tie(self.embedding, self.output)

    def forward(self, tokens: Tensor, state: State | None = None, fresh: Tensor | None = None) -> tuple[Tensor, State]:
        """`state` is what the call before returned; `fresh` (batch,) says which rows start over.

        Raises DongshouError when the state belongs to a batch of another size.
        """
        if state is not None:
            state = carried_over(state, len(tokens), fresh)
        x = self.dropout(self.embed(tokens))  # (batch, steps, embedding_size or vocabulary_size)
        h, state = run(self.recurrent, x, state)  # (batch, steps, directions num_hiddens)
        return self.output(self.dropout(h)), state

    def embed(self, tokens: Tensor) -> Tensor:
        """A vector for every token: its row of the embedding, or all zeros but for a one at its id."""
        if self.embedding is not None:
            return self.embedding(tokens)
        return F.one_hot(tokens, self.vocabulary_size).to(self.output.weight.dtype)


def carried_over(state: State, batch_size: int, fresh: Tensor | None = None) -> State:
    """The state, with zeros for the rows that are fresh. Raises DongshouError for a batch of another size."""
    if (before := state[0].size(1)) != batch_size:
        raise DongshouError(
            f"A state goes on with the sequences it came from: it belongs to a batch of {before}, and the tokens are "
            f"a batch of {batch_size}. Start over with state=None, or keep the batch size."
        )
    if fresh is None:
        return state
    return tuple(torch.where(fresh[:, None], 0.0, part) for part in state)  # (layers directions, batch, num_hiddens)


def tie(embedding: nn.Embedding | None, output: nn.Linear) -> None:
    """Weight tying: one matrix for the embedding and the output: W = E (Press and Wolf, 2017).

    Drawn from U(-0.1, 0.1), as in Zaremba et al.: with the N(0, 1) of an embedding the first logits would be large.
    Raises UsageError where there is no embedding, or one of another shape.
    """
    if embedding is None or embedding.weight.shape != output.weight.shape:
        given = "one-hot inputs" if embedding is None else f"embedding_size={embedding.embedding_dim}"
        raise UsageError(
            f"Tied weights serve as embedding and as output: tied=True needs embedding_size={output.in_features}, "
            f"the number of outputs of the recurrent layers; got {given}."
        )
    nn.init.uniform_(embedding.weight, -0.1, 0.1)
    output.weight = embedding.weight


def recurrent_language_model(
    vocabulary_size: int,
    num_hiddens: int = 256,
    *,
    kind: Kind = "rnn",
    num_layers: int = 1,
    bidirectional: bool = False,
    embedding_size: int | None = None,
    tied: bool = False,
    dropout: float = 0.0,
) -> RecurrentLanguageModel:
    """(batch, steps) -> logits (batch, steps, vocabulary_size) and the state to go on from.

    kind            "rnn", "gru" or "lstm"
    embedding_size  the length of a token's vector; None gives one-hot inputs
    tied            one matrix for embedding and output

    Raises UsageError for an unknown kind, sizes below 1, or weights that cannot be tied.
    """
    check_counts(vocabulary_size=vocabulary_size)
    if embedding_size is not None:
        check_counts(embedding_size=embedding_size)
    return RecurrentLanguageModel(
        vocabulary_size,
        num_hiddens,
        kind=kind,
        num_layers=num_layers,
        bidirectional=bidirectional,
        embedding_size=embedding_size,
        tied=tied,
        dropout=dropout,
    )

"""What goes on in a language model over a short text: the gates of an LSTM, or all attention of a GPT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import Tensor, nn

from dongshou.data import TextSplits
from dongshou.models.gpt import GPT
from dongshou.tasks.pictures.attention import attention_by_layer, attention_of
from dongshou.tasks.pictures.gates import draw_gates, first_lstm, gates_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits

Pictures = Iterator[tuple[str, "Figure"]]

GATED, LOOKED_AT = 48, 24  # tokens in a picture
LONGEST = 32  # tokens, of a text that somebody asks about
ATTENTION = "Attention of each token to those before it"


def of_language_model(model: nn.Module, data: Splits) -> Pictures:
    """The model over the beginning of a text that it has not learnt, where there is one."""
    if isinstance(data, TextSplits):
        batches = data.test() or data.valid() or data.train()
        tokens = next(iter(batches))[0][:1]  # (1, steps)
        yield from over_text(model, tokens[:, : LOOKED_AT if isinstance(model, GPT) else GATED], data)


def of_text(model: nn.Module, data: TextSplits, text: str) -> Pictures:
    """The model over the end of a text: as much of it as it can read at once, or as is legible."""
    tokens = data.vocabulary.encode(list(data.tokenize(text)))[None]  # (1, steps)
    num_tokens = min(model.context, LONGEST) if isinstance(model, GPT) else GATED
    yield from over_text(model, tokens[:, -num_tokens:], data)


def over_text(model: nn.Module, tokens: Tensor, data: TextSplits) -> Pictures:
    """The model while it reads these tokens (1, steps): none of a model that has neither attention nor an LSTM."""
    words = [data.join([token]) for token in data.vocabulary.tokens(tokens[0].tolist())]
    if isinstance(model, GPT):
        yield from attention_by_layer("attention", attention_of(model, tokens), words, words, ATTENTION, causal=True)
    elif (lstm := first_lstm(model)) is not None:
        yield "gates", draw_gates(gates_of(model, lstm, tokens), words)

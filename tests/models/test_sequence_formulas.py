"""Networks of sequences beside a second writing of each from its publication."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from dongshou import models
from tests.models.second_writing import Weights, anywhere, assert_same_function

WORDS, SIZE, HIDDEN = 7, 6, 10
SOURCE = torch.tensor([[3, 1, 4, 1, 5], [2, 6, 0, 5, 3], [5, 8, 2, 2, 2]])
LENGTHS = torch.tensor([5, 3, 1])  # of the sources
TOKENS = torch.tensor([[0, 3, 6, 2], [1, 5, 4, 6], [2, 2, 0, 3]])

State = Any  # h (batch, hidden), or (h, c)


# Cells: one step of one layer


def rnn(x: Tensor, h: Tensor, W: Tensor, U: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """tanh(W x + b + U h + d). Elman, 1990."""
    return torch.tanh(x @ W.T + b + h @ U.T + d)


def gru(x: Tensor, h: Tensor, W: Tensor, U: Tensor, b: Tensor, d: Tensor) -> Tensor:
    """h' = (1 - z) n + z h, n = tanh(W_n x + b_n + r (U_n h + d_n)). Cho et al., 2014; r stands where torch has it."""
    (reset, update, new), (reset_h, update_h, new_h) = (x @ W.T + b).chunk(3, -1), (h @ U.T + d).chunk(3, -1)
    r, z = torch.sigmoid(reset + reset_h), torch.sigmoid(update + update_h)
    return (1 - z) * torch.tanh(new + r * new_h) + z * h


def lstm(x: Tensor, state: tuple[Tensor, Tensor], W: Tensor, U: Tensor, b: Tensor, d: Tensor) -> tuple[Tensor, Tensor]:
    """c' = f c + i g, h' = o tanh(c'). Hochreiter and Schmidhuber, 1997; the forget gate of Gers et al., 2000."""
    h, c = state
    i, f, g, o = (x @ W.T + b + h @ U.T + d).chunk(4, -1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


CELLS: dict[str, Callable[..., Any]] = {"rnn": rnn, "gru": gru, "lstm": lstm}


def layers_of(recurrent: Any) -> list[list[Tensor]]:
    """W, U and both biases of each layer, and of its way back behind it."""
    return recurrent.all_weights


def steps(kind: str, weights: list[Tensor], xs: Tensor, state: State = None) -> tuple[Tensor, State]:
    """xs (batch, steps, size) -> all h (batch, steps, hidden), the last state"""
    if state is None:
        zero = torch.zeros(len(xs), weights[1].size(1), dtype=torch.float64)
        state = (zero, zero) if kind == "lstm" else zero
    hs = []
    for x in xs.unbind(1):
        state = CELLS[kind](x, state, *weights)
        hs.append(state[0] if kind == "lstm" else state)
    return torch.stack(hs, 1), state


# Language models and a classifier


def language_model(w: Weights, tokens: Tensor, kind: str, one_hot: bool = False, p: float = 0.0) -> Tensor:
    """Dropout on x and on the last h (Zaremba et al., 2014)."""
    x = torch.eye(WORDS, dtype=torch.float64)[tokens] if one_hot else w.embedding(tokens, WORDS, SIZE)
    x = w.dropout(x, p)
    for weights in layers_of(w.layers.pop(0)):
        x, _ = steps(kind, weights, x)
    return w.linear(w.dropout(x, p), WORDS)


@pytest.mark.parametrize("kind", CELLS)
@torch.no_grad()
def test_recurrent_language_models(kind: Any):
    deep = models.recurrent_language_model(WORDS, HIDDEN, kind=kind, num_layers=2, embedding_size=SIZE)
    dropping = models.recurrent_language_model(WORDS, HIDDEN, kind=kind, dropout=0.4)
    call = lambda model, tokens: model(tokens)[0]
    assert_same_function(anywhere(deep), (TOKENS,), partial(language_model, kind=kind), call)
    formula = partial(language_model, kind=kind, one_hot=True, p=0.4)
    one = TOKENS[:1]  # of a batch torch's layers drop step by step, for that is how they lie in memory
    assert_same_function(anywhere(dropping), (one,), formula, call)
    between = models.recurrent_language_model(WORDS, HIDDEN, kind=kind, num_layers=2, dropout=0.4)
    assert between.recurrent.dropout == 0.4


def classifier(w: Weights, tokens: Tensor, lengths: Tensor, kind: str, directions: int, p: float) -> Tensor:
    """The last h of each way of the last layer, every row read alone and no further than to its end."""
    embedded, layers = w.dropout(w.embedding(tokens, 9, SIZE), p), layers_of(w.layers.pop(0))
    ends = []
    for x, length in zip(embedded, lengths.tolist(), strict=True):
        x = x[None, :length]
        for index in range(0, len(layers), directions):
            ways = [steps(kind, layers[index], x)[0]]
            if directions == 2:
                ways.append(steps(kind, layers[index + 1], x.flip(1))[0])
            last = torch.cat([way[:, -1] for way in ways], -1)  # of the way back: at the first step
            x = torch.cat([ways[0], *(way.flip(1) for way in ways[1:])], -1)
        ends.append(last)
    return w.linear(w.dropout(torch.cat(ends), p), WORDS)


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize(("bidirectional", "num_layers", "p"), [(True, 1, 0.4), (True, 2, 0.0), (False, 2, 0.0)])
@torch.no_grad()
def test_recurrent_classifiers(kind: Any, bidirectional: bool, num_layers: int, p: float):
    model = models.recurrent_classifier(
        9,
        WORDS,
        embedding_size=SIZE,
        num_hiddens=HIDDEN,
        kind=kind,
        bidirectional=bidirectional,
        num_layers=num_layers,
        dropout=p,
    )
    formula = partial(classifier, kind=kind, directions=2 if bidirectional else 1, p=p)
    call = lambda model, *inputs: model(inputs)
    assert_same_function(anywhere(model), (SOURCE, LENGTHS), formula, call)


# TextCNN (Kim, 2014)


def text_cnn(w: Weights, inputs: tuple[Tensor, Tensor], widths: tuple[int, ...], channels: int) -> Tensor:
    """Every row alone, every filter word by word at every place, also where it begins before the text."""
    embeddings = [w.layers.pop(0).weight for _ in range(channels)]
    filters = [w.layers.pop(0) for _ in widths]
    rows = []
    for tokens, length in zip(*inputs, strict=True):
        x = torch.cat([embedding[tokens[:length]] for embedding in embeddings], -1)  # (length, size)
        features = []
        for width, layer in zip(widths, filters, strict=True):
            for weight, bias in zip(layer.weight, layer.bias, strict=True):  # (size, width)
                places = range(1 - width, int(length))
                sums = [
                    sum(x[place + n] @ weight[:, n] for n in range(width) if 0 <= place + n < length)
                    for place in places
                ]
                features.append((torch.stack(sums) + bias).max().clamp(min=0))
        rows.append(torch.stack(features))
    return w.linear(torch.stack(rows), WORDS)


@pytest.mark.parametrize(("channels", "widths"), [(1, (3, 4, 5)), (2, (1, 2))])
@torch.no_grad()
def test_text_cnns(channels: int, widths: tuple[int, ...]):
    embeddings = {1: "tuned", 2: "both"}[channels]
    model = models.text_cnn(
        9,
        WORDS,
        embedding_size=SIZE,
        kernel_sizes=widths,
        num_channels=3,
        vectors=torch.randn(9, SIZE),
        embeddings=embeddings,  # pyright: ignore[reportArgumentType]
    ).eval()
    formula = text_cnn(Weights(anywhere(model)), (SOURCE, LENGTHS), widths, channels)
    torch.testing.assert_close(model((SOURCE, LENGTHS)), formula)
    for name, parameter in model.named_parameters():  # filters that respond most where there is nothing
        if not name.startswith("output"):
            parameter.abs_().mul_(-1 if name.startswith("conv") and name.endswith("weight") else 1)
    formula = text_cnn(Weights(model), (SOURCE, LENGTHS), widths, channels)
    torch.testing.assert_close(model((SOURCE, LENGTHS)), formula)


# Sequence to sequence (Cho et al., 2014; with attention Bahdanau et al., 2015)


def seq2seq(w: Weights, source: Tensor, lengths: Tensor, tokens: Tensor, attention: str | None, p: float) -> Tensor:
    """Every row alone: its source to its end, its target a step at a time."""
    embedding, layers = w.layers.pop(0).weight, layers_of(w.layers.pop(0))
    encoded = []
    for row, length in zip(source, lengths.tolist(), strict=True):
        x, states = embedding[row][None, :length], []
        for weights in layers:
            x, state = steps("gru", weights, x)
            states.append(state)
        encoded.append((x, states))  # all h of the last layer, the last h of every layer
    embedding = w.layers.pop(0).weight
    score = scores_of(w, attention)
    layers = layers_of(w.layers.pop(0))
    written = []
    for row, (h, states) in zip(tokens, encoded, strict=True):
        context, states = states[-1], [*states]
        for token in row:
            if attention:
                weights = w.dropout(score(states[-1], h[0]).softmax(-1), p)
                context = weights[None] @ h[0]
            x = torch.cat((context, embedding[token][None]), -1)
            for index, weights in enumerate(layers):
                x = states[index] = gru(x, states[index], *weights)
            written.append(x)
    outputs = torch.cat(written).unflatten(0, tokens.shape)
    return w.linear(outputs, WORDS)


def scores_of(w: Weights, attention: str | None) -> Any:
    """How well each key (keys, hidden) answers a query (1, hidden): (keys,)"""
    if attention == "dot":
        return lambda query, keys: keys @ query[0] / math.sqrt(HIDDEN)
    if attention == "additive":
        query_weight, key_weight, v = (w.layers.pop(0).weight for _ in range(3))
        return lambda query, keys: torch.tanh(query @ query_weight.T + keys @ key_weight.T) @ v[0]
    return None


@pytest.mark.parametrize("attention", [None, "dot", "additive"])
@torch.no_grad()
def test_encoders_and_decoders_of_grus(attention: Any):
    sizes = dict(embedding_size=SIZE, num_hiddens=HIDDEN)
    model = models.seq2seq(9, WORDS, num_layers=2, dropout=0.0, attention=attention, **sizes)
    formula = partial(seq2seq, attention=attention, p=0.0)
    assert_same_function(anywhere(model), (SOURCE, LENGTHS, TOKENS), formula)
    if attention:  # one row, so that both ways of writing it drop step by step
        one = SOURCE[:1], LENGTHS[:1], TOKENS[:1]
        model = models.seq2seq(9, WORDS, num_layers=1, dropout=0.4, attention=attention, **sizes)
        assert_same_function(anywhere(model), one, partial(seq2seq, attention=attention, p=0.4))


# The Transformer (Vaswani et al., 2017) and GPT (Radford et al., 2018 and 2019)


def multi_head(w: Weights, q: Tensor, k: Tensor, v: Tensor, visible: Tensor, p: float) -> Tensor:
    """Section 3.2.2, two heads: each softmax(Q K^T / sqrt(d_k)) V of its own columns."""
    q, k, v = (w.linear(x, HIDDEN, bias=False) for x in (q, k, v))
    return w.linear(two_heads(w, q, k, v, visible, p), HIDDEN, bias=False)


def two_heads(w: Weights, q: Tensor, k: Tensor, v: Tensor, visible: Tensor, p: float) -> Tensor:
    half = HIDDEN // 2
    columns = slice(0, half), slice(half, HIDDEN)
    scores = [q[..., some] @ k[..., some].transpose(1, 2) / half**0.5 for some in columns]
    weights = torch.stack([one.masked_fill(~visible, -torch.inf).softmax(-1) for one in scores], 1)
    weights = w.dropout(weights, p)  # (batch, heads, queries, keys)
    return torch.cat([weights[:, head] @ v[..., some] for head, some in enumerate(columns)], -1)


def positions(num_steps: int) -> Tensor:
    """Section 3.5"""
    rows = [
        [(math.cos if i % 2 else math.sin)(step / 10000 ** ((i - i % 2) / HIDDEN)) for i in range(HIDDEN)]
        for step in range(num_steps)
    ]
    return torch.tensor(rows, dtype=torch.float64)


def added(w: Weights, x: Tensor, y: Tensor, p: float) -> Tensor:
    return w.layer_norm(x + w.dropout(y, p))


def transformer(w: Weights, source: Tensor, lengths: Tensor, tokens: Tensor, p: float) -> Tensor:
    def entered(tokens: Tensor, num_tokens: int) -> Tensor:
        x = w.embedding(tokens, num_tokens, HIDDEN) * HIDDEN**0.5  # section 3.4
        return w.dropout(x + positions(tokens.size(1)), p)

    def feed_forward(x: Tensor) -> Tensor:
        return w.linear(w.linear(x, 12).clamp(min=0), HIDDEN)

    there = (torch.arange(source.size(1)) < lengths[:, None])[:, None]  # (batch, 1, source steps)
    past = torch.ones(tokens.size(1), tokens.size(1)).tril().bool()
    x = entered(source, 9)
    for _ in range(2):
        x = added(w, x, multi_head(w, x, x, x, there, p), p)
        x = added(w, x, feed_forward(x), p)
    memory, y = x, entered(tokens, WORDS)
    for _ in range(2):
        y = added(w, y, multi_head(w, y, y, y, past, p), p)
        y = added(w, y, multi_head(w, y, memory, memory, there, p), p)
        y = added(w, y, feed_forward(y), p)
    return w.linear(y, WORDS)


@torch.no_grad()
def test_the_transformer():
    model = models.transformer(9, WORDS, num_hiddens=HIDDEN, num_heads=2, ffn_size=12, num_layers=2, dropout=0.3)
    with_double_positions(model)
    assert_same_function(anywhere(model), (SOURCE, LENGTHS, TOKENS), partial(transformer, p=0.3))


def with_double_positions(model: nn.Module) -> None:
    """The tables of sines are computed in float32; both writings are compared in float64."""
    for module in (model.encoder, model.decoder):
        table = module.positions.positions
        torch.testing.assert_close(table, positions(len(table)).float(), rtol=0, atol=1e-4)
        module.positions.positions = positions(len(table))


def gpt(w: Weights, tokens: Tensor, p: float) -> Tensor:
    """Figure 1 of 2018 with the norms before the sublayers (2019, section 2.3); one matrix in and out."""
    words = w.layers[0].weight
    x = w.embedding(tokens, WORDS, HIDDEN) + w.layers.pop(0).weight[: tokens.size(1)]
    x = w.dropout(x, p)
    past = torch.ones(tokens.size(1), tokens.size(1)).tril().bool()
    for _ in range(2):
        h = w.layer_norm(x)
        heads = two_heads(w, *w.linear(h, 3 * HIDDEN).chunk(3, -1), past, p)
        x = x + w.dropout(w.linear(heads, HIDDEN), p)
        h = w.linear(w.layer_norm(x), 4 * HIDDEN)
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3)))
        x = x + w.dropout(w.linear(h, HIDDEN), p)
    x = w.layer_norm(x)
    assert w.layers.pop(0).weight is words
    return x @ words.T


@torch.no_grad()
def test_gpt():
    model = models.gpt(WORDS, num_layers=2, num_heads=2, num_hiddens=HIDDEN, context=6, dropout=0.3)
    for block in model.blocks:
        block.attention.attention.need_weights = True  # the fused kernel drops other places
    assert_same_function(anywhere(model), (TOKENS,), partial(gpt, p=0.3), lambda model, tokens: model(tokens)[0])

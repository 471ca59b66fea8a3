"""BERT: a Transformer that only encodes, pre-trained by filling gaps in text (Devlin et al., 2019)."""

from __future__ import annotations

from typing import get_args

from dongshou.models.bert_checkpoints import from_huggingface, to_huggingface
from dongshou.models.bert_layers import (
    BERT,
    NONLINEARITIES,
    BertClassifier,
    BertEncoder,
    Nonlinearity,
    Pooling,
    draw_weights,
    starting_std,
)
from dongshou.models.checks import check_choice, check_counts, check_dropout, check_heads

__all__ = ["bert", "bert_classifier", "bert_fine_tuned", "from_huggingface", "to_huggingface"]


def bert(
    vocabulary_size: int,
    *,
    num_layers: int = 2,
    num_heads: int = 2,
    num_hiddens: int = 128,
    ffn_size: int = 256,
    max_len: int = 64,
    dropout: float = 0.1,
    activation: Nonlinearity = "gelu",
) -> BERT:
    """(tokens, segments, lengths, positions) -> logits of the words at the positions, logits of the next sentence.

    bert(30522, num_layers=12, num_heads=12, num_hiddens=768, ffn_size=3072, max_len=512) is the published base size.
    `bert.from_huggingface(folder)` reads a checkpoint, `bert.to_huggingface(model, folder)` writes one.
    Raises UsageError for sizes below 1, or heads that do not share the features evenly.
    """
    check_counts(vocabulary_size=vocabulary_size, ffn_size=ffn_size, num_layers=num_layers, max_len=max_len)
    check_heads(num_hiddens, num_heads)
    check_dropout(dropout)
    check_choice("activation", activation, NONLINEARITIES)
    sizes = num_hiddens, num_heads, ffn_size, num_layers, dropout, max_len, activation
    return draw_weights(BERT(BertEncoder(vocabulary_size, *sizes)), starting_std(num_hiddens))


def bert_classifier(
    vocabulary_size: int,
    num_classes: int,
    *,
    num_layers: int = 2,
    num_heads: int = 2,
    num_hiddens: int = 128,
    ffn_size: int = 256,
    max_len: int = 64,
    dropout: float = 0.1,
    activation: Nonlinearity = "gelu",
    pooling: Pooling = "first",
) -> BertClassifier:
    """(tokens, lengths) or (tokens, lengths, segments, lengths) -> (batch, num_classes); starts as `bert` does.

    pooling  see `BertClassifier`
    """
    check_counts(num_classes=num_classes)
    check_choice("pooling", pooling, get_args(Pooling))
    sizes = dict(num_layers=num_layers, num_heads=num_heads, num_hiddens=num_hiddens, ffn_size=ffn_size)
    encoder = bert(vocabulary_size, **sizes, max_len=max_len, dropout=dropout, activation=activation).encoder
    return draw_weights(BertClassifier(encoder, num_classes, dropout, pooling), starting_std(num_hiddens))


def bert_fine_tuned(
    pretrained: BERT, num_classes: int, dropout: float = 0.1, pooling: Pooling = "first"
) -> BertClassifier:
    """A classifier that goes on from what a BERT has learnt, its encoder and pooler; the head starts afresh.

    pooling  see `BertClassifier`
    """
    check_choice("pooling", pooling, get_args(Pooling))
    model = BertClassifier(pretrained.encoder, num_classes, dropout, pooling)
    if pooling == "first":
        model.pooler = pretrained.pooler
    draw_weights(model.output)
    return model


# models.bert is this function: what belongs to it is found on it
vars(bert).update(from_huggingface=from_huggingface, to_huggingface=to_huggingface)

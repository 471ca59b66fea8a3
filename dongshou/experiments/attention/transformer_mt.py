"""English to French with a Transformer: attention alone, in and between both halves (Vaswani et al., 2017)."""

from __future__ import annotations

from typing import Annotated

from torch import nn

from dongshou import models
from dongshou.data import PairSplits, load_pairs
from dongshou.experiments._shared.settings import (
    BatchSize,
    Dropout,
    Encoding,
    Epochs,
    LearningRate,
    MaxExamples,
    MaxWords,
    MinFrequency,
    NumHeads,
    NumHiddens,
    NumLayers,
    Pairs,
)
from dongshou.experiments._shared.translation import (
    BEAM_NO_WORSE,
    BOOK_CLIP,
    SMALL,
    Dates,
    all_pairs,
    as_in_the_book,
    date_pairs,
    start_as_in_the_book,
    wired,
    wired_for_all,
)
from dongshou.models import EncoderDecoder
from dongshou.training import Band, Experiment

SECTIONS = {"zh": "10.7", "en": "11.7"}


FfnSize = Annotated[int, "hidden units of the position-wise feed-forward network"]


@as_in_the_book(
    train_loss=Band.between(0.30, 0.32, 0.33),
    go_bleu=Band.between(1, 1, 1),
    i_lost_bleu=Band.between(0, 1, 1),
    hes_calm_bleu=Band.between(0.658, 1, 1),
    im_home_bleu=Band.between(1, 1, 1),
)
def experiment(
    data: Pairs = "fra-eng",
    max_examples: MaxExamples = 600,
    num_steps: Annotated[int, "tokens that a sentence is cut or padded to"] = 10,
    batch_size: BatchSize = 64,
    num_hiddens: NumHiddens = 32,
    num_heads: NumHeads = 4,
    ffn_size: FfnSize = 64,
    num_layers: NumLayers = 2,
    dropout: Dropout = 0.1,
    lr: LearningRate = 0.005,
    epochs: Epochs = 200,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """The book's settings: two blocks in each half, four heads, 32 features."""
    pairs = load_pairs(data, batch_size, num_steps, max_examples=max_examples, encoding=encoding)
    model = start_as_in_the_book(model_for(pairs, num_hiddens, num_heads, ffn_size, num_layers, dropout))
    return wired(pairs, model, lr, epochs, clip=BOOK_CLIP)


@BEAM_NO_WORSE
def full(
    data: Pairs = "fra-eng",
    max_words: MaxWords = 10,
    min_frequency: MinFrequency = 2,
    batch_size: BatchSize = 128,
    num_hiddens: NumHiddens = 256,
    num_heads: NumHeads = 8,
    ffn_size: FfnSize = 1024,
    num_layers: NumLayers = 3,
    dropout: Dropout = 0.1,
    lr: LearningRate = 5e-4,
    epochs: Epochs = 10,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """All pairs of up to ten words; a tenth of the sentences is held out. For a GPU, or a night."""
    pairs = all_pairs(data, encoding, max_words, min_frequency, batch_size)
    model = model_for(pairs, num_hiddens, num_heads, ffn_size, num_layers, dropout)
    return wired_for_all(pairs, start_of_its_own(model), lr, epochs)


@BEAM_NO_WORSE
def small(
    data: Pairs = "fra-eng",
    batch_size: BatchSize = 128,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 4,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Pairs of up to eight words and a smaller network: for two cores and a quarter of an hour."""
    return full(
        data, batch_size=batch_size, num_heads=4, ffn_size=512, lr=lr, epochs=epochs, encoding=encoding, **SMALL
    )


def dates(
    language: Annotated[Dates, "dates into French, dates-zh into Chinese"] = "dates",
    max_examples: MaxExamples = 4000,
    batch_size: BatchSize = 64,
    num_hiddens: NumHiddens = 64,
    num_heads: NumHeads = 4,
    ffn_size: FfnSize = 128,
    dropout: Dropout = 0.1,
    lr: LearningRate = 0.003,
    epochs: Epochs = 10,
) -> Experiment:
    """English dates to French ones, or Chinese (`dates-zh`): no download. test_sentence_accuracy is the exact match."""
    pairs = date_pairs(language, max_examples, batch_size)
    return wired(pairs, model_for(pairs, num_hiddens, num_heads, ffn_size, 1, dropout), lr, epochs)


def model_for(
    pairs: PairSplits, num_hiddens: int, num_heads: int, ffn_size: int, num_layers: int, dropout: float
) -> EncoderDecoder:
    """A Transformer for the vocabularies of the pairs."""
    return models.transformer(
        len(pairs.source_vocabulary),
        len(pairs.target_vocabulary),
        num_hiddens=num_hiddens,
        num_heads=num_heads,
        ffn_size=ffn_size,
        num_layers=num_layers,
        dropout=dropout,
    )


def start_of_its_own(model: EncoderDecoder) -> EncoderDecoder:
    """Xavier's weights, and embeddings that are as large as the positions once they are times sqrt(num_hiddens)."""
    for layer in start_as_in_the_book(model).modules():
        if isinstance(layer, nn.Embedding):
            nn.init.normal_(layer.weight, std=layer.embedding_dim**-0.5)
    return model

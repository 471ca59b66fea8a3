"""English to French with an encoder, a decoder and attention: each word may look back at every word of the source."""

from __future__ import annotations

from typing import Annotated

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
from dongshou.models.encoder_decoder import Attention
from dongshou.training import Band, Experiment

SECTIONS = {"zh": "10.4", "en": "11.4"}


AttentionScore = Annotated[Attention, "how scores of queries and keys are computed; none leaves attention out"]


@as_in_the_book(
    train_loss=Band.between(0.19, 0.20, 0.23),
    go_bleu=Band.between(1, 1, 1),
    i_lost_bleu=Band.between(1, 1, 1),
    hes_calm_bleu=Band.between(0, 0.658, 0.658),
    im_home_bleu=Band.between(1, 1, 1),
)
def experiment(
    data: Pairs = "fra-eng",
    max_examples: MaxExamples = 600,
    num_steps: Annotated[int, "tokens that a sentence is cut or padded to"] = 10,
    batch_size: BatchSize = 64,
    attention: AttentionScore = "additive",
    num_hiddens: NumHiddens = 32,
    num_layers: NumLayers = 2,
    dropout: Dropout = 0.1,
    lr: LearningRate = 0.005,
    epochs: Epochs = 250,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """The book's settings: `seq2seq` with the attention of Bahdanau et al., 2015, between its halves."""
    pairs = load_pairs(data, batch_size, num_steps, max_examples=max_examples, encoding=encoding)
    model = start_as_in_the_book(model_for(pairs, attention, num_hiddens, num_layers, dropout))
    return wired(pairs, model, lr, epochs, clip=BOOK_CLIP)


@BEAM_NO_WORSE
def full(
    data: Pairs = "fra-eng",
    max_words: MaxWords = 10,
    min_frequency: MinFrequency = 2,
    batch_size: BatchSize = 128,
    attention: AttentionScore = "additive",
    num_hiddens: NumHiddens = 256,
    num_layers: NumLayers = 2,
    dropout: Dropout = 0.2,
    lr: LearningRate = 1e-3,
    epochs: Epochs = 10,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """All pairs of up to ten words; a tenth of the sentences is held out. For a GPU, or a night."""
    pairs = all_pairs(data, encoding, max_words, min_frequency, batch_size)
    return wired_for_all(pairs, model_for(pairs, attention, num_hiddens, num_layers, dropout), lr, epochs)


@BEAM_NO_WORSE
def small(
    data: Pairs = "fra-eng",
    batch_size: BatchSize = 128,
    lr: LearningRate = 4e-3,
    epochs: Epochs = 4,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Pairs of up to eight words and a smaller network: for two cores and a quarter of an hour."""
    return full(data, batch_size=batch_size, lr=lr, epochs=epochs, encoding=encoding, **SMALL)


def dates(
    language: Annotated[Dates, "dates into French, dates-zh into Chinese"] = "dates",
    max_examples: MaxExamples = 4000,
    batch_size: BatchSize = 64,
    attention: AttentionScore = "additive",
    num_hiddens: NumHiddens = 64,
    dropout: Dropout = 0.1,
    lr: LearningRate = 0.005,
    epochs: Epochs = 10,
) -> Experiment:
    """English dates to French ones, or Chinese (`dates-zh`): no download. test_sentence_accuracy is the exact match."""
    pairs = date_pairs(language, max_examples, batch_size)
    return wired(pairs, model_for(pairs, attention, num_hiddens, 1, dropout), lr, epochs)


def model_for(
    pairs: PairSplits, attention: Attention, num_hiddens: int, num_layers: int, dropout: float
) -> EncoderDecoder:
    """An encoder and a decoder for the vocabularies of the pairs."""
    return models.seq2seq(
        len(pairs.source_vocabulary),
        len(pairs.target_vocabulary),
        embedding_size=num_hiddens,
        num_hiddens=num_hiddens,
        num_layers=num_layers,
        dropout=dropout,
        attention=attention,
    )

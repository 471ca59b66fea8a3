"""A bidirectional LSTM reads a text from both ends; what it remembers at each end says what the text is."""

from __future__ import annotations

from typing import Annotated, Literal

from dongshou import models
from dongshou.experiments._shared.settings import (
    BatchSize,
    Columns,
    Dropout,
    EmbeddingSize,
    Encoding,
    Epochs,
    HeldOut,
    HeldOutTest,
    LabelledSet,
    LearningRate,
    MinFrequency,
    NumHiddens,
    NumLayers,
)
from dongshou.experiments.language_applications._classifier import (
    Embeddings,
    MaxTokens,
    Vectors,
    beats_bags,
    classifier_of,
    read_texts,
    start_vectors,
)
from dongshou.training import Band, Experiment, Goal, Published, Reported

SECTIONS = {"zh": "15.2", "en": "16.2"}

Cell = Annotated[Literal["rnn", "gru", "lstm"], "kind of the recurrent layers"]


@beats_bags
def experiment(
    texts: LabelledSet = "sst",
    vectors: Vectors = "random",
    embeddings: Embeddings = "tuned",
    embedding_size: EmbeddingSize = 100,
    kind: Cell = "lstm",
    num_hiddens: NumHiddens = 100,
    num_layers: NumLayers = 1,
    dropout: Dropout = 0.5,
    min_frequency: MinFrequency = 2,
    max_tokens: MaxTokens = 500,
    valid: HeldOut = 0.1,
    test: HeldOutTest = 0.1,
    batch_size: BatchSize = 64,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 8,
    columns: Columns = (),
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Random vectors, one layer, texts packed by their lengths; the epoch is chosen by the validation texts.

    `above_bag_of_words` is the distance to the best of the linear baselines of `sentiment-bow` on the same texts.
    """
    labelled = read_texts(texts, test, valid, columns, encoding)
    data = labelled.splits(batch_size, min_frequency=min_frequency, max_tokens=max_tokens)
    start = start_vectors(data, vectors, embedding_size)
    model = models.recurrent_classifier(
        len(data.vocabulary),
        len(data.classes),
        embedding_size=start.shape[1],
        num_hiddens=num_hiddens,
        kind=kind,
        num_layers=num_layers,
        dropout=dropout,
        vectors=start,
        embeddings=embeddings,
    )
    return classifier_of(labelled, data, model, lr, epochs)


@beats_bags
def pretrained(
    texts: LabelledSet = "sst", vectors: Vectors = "glove", embeddings: Embeddings = "tuned", epochs: Epochs = 8
) -> Experiment:
    """Words that begin with the vectors of GloVe, 50 numbers each."""
    return experiment(texts, vectors, embeddings, epochs=epochs)


@beats_bags
@Published(
    "d2l-zh 2.0",
    test_accuracy=Band(0.503, 0.831, 0.850, 0.861, 0.869, failed_below=0.55),
    train_loss=Band.between(0.261, 0.291, 0.693),
    secondary=("train_loss",),
)
def imdb(
    vectors: Vectors = "random",
    embeddings: Embeddings = "tuned",
    lr: LearningRate = 0.01,
    epochs: Epochs = 5,
) -> Experiment:
    """Whole reviews, 500 words of each, two layers: the book's settings with random vectors, learnt further.

    The figures are those of all 50,000 reviews and of GloVe's vectors, 100 numbers each, which stay: vectors="glove",
    embeddings="frozen". Where the reviews are not found the cut of 10,000 is taken, as the notes of the run say.
    """
    return experiment("imdb", vectors, embeddings, num_layers=2, dropout=0.0, min_frequency=5, lr=lr, epochs=epochs)


@Goal("what no bag of words can tell", test_accuracy=Reported(0.97), above_bag_of_words=Reported(0.1))
def invented(epochs: Epochs = 8) -> Experiment:
    """Reviews by a grammar, no download: which of two opinions counts is learnt from the order of the words."""
    return experiment("invented-reviews", embedding_size=50, epochs=epochs)

"""TextCNN: a hundred filters for runs of three, four and five words, and the strongest response of each (Kim, 2014)."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from functools import partial
from typing import Annotated

from dongshou import models
from dongshou.data import LabelledTexts, read_labelled_texts
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
    WeightDecay,
)
from dongshou.experiments.language_applications._bags import Folds, baselines
from dongshou.experiments.language_applications._classifier import (
    ABOVE,
    RANDOM,
    Embeddings,
    MaxTokens,
    Vectors,
    beats_bags,
    classifier_of,
    picture_beside,
    read_texts,
    start_vectors,
)
from dongshou.models.word_embedding import Embeddings as Kept
from dongshou.training import Band, Drew, Event, Experiment, Finished, Goal, Published, Reported, Series
from dongshou.training.series import Histories, averaged, last_of

SECTIONS = {"zh": "15.3", "en": "16.3"}

Widths = Annotated[tuple[int, ...], "widths of the filters, in words"]
EmbeddingDropout = Annotated[float, "share of the numbers of the words' vectors dropped at random in training"]
NumChannels = Annotated[int, "filters of each width"]


@beats_bags
@Published("Kim, 2014, CNN-rand, which has learnt from phrases too", test_accuracy=Reported(0.827, within=0.02))
def experiment(
    texts: LabelledSet = "sst",
    vectors: Vectors = "random",
    embeddings: Embeddings = "tuned",
    embedding_size: EmbeddingSize = 300,
    kernel_sizes: Widths = (3, 4, 5),
    num_channels: NumChannels = 100,
    dropout: Dropout = 0.5,
    embedding_dropout: EmbeddingDropout = 0.0,
    min_frequency: MinFrequency = 1,
    max_tokens: MaxTokens = 500,
    valid: HeldOut = 0.1,
    test: HeldOutTest = 0.1,
    batch_size: BatchSize = 50,
    lr: LearningRate = 1e-3,
    weight_decay: WeightDecay = 0.0,
    epochs: Epochs = 10,
    columns: Columns = (),
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Random vectors and sentences alone; the epoch is chosen by the validation texts.

    vectors="glove" begins with the vectors of GloVe, whose size they have; embeddings="both" gives two channels.
    `above_bag_of_words` is the distance to the best of the linear baselines of `sentiment-bow` on the same texts.
    """
    return cnn_on(
        read_texts(texts, test, valid, columns, encoding),
        vectors,
        embeddings,
        embedding_size,
        kernel_sizes=kernel_sizes,
        num_channels=num_channels,
        dropout=dropout,
        embedding_dropout=embedding_dropout,
        min_frequency=min_frequency,
        max_tokens=max_tokens,
        batch_size=batch_size,
        lr=lr,
        weight_decay=weight_decay,
        epochs=epochs,
    )


@beats_bags
@Published("Kim, 2014, with the vectors of Google News", test_accuracy=Reported(0.868, within=0.02))
def pretrained(
    texts: LabelledSet = "sst",
    vectors: Vectors = "glove",
    embeddings: Embeddings = "both",
    embedding_dropout: EmbeddingDropout = 0.5,
    lr: LearningRate = 2e-3,
    epochs: Epochs = 10,
) -> Experiment:
    """Two channels that begin with the vectors of GloVe, 50 numbers a word: one is learnt further, the other stays.

    Without half of the numbers of each vector no filter can rely on a few of them.
    """
    return experiment(texts, vectors, embeddings, embedding_dropout=embedding_dropout, lr=lr, epochs=epochs)


@beats_bags
@Published("Kim, 2014, CNN-rand", test_accuracy=Reported(0.912, within=0.01))
def trec(lr: LearningRate = 1e-3, epochs: Epochs = 15) -> Experiment:
    """What a question asks for, six classes."""
    return experiment("trec", lr=lr, epochs=epochs)


@beats_bags
@Published(
    "d2l-zh 2.0",
    test_accuracy=Band(0.827, 0.861, 0.873, 0.877, 0.877),
    train_loss=Band(0.061, 0.061, 0.066, 0.071, 0.071),
    secondary=("train_loss",),
)
def imdb(
    vectors: Vectors = "random",
    embeddings: Embeddings = "tuned",
    embedding_size: EmbeddingSize = 100,
    lr: LearningRate = 1e-3,
    epochs: Epochs = 5,
) -> Experiment:
    """Whole reviews, 500 words of each; the book's settings with random vectors. The figures are those of all 50,000.

    Where these are not found the cut of 10,000 is taken, as the notes of the run say.
    """
    return experiment(
        "imdb",
        vectors,
        embeddings,
        embedding_size,
        min_frequency=5,
        batch_size=64,
        lr=lr,
        epochs=epochs,
    )


@Published("Kim, 2014, CNN-rand", test_accuracy=Reported(0.761, within=0.01))
@Published("others, measured again", test_accuracy=Reported(0.744, within=0.01))
@beats_bags
def rt_polarity(lr: LearningRate = 1e-3, epochs: Epochs = 8, folds: Folds = 10) -> Series:
    """Ten folds, each tested once by a network that has learnt from the others; the result is the mean."""
    parts = {f"fold {number}": partial(fold, number, folds, lr, epochs) for number in range(folds)}
    return Series(parts, mean_of_folds, data="rt-polarity", asked_with="text")


@Goal("what no bag of words can tell", test_accuracy=Reported(0.97), above_bag_of_words=Reported(0.1))
def invented(embedding_size: EmbeddingSize = 50, lr: LearningRate = 1e-3, epochs: Epochs = 10) -> Experiment:
    """Reviews by a grammar, no download: `but` and what follows it are seen together, as no bag of words can."""
    return experiment("invented-reviews", embedding_size=embedding_size, lr=lr, epochs=epochs)


def cnn_on(
    texts: LabelledTexts,
    vectors: str = RANDOM,
    embeddings: Kept = "tuned",
    embedding_size: int = 300,
    *,
    kernel_sizes: tuple[int, ...] = (3, 4, 5),
    num_channels: int = 100,
    dropout: float = 0.5,
    embedding_dropout: float = 0.0,
    min_frequency: int = 1,
    max_tokens: int = 500,
    batch_size: int = 50,
    lr: float,
    weight_decay: float = 0.0,
    epochs: int,
) -> Experiment:
    """The network on texts that have been read."""
    data = texts.splits(batch_size, min_frequency=min_frequency, max_tokens=max_tokens)
    start = start_vectors(data, vectors, embedding_size)
    model = models.text_cnn(
        len(data.vocabulary),
        len(data.classes),
        embedding_size=start.shape[1],
        kernel_sizes=kernel_sizes,
        num_channels=num_channels,
        dropout=dropout,
        embedding_dropout=embedding_dropout,
        vectors=start,
        embeddings=embeddings,
    )
    return classifier_of(texts, data, model, lr, epochs, weight_decay)


def fold(number: int, folds: int, lr: float, epochs: int) -> Experiment:
    """The network that is tested on one fold, a tenth of the others being set aside to choose the epoch by."""
    texts = read_labelled_texts("rt-polarity").fold(number, folds).held_out(valid=0.1)
    return cnn_on(texts, lr=lr, epochs=epochs)


def mean_of_folds(histories: Histories) -> Iterator[Event]:
    """The mean over the folds, beside that of the bags of words on the same folds, and the deviation between folds."""
    texts = read_labelled_texts("rt-polarity")
    bags = [baselines(texts.fold(number, len(histories)).held_out(valid=0.1)) for number in range(len(histories))]
    means = averaged({str(number): metrics for number, metrics in enumerate(bags)})
    networks = last_of(histories)
    accuracy = averaged(networks)["test_accuracy"]
    deviation = statistics.pstdev(metrics["test_accuracy"] for metrics in networks.values())
    yield Drew("beside-bags-of-words", picture_beside(accuracy, means))
    above = accuracy - max(means.values())
    yield Finished(averaged(networks) | {ABOVE: above, "fold_deviation": deviation} | means)

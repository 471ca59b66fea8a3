"""Does one sentence follow from another? Attention lays their words side by side, and compares (Parikh et al., 2016).

No word knows its place: the network sees two bags of words, and which word of one is like which of the other.
"""

from __future__ import annotations

from typing import Annotated

import torch
from torch.optim import Adam

from dongshou import models
from dongshou.data import LabelledTexts, Vocabulary
from dongshou.data.sets.pretrained_vectors import find_pretrained
from dongshou.experiments._shared.schedule import cosine
from dongshou.experiments._shared.settings import (
    BatchSize,
    Columns,
    Dropout,
    EmbeddingSize,
    Encoding,
    Epochs,
    HeldOut,
    HeldOutTest,
    LearningRate,
    MinFrequency,
    NumHiddens,
)
from dongshou.experiments.language_applications._classifier import RANDOM, MaxTokens, Vectors, start_vectors
from dongshou.experiments.language_applications._pairs import (
    MORE_IS_BETTER,
    PairsSet,
    beats_baselines,
    beside_baselines,
    read_pairs,
)
from dongshou.tasks import Classification
from dongshou.training import Band, Experiment, Goal, Published, Reported
from dongshou.training.early_stopping import EarlyStopping

SECTIONS = {"zh": "15.5", "en": "16.5"}

Enhanced = Annotated[bool, "differences and products are laid beside the words too (Chen et al., 2017)"]

MOST_FREQUENT = 30_000  # words of somebody else's vectors that are known besides those of the training pairs


@beats_baselines
@Goal("on the cut of SNLI", test_accuracy=Reported(0.68))
def experiment(
    texts: PairsSet = "snli",
    vectors: Vectors = "glove",
    embedding_size: EmbeddingSize = 100,
    num_hiddens: NumHiddens = 100,
    dropout: Dropout = 0.1,
    enhanced: Enhanced = True,
    max_tokens: MaxTokens = 50,
    min_frequency: MinFrequency = 1,
    batch_size: BatchSize = 32,
    lr: LearningRate = 1e-3,
    epochs: Epochs = 10,
    falling: Annotated[bool, "the learning rate falls along a cosine to 0"] = True,
    valid: HeldOut = 0.1,
    test: HeldOutTest = 0.1,
    columns: Columns = (),
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Premise and hypothesis: the second follows, contradicts, or neither; beside linear models of the same pairs.

    The whole SNLI where it is found, else the cut, which the notes of the run say. Somebody else's vectors stay as
    they are, so that words of the test that were never trained on have their place too; random ones are learnt. The
    epoch is the one with the best validation accuracy. The cut has no pairs for that but the first thousand of the
    training pairs, where they lie beside it; else a tenth of its pairs is set aside, which no model trains on.
    """
    pairs = read_pairs(texts, test, valid, columns, encoding)
    vocabulary = known_words(pairs, vectors, min_frequency)
    data = pairs.splits(batch_size, vocabulary=vocabulary, min_frequency=min_frequency, max_tokens=max_tokens)
    start = start_vectors(data, vectors, embedding_size)  # (words, size)
    model = models.decomposable_attention(
        len(vocabulary),
        len(data.classes),
        embedding_size=start.shape[1],
        num_hiddens=num_hiddens,
        dropout=dropout,
        enhanced=enhanced,
    )
    with torch.no_grad():
        model.embedding.weight.copy_(start)
    model.embedding.weight.requires_grad_(vectors == RANDOM)
    return Experiment(
        data=data,
        model=model,
        task=Classification(asked_with="pair"),
        optimizer=Adam([weight for weight in model.parameters() if weight.requires_grad], lr=lr),
        epochs=epochs,
        schedule=cosine(epochs * len(data.train())) if falling else None,
        schedule_every="step",
        early_stopping=EarlyStopping("valid_accuracy", patience=epochs) if pairs.valid is not None else None,
        conclude=beside_baselines(pairs),
        higher_is_better=MORE_IS_BETTER,
    )


@Published(
    "d2l-zh 2.0",  # the whole of SNLI, vectors of 100 numbers that are learnt further
    test_accuracy=Band.between(0.818, 0.825, 0.830),
    train_loss=Band.between(0.492, 0.496, 0.498),
    train_accuracy=Band.between(0.804, 0.805, 0.807),
    secondary=("train_loss", "train_accuracy"),
)
def book(vectors: Vectors = "glove", epochs: Epochs = 4) -> Experiment:
    """The network of the book, as it was published: for the whole of SNLI."""
    return experiment(
        vectors=vectors,
        num_hiddens=200,
        dropout=0.2,
        enhanced=False,
        min_frequency=5,
        batch_size=256,
        epochs=epochs,
        falling=False,
    )


def invented(epochs: Epochs = 10) -> Experiment:
    """Pairs by a grammar, random vectors, no download: a dog is an animal, but an animal may be no dog."""
    return experiment(texts="invented-inference", vectors=RANDOM, embedding_size=32, epochs=epochs)


def known_words(pairs: LabelledTexts, vectors: str, min_frequency: int) -> Vocabulary:
    """The words of the training pairs, and the most frequent of those that have a vector already."""
    words = pairs.vocabulary(min_frequency=min_frequency)
    if vectors == RANDOM:
        return words
    theirs = find_pretrained(vectors).vectors.words[:MOST_FREQUENT]
    return Vocabulary.from_list([*words.to_list(), *(word for word in theirs if word not in words)])

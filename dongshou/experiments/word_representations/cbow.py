"""CBOW: the words around a gap, as the mean of their vectors, tell which word fills it (Mikolov et al., 2013)."""

from __future__ import annotations

from dongshou.data import load_contexts
from dongshou.experiments._shared.settings import BatchSize, Encoding, Epochs, LearningRate, Text
from dongshou.experiments.word_representations._word2vec import (
    BESIDE_GENSIM,
    WORDS,
    AskedWords,
    LeftOut,
    NumNegatives,
    Redraw,
    Subsample,
    VectorSize,
    Window,
    word_experiment,
)
from dongshou.training import Experiment, Goal, Reported

SECTIONS = {"zh": "14.1, 14.2", "en": "15.1, 15.2"}


# `python -m benchmarks gensim_vectors`, median and range of three seeds
@Goal(
    BESIDE_GENSIM,
    wordsim_353=Reported(0.126, within=0.036),
    simlex_999=Reported(0.015, within=0.012),
    men=Reported(0.162, within=0.03),
    analogies=Reported(0.009, within=0.003),
)
def experiment(
    text: Text = "ptb",
    size: VectorSize = 100,
    window: Window = 5,
    num_negatives: NumNegatives = 5,
    subsample: Subsample = 1e-4,
    min_frequency: LeftOut = 10,
    redraw: Redraw = True,
    batch_size: BatchSize = 512,
    lr: LearningRate = 0.002,
    epochs: Epochs = 5,
    words: AskedWords = WORDS,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """A step for each gap where skip-gram has one for each pair: faster, and it learns less from as much text."""
    data = load_contexts(
        text,
        batch_size,  # gaps
        predicts="center",
        window=window,
        num_negatives=num_negatives,
        subsample=subsample,
        min_frequency=min_frequency,
        redraw=redraw,
        encoding=encoding,
    )
    return word_experiment(data, words, size=size, lr=lr, epochs=epochs)


def hierarchical(
    text: Text = "ptb", subsample: Subsample = 1e-4, lr: LearningRate = 0.002, epochs: Epochs = 5
) -> Experiment:
    """Yes or no at the forks of a Huffman tree. The loss is -log P(word | its contexts), in nats."""
    data = load_contexts(text, 512, predicts="center", output="tree", subsample=subsample, min_frequency=10)
    return word_experiment(data, WORDS, size=100, lr=lr, epochs=epochs)


def manual(size: VectorSize = 50, lr: LearningRate = 0.005, epochs: Epochs = 15) -> Experiment:
    """The words of the manual that comes with every Python: no download."""
    data = load_contexts("python-manual", 256, predicts="center", subsample=1e-3, min_frequency=5)
    return word_experiment(data, ("class", "list", "exception"), size=size, lr=lr, epochs=epochs)

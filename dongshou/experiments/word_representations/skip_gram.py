"""Skip-gram: a word's vector is what best tells the words around it from noise (Mikolov et al., 2013)."""

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
from dongshou.training import Band, Experiment, Goal, Published, Reported

SECTIONS = {"zh": "14.1, 14.2, 14.3, 14.4", "en": "15.1, 15.2, 15.3, 15.4"}

# `python -m benchmarks gensim_vectors`, median and range of three seeds
beside_gensim = Goal(
    BESIDE_GENSIM,
    wordsim_353=Reported(0.145, within=0.004),
    simlex_999=Reported(0.132, within=0.006),
    men=Reported(0.143, within=0.007),
    analogies=Reported(0.0216, within=0.002),
)


@Published("d2l-zh 2.0", loss_over_epochs=Band.between(0.409, 0.410, 0.411))
@beside_gensim
def experiment(
    text: Text = "ptb",
    size: VectorSize = 100,
    window: Window = 5,
    num_negatives: NumNegatives = 5,
    subsample: Subsample = 1e-4,
    min_frequency: LeftOut = 10,
    redraw: Redraw = False,
    batch_size: BatchSize = 512,
    lr: LearningRate = 0.002,
    epochs: Epochs = 5,
    words: AskedWords = WORDS,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """The book's: contexts and negatives are drawn once, and learnt by heart from the fourth epoch on.

    The figure that the book prints is the mean over all steps from the first, `loss_over_epochs`; that of the last
    epoch is lower. On validation text the loss rises again: see `:redrawn`.
    """
    data = load_contexts(
        text,
        batch_size,  # centers
        window=window,
        num_negatives=num_negatives,
        subsample=subsample,
        min_frequency=min_frequency,
        redraw=redraw,
        encoding=encoding,
    )
    return word_experiment(data, words, size=size, lr=lr, epochs=epochs)


@beside_gensim
def redrawn(text: Text = "ptb", epochs: Epochs = 5) -> Experiment:
    """Drawn anew in every epoch, as in the paper: a higher loss in training, a lower one on other text."""
    return experiment(text, redraw=True, epochs=epochs)


@Goal(
    BESIDE_GENSIM,
    wordsim_353=Reported(0.232, within=0.027),
    simlex_999=Reported(0.158, within=0.016),
    men=Reported(0.237, within=0.02),
    analogies=Reported(0.0289, within=0.002),
)
def hierarchical(
    text: Text = "ptb",
    size: VectorSize = 100,
    window: Window = 5,
    subsample: Subsample = 1e-4,
    batch_size: BatchSize = 512,
    lr: LearningRate = 0.002,
    epochs: Epochs = 5,
    words: AskedWords = WORDS,
) -> Experiment:
    """No noise: yes or no at the forks of a Huffman tree. The loss is -log P(context | center), in nats."""
    data = load_contexts(text, batch_size, window=window, output="tree", subsample=subsample, min_frequency=10)
    return word_experiment(data, words, size=size, lr=lr, epochs=epochs)


def manual(size: VectorSize = 50, lr: LearningRate = 0.005, epochs: Epochs = 15) -> Experiment:
    """The words of the manual that comes with every Python: no download."""
    data = load_contexts("python-manual", 256, subsample=1e-3, min_frequency=5)
    return word_experiment(data, ("class", "list", "exception"), size=size, lr=lr, epochs=epochs)

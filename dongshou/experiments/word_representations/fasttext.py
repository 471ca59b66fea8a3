"""fastText: a word is the mean of its parts, so that one that was never seen has a vector (Bojanowski et al., 2017)."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from dongshou.data import load_contexts
from dongshou.data.text.character_ngrams import CharacterNgrams
from dongshou.experiments._shared.settings import BatchSize, Encoding, Epochs, LearningRate, Text
from dongshou.experiments.word_representations._word2vec import (
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

SECTIONS = {"zh": "14.6", "en": "15.6"}

Buckets = Annotated[int, "rows that the n-grams share by their hashes"]
NewWords = Annotated[tuple[str, ...], "words that were perhaps never seen, whose neighbours are listed"]

NEW = ("microchips", "bankrupted", "unprofitability", "japanization")


@Goal("above what guesses reach, nineteen times of twenty", rare_words_unseen=Reported(0.046))
def experiment(
    text: Text = "ptb",
    size: VectorSize = 100,
    window: Window = 5,
    num_negatives: NumNegatives = 5,
    subsample: Subsample = 1e-4,
    min_frequency: LeftOut = 10,
    redraw: Redraw = True,
    shortest: Annotated[int, "characters of the shortest n-grams, marks of begin and end among them"] = 3,
    longest: Annotated[int, "characters of the longest n-grams"] = 6,
    buckets: Buckets = 200_000,
    batch_size: BatchSize = 512,
    lr: LearningRate = 0.002,
    epochs: Epochs = 5,
    words: AskedWords = WORDS,
    new_words: NewWords = NEW,
    encoding: Encoding = "utf-8",
) -> Experiment:
    """Skip-gram whose centers are given by themselves and by their n-grams; a step moves the rows that it reads."""
    data = load_contexts(
        text,
        batch_size,  # centers
        window=window,
        num_negatives=num_negatives,
        subsample=subsample,
        min_frequency=min_frequency,
        redraw=redraw,
        subwords=partial(CharacterNgrams, shortest=shortest, longest=longest, num_buckets=buckets),
        encoding=encoding,
    )
    return word_experiment(data, words, size=size, lr=lr, epochs=epochs, new_words=new_words, sparse=True)


def manual(size: VectorSize = 50, lr: LearningRate = 0.005, epochs: Epochs = 10) -> Experiment:
    """The words of the manual that comes with every Python: no download."""
    return experiment(
        "python-manual",
        size,
        subsample=1e-3,
        min_frequency=5,
        buckets=50_000,
        batch_size=256,
        lr=lr,
        epochs=epochs,
        words=("class", "list", "exception"),
        new_words=("subclassed", "unraisable", "listlike"),
    )

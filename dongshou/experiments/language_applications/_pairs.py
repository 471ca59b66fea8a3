"""What a linear model knows of a pair of sentences: its hypothesis alone, or which of its words the premise has too.

How much the hypothesis betrays by itself says how the pairs were written, not what follows from what (Gururangan et
al., "Annotation Artifacts in Natural Language Inference Data", 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import numpy as np

from dongshou.data import LabelledTexts, read_labelled_texts
from dongshou.data.text.bags import NGramTokenizer, counts_of, vocabulary_of_bags
from dongshou.data.text.labelled import Examples
from dongshou.data.text.tokens import treebank_words
from dongshou.errors import UsageError
from dongshou.experiments.language_applications._linear import (
    inverse_document_frequency,
    one_against_the_rest,
    tf_idf,
)
from dongshou.tasks.pictures.bars import draw_bars
from dongshou.training import Drew, Event, Experiment, Finished, Goal, Reported

if TYPE_CHECKING:
    from dongshou.training.experiment import Conclude

PairsSet = Annotated[
    str, "snli or invented-inference; or your own: a CSV or JSON-lines file with two columns of text and one of labels"
]

C = 1.0  # of the logistic regression, as scikit-learn has it
ABOVE = "above_baselines"
BASELINES = ("hypothesis_only_test_accuracy", "word_overlap_test_accuracy")
MORE_IS_BETTER = (ABOVE, *BASELINES)
NETWORK = "this network"

beats_baselines = Goal("above the hypothesis alone and the overlap of words", above_baselines=Reported(0.0))


def read_pairs(name: str, test: float, valid: float, columns: tuple[str, ...], encoding: str) -> LabelledTexts:
    """Labelled pairs with the parts held out, of a set that lacks them. Raises UsageError for single texts."""
    pairs = read_labelled_texts(name, encoding, columns)
    if not pairs.is_pairs:
        raise UsageError(
            f"{pairs.name} holds single texts, and pairs are asked for: name two columns of text and the label with"
            " --columns, or take sentiment-cnn."
        )
    return pairs.held_out(valid=valid, test=test)


def hypothesis_words(premise: str, hypothesis: str) -> list[str]:
    """The hypothesis, as if there were no premise."""
    return treebank_words(hypothesis)


def marked_words(premise: str, hypothesis: str) -> list[str]:
    """The words of the hypothesis, each with whether the premise has it too: `dog+`, `dog-`."""
    there = {*treebank_words(premise)}
    return [f"{word}{'+' if word in there else '-'}" for word in treebank_words(hypothesis)]


def baselines(pairs: LabelledTexts) -> dict[str, float]:
    """The accuracy of both on the test pairs, as metrics."""
    ways = dict(zip(BASELINES, (hypothesis_words, marked_words), strict=True))
    return {name: linear_accuracy(as_texts(pairs, words)) for name, words in ways.items()}


def as_texts(pairs: LabelledTexts, words: Callable[[str, str], list[str]]) -> LabelledTexts:
    """Each pair as one text of words with a space between any two."""

    def texts(examples: Examples | None) -> Examples | None:
        return examples and Examples([" ".join(words(*pair)) for pair in examples.texts], examples.labels)

    train = texts(pairs.train)
    assert train is not None, "there are always pairs to train on"
    return replace(pairs, train=train, valid=texts(pairs.valid), test=texts(pairs.test))


def linear_accuracy(texts: LabelledTexts) -> float:
    """Of logistic regression on TF-IDF of words and of two words in a row, on the test texts.

    Raises UsageError where there are none.
    """
    if texts.test is None:
        raise UsageError(f"{texts.name} has no pairs to test on: hold some out with --test 0.1.")
    tokenize = NGramTokenizer(longest=2, words=str.split)
    vocabulary = vocabulary_of_bags(texts, tokenize)
    counts, counts_of_test = (counts_of(part.texts, vocabulary, tokenize) for part in (texts.train, texts.test))
    idf = inverse_document_frequency(counts)
    labels = texts.train.labels.numpy()
    weights, bias = one_against_the_rest(tf_idf(counts, idf), labels, len(texts.classes), C)
    scores = tf_idf(counts_of_test, idf) @ weights + bias  # (pairs, classes)
    return float(np.mean(scores.argmax(1) == texts.test.labels.numpy()))


def beside_baselines(pairs: LabelledTexts) -> Conclude:
    """The accuracy of both on the very same pairs, in a picture with the network's and in the result."""

    def conclude(experiment: Experiment, finished: Finished) -> Iterator[Event]:
        num_examples = experiment.data.train().num_examples
        few = pairs if num_examples == len(pairs.train) else pairs.limited(num_examples)
        measured = baselines(few)
        accuracy = finished.metrics["test_accuracy"]
        named = {name.removesuffix("_test_accuracy").replace("_", " "): value for name, value in measured.items()}
        heading = "A network that reads both sentences, and linear models"
        yield Drew("beside-baselines", draw_bars({NETWORK: accuracy} | named, "test accuracy", heading))
        above = {ABOVE: accuracy - max(measured.values())}
        yield Finished(finished.metrics | above | measured, finished.best, finished.reading)

    return conclude

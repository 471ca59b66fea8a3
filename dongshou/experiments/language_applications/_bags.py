"""Bags of words as classifiers of labelled texts: what every network of this unit has to beat on the same texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import torch

from dongshou import models
from dongshou.data import LabelledTexts
from dongshou.data.text.bags import NGramTokenizer, Sparse, counts_of, vocabulary_of_bags
from dongshou.data.text.labelled import Examples
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.experiments.language_applications._linear import (
    Linear,
    inverse_document_frequency,
    naive_bayes,
    one_against_the_rest,
    tf_idf,
)
from dongshou.models.bag_of_words import BagOfWords, Values

Method = Literal["naive-bayes", "logistic", "nb-logistic"]
Folds = Annotated[int, "folds of a cross-validation of a set without a test of its own; 0 for none"]
METHODS: dict[Method, Values] = {"naive-bayes": "count", "logistic": "tf-idf", "nb-logistic": "binary"}
STRENGTH = {"logistic": 10.0, "nb-logistic": 1.0}  # c: TF-IDF vectors have length 1, their weights need room


@dataclass(frozen=True)
class Bags:
    """The n-grams of texts to train on, their counts (texts, vocabulary) and labels."""

    vocabulary: Vocabulary
    tokenize: NGramTokenizer
    counts: Sparse
    labels: np.ndarray
    num_classes: int

    @classmethod
    def of(cls, texts: LabelledTexts, longest: int = 2, min_frequency: int = 1, limit: int | None = None) -> Bags:
        """The n-grams of all, the counts of the first `limit`: the model of a limited run has the size of any other."""
        tokenize = NGramTokenizer(longest)
        vocabulary = vocabulary_of_bags(texts, tokenize, min_frequency)
        train = texts.train if limit is None else texts.limited(limit).train
        counts = counts_of(train.texts, vocabulary, tokenize)
        return cls(vocabulary, tokenize, counts, train.labels.numpy(), len(texts.classes))

    def new_model(self, method: Method) -> BagOfWords:
        """Without weights yet."""
        return models.bag_of_words(len(self.vocabulary), self.num_classes, values=METHODS[method])

    def fit(self, method: Method) -> BagOfWords:
        """The model of these texts by one method."""
        model = self.new_model(method)
        idf = inverse_document_frequency(self.counts)
        weights, bias = self._linear(method, as_values(self.counts, model.values, idf))
        weights[self.vocabulary.unknown] = 0
        with torch.no_grad():
            model.output.weight.copy_(torch.from_numpy(weights.T))
            model.output.bias.copy_(torch.from_numpy(bias))
            model.idf.copy_(torch.from_numpy(idf)).index_fill_(0, torch.tensor(self.vocabulary.unknown), 0)
        return model

    def _linear(self, method: Method, x: Sparse) -> Linear:
        if method == "naive-bayes":
            known = np.arange(x.shape[1]) != self.vocabulary.unknown  # smoothing would count it as a word
            weights = np.zeros((x.shape[1], self.num_classes))
            weights[known], bias = naive_bayes(x[:, known], self.labels, self.num_classes)
            return weights, bias
        return one_against_the_rest(
            x, self.labels, self.num_classes, STRENGTH[method], by_ratio=method == "nb-logistic"
        )


def as_values(counts: Sparse, values: Values, idf: np.ndarray) -> Sparse:
    """Counts as x of `BagOfWords`."""
    return tf_idf(counts, idf) if values == "tf-idf" else counts.sign() if values == "binary" else counts


def accuracy_of(bags: Bags, model: BagOfWords, examples: Examples) -> float:
    """The share of texts, or pairs of texts, whose own class has the highest score."""
    counts = counts_of(examples.texts, bags.vocabulary, bags.tokenize)
    x = as_values(counts, model.values, model.idf.double().numpy())
    weight, bias = (tensor.detach().double().numpy() for tensor in model.output.parameters())
    scores = x @ weight.T + bias  # (texts, classes)
    return float((scores.argmax(1) == examples.labels.numpy()).mean())


def baselines(texts: LabelledTexts, longest: int = 2, min_frequency: int = 1) -> dict[str, float]:
    """The accuracy on the test texts of every method, as metrics: `naive_bayes_test_accuracy` and so on.

    Of the validation texts where there is no test.
    """
    part = "test" if texts.test is not None else "valid"
    bags = Bags.of(texts, longest, min_frequency)
    return {
        f"{name_of(method)}_{part}_accuracy": accuracy_of(bags, bags.fit(method), texts.parts[part])
        for method in METHODS
    }


def name_of(method: str) -> str:
    return method.replace("-", "_")

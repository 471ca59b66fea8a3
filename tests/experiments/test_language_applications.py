"""Classifiers of texts: linear ones equal to scikit-learn's, networks in small on both engines, answers and reasons."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB

from dongshou.data import LabelledTexts, read_labelled_texts
from dongshou.data.text.bags import NGramTokenizer
from dongshou.data.text.labelled import Examples
from dongshou.errors import UsageError
from dongshou.experiments.language_applications._bags import Bags, accuracy_of, baselines
from dongshou.experiments.language_applications._linear import log_count_ratio
from dongshou.experiments.registry import find_declaration
from dongshou.runs.predict import predict


def three_kinds() -> LabelledTexts:
    """Reviews of three classes: the first adjective says the kind, twice as many of one."""
    reviews = read_labelled_texts("invented-reviews").limited(240).train
    kinds = [0 if "film" in text else 1 if "music" in text or "plot" in text else 2 for text in reviews.texts]
    texts = LabelledTexts(Examples(reviews.texts, torch.tensor(kinds)), classes=("film", "music", "else"))
    return texts.held_out(test=0.4)


def two_kinds() -> LabelledTexts:
    return read_labelled_texts("invented-reviews").limited(240).held_out(test=0.4)


def vectorizer(kind, **settings):
    return kind(tokenizer=NGramTokenizer(1), ngram_range=(1, 2), lowercase=False, token_pattern=None, **settings)


def ratio_scaled(x, labels):
    """The other writing of r: from sums over dense rows."""
    p, q = (1 + x[labels == kind].sum(0) for kind in (1, 0))
    return np.log(p / p.sum() / (q / q.sum()))


@pytest.mark.parametrize("make", [two_kinds, three_kinds])
def test_linear_models_are_those_of_scikit_learn_on_the_same_features(make):
    texts = make()
    bags = Bags.of(texts, longest=2)
    train, labels = texts.train.texts, texts.train.labels.numpy()
    test = texts.test.texts
    counts, rarity = vectorizer(CountVectorizer), vectorizer(TfidfVectorizer)
    (tokens, lengths), shown = next(
        iter(texts.splits(len(test), tokenize=bags.tokenize, vocabulary=bags.vocabulary).test())
    )
    order = {tuple(sorted(bags.vocabulary.ids(bags.tokenize(text)))): row for row, text in enumerate(test)}

    def ours(method):
        """The probabilities of the test texts, in their order, by the module; and the accuracy by its matrices."""
        model = bags.fit(method)
        probabilities = model((tokens, lengths)).softmax(1).detach().numpy()
        rows = [order[tuple(sorted(row[:length].tolist()))] for row, length in zip(tokens, lengths, strict=True)]
        expected = (probabilities.argmax(1) == shown.numpy()).mean()
        assert accuracy_of(bags, model, texts.test) == pytest.approx(expected)
        return probabilities[np.argsort(rows)]

    theirs = MultinomialNB().fit(counts.fit_transform(train), labels).predict_proba(counts.transform(test))
    np.testing.assert_allclose(ours("naive-bayes"), theirs, atol=1e-5)
    x, x_test = rarity.fit_transform(train), rarity.transform(test)
    kind = LogisticRegression(C=10, tol=1e-7, max_iter=1000)
    scores = OneVsRestClassifier(kind).fit(x, labels).decision_function(x_test)
    found = np.log(ours("logistic"))
    if scores.ndim == 1:
        np.testing.assert_allclose(found[:, 1] - found[:, 0], scores, atol=5e-3)
        binary = (counts.transform(train) > 0).astype(float)
        ratio = ratio_scaled(binary.toarray(), labels)
        kind = LogisticRegression(C=1, tol=1e-7, max_iter=1000).fit(binary.multiply(ratio).tocsr(), labels)
        scores = kind.decision_function((counts.transform(test) > 0).astype(float).multiply(ratio).tocsr())
        found = np.log(ours("nb-logistic"))
        np.testing.assert_allclose(found[:, 1] - found[:, 0], scores, atol=5e-3)
        np.testing.assert_allclose(np.sort(log_count_ratio(binary, labels == 1)), np.sort(ratio), atol=1e-9)
    else:
        np.testing.assert_allclose(found - found[:, :1], scores - scores[:, :1], atol=5e-3)


def test_pairs_are_one_bag_and_unknown_words_say_nothing():
    pairs = [(f"{one} man", f"{one} person") for one in ("a", "no", "a", "no", "a", "no")]
    texts = LabelledTexts(Examples(pairs, torch.tensor([0, 1] * 3)), classes=("yes", "no")).held_out(test=0.4)
    assert baselines(texts) == {f"{name}_test_accuracy": 1.0 for name in ("naive_bayes", "logistic", "nb_logistic")}
    bags = Bags.of(two_kinds())
    model = bags.fit("logistic")
    inputs = torch.tensor([bags.vocabulary.ids(bags.tokenize("the film is good"))])
    some = torch.cat([inputs, torch.full((1, 3), bags.vocabulary.unknown)], 1)
    length = inputs.shape[1]
    assert torch.equal(model((some, torch.tensor([length + 3]))), model((inputs, torch.tensor([length]))))


def test_the_baselines_in_small(tmp_path):
    run = find_declaration("sentiment-bow:invented")().run(runs=tmp_path, limit=1000, progress=False)
    assert run.result["test_accuracy"] == run.result["nb_logistic_test_accuracy"] > 0.6
    (answer,) = (one.answer for one in predict(run, ["the film is wonderful and the cast is lovely ."]))
    assert answer.best == "positive" and answer.as_json()["probabilities"].keys() == {"negative", "positive"}
    with pytest.raises(UsageError, match="None of its words is in the texts that the model has learnt from"):
        predict(run, ["xyzzy"])
    with pytest.raises(UsageError, match="invented-reviews has no texts to test on: hold some out with --test 0.1"):
        find_declaration("sentiment-bow")(texts="invented-reviews", test=0.0).run(runs=tmp_path, progress=False)
    folds = find_declaration("sentiment-bow")(texts="invented-reviews", folds=3, longest=1)
    result = folds.run(runs=tmp_path, limit=900, progress=False).result
    assert 0 < result["fold_deviation"] < 0.1 and result["test_accuracy"] > 0.6

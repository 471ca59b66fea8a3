"""Classifiers of texts: linear ones equal to scikit-learn's, networks in small on both engines, answers and reasons."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB
from torch import nn

from dongshou import models
from dongshou.data import Batches, LabelledTexts, TextSplits, Vocabulary, read_labelled_texts
from dongshou.data.text.bags import NGramTokenizer
from dongshou.data.text.labelled import Examples
from dongshou.data.text.padding import pad
from dongshou.data.text.tokens import PAD
from dongshou.errors import UsageError
from dongshou.experiments.language_applications._bags import Bags, accuracy_of, baselines
from dongshou.experiments.language_applications._classifier import start_vectors
from dongshou.experiments.language_applications._linear import log_count_ratio
from dongshou.experiments.registry import find_declaration
from dongshou.runs.predict import predict
from dongshou.tasks.deciding_words import deciding_words, gradient_times_input, log_odds
from dongshou.tasks.pictures.filters import filters_for, lines_of, strongest_ngrams


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
    weights = dict(zip(rarity.get_feature_names_out(), rarity.idf_, strict=True))
    idf = bags.fit("logistic").idf.tolist()
    assert dict(zip(bags.vocabulary.to_list()[1:], idf[1:], strict=True)) == pytest.approx(weights) and idf[0] == 0
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


@pytest.mark.parametrize("engine", ["torch", "scratch"])
def test_networks_in_small_beside_the_baselines(engine, tmp_path):
    cnn = dict(embedding_size=8, num_channels=4, epochs=1)
    for name, settings in (("sentiment-cnn", cnn), ("sentiment-rnn", dict(embedding_size=8, num_hiddens=6, epochs=1))):
        work = find_declaration(name)(texts="invented-reviews", batch_size=32, **settings)
        run = work.run(runs=tmp_path, limit=128, progress=False, engine=engine)
        best = max(value for metric, value in run.result.items() if metric.split("_test_")[0] in BAGS)
        assert run.result["above_bag_of_words"] == pytest.approx(run.result["test_accuracy"] - best)
        drawn = {path.stem for path in (run.path / "figures").iterdir()}
        assert drawn >= {"beside-bags-of-words", "confusion"} and ("filters" in drawn) == (name == "sentiment-cnn")
        (answered,) = predict(run, ["The music isn't xyzzy!"], explain=True)
        assert answered.answer.best in ("negative", "positive")
        (picture,) = answered.explanations
        assert picture.name == "The-music-isn-t-xyzzy-words.png"


BAGS = ("naive_bayes", "logistic", "nb_logistic")


def test_a_fold_is_tested_by_a_network_that_has_learnt_from_the_others(real_data):
    real_data("rt-polarity")
    work = find_declaration("sentiment-cnn:rt-polarity")(folds=3)
    data = work.parts["fold 2"]().data
    sizes = [part.num_examples for part in (data.train(), data.valid(), data.test())]
    assert sum(sizes) == 10_662 and sizes[2] == 3_554 and sizes[1] == pytest.approx(0.1 * sum(sizes[:2]), abs=1)
    assert work.fingerprints().keys() == {"rt-polarity.neg", "rt-polarity.pos"} and len(work.parts) == 3


def texts_of(vocabulary: Vocabulary) -> TextSplits:
    return TextSplits(
        Batches(torch.zeros(1, 1), batch_size=1), vocabulary=vocabulary, files=lambda: {"texts.csv": "12ab"}
    )


def test_vectors_to_begin_with(tmp_path):
    path = tmp_path / "three.txt"
    path.write_text("good 1 2 3\nbad -1 -2 -3\nfilm 3 1 2\n")
    vocabulary = Vocabulary(["good", "good", "odd", "bad"], reserved=(PAD,))
    data = texts_of(vocabulary)
    start = start_vectors(data, str(path), size=300)
    assert data.fingerprints() == {"texts.csv": "12ab", "three.txt": sha256(path.read_bytes()).hexdigest()}
    assert start[vocabulary["good"]].tolist() == [1, 2, 3] and start[vocabulary["bad"]].tolist() == [-1, -2, -3]
    assert not start[vocabulary.unknown].any() and start[vocabulary["odd"]].any()
    with pytest.raises(UsageError, match="None of the 3 words of the texts has a vector in .*three.txt"):
        start_vectors(texts_of(Vocabulary("电影")), str(path), size=300)
    data = texts_of(Vocabulary(map(str, range(400))))
    random = start_vectors(data, "random", size=300)
    assert data.fingerprints() == {"texts.csv": "12ab"}
    assert random.std() == pytest.approx(0.25 / 3**0.5, rel=0.01) and not random[0].any()


def test_the_words_that_decide_add_up_in_a_linear_model():
    bags = Bags.of(two_kinds())
    model = bags.fit("naive-bayes")
    tokens = torch.tensor([bags.vocabulary.ids(bags.tokenize("the film is not good"))])
    lengths = torch.tensor([tokens.shape[1]])
    weight = model.output.weight
    for chosen in (0, 1):
        deciding = deciding_words(model, (tokens, lengths), chosen, bags.vocabulary.unknown)
        torch.testing.assert_close(deciding.occlusion, (weight[chosen] - weight[1 - chosen])[tokens[0]].detach())
        assert deciding.gradient is None


@pytest.mark.parametrize("embeddings", ["tuned", "frozen", "both"])
def test_the_gradient_says_to_first_order_what_is_lost_without_a_word(embeddings):
    tokens, lengths = torch.tensor([[2, 5, 3, 4, 1, 1]]), torch.tensor([4])
    model = models.text_cnn(7, 3, embedding_size=5, num_channels=3, vectors=torch.randn(7, 5), embeddings=embeddings)
    learnt = {name for name, p in model.embedding.named_parameters() if p.requires_grad}
    assert learnt == {"tuned": {"weight"}, "frozen": set(), "both": {"tuned.weight"}}[embeddings]
    found = gradient_times_input(model.eval(), (tokens, lengths), chosen=2)
    tables = [layer for layer in model.embedding.modules() if isinstance(layer, nn.Embedding)]
    small = 1e-3

    def odds(token, scale):
        """The log odds with the vector of one word scaled."""
        with torch.no_grad():
            for table, kept in zip(tables, before, strict=True):
                table.weight.copy_(kept)
                table.weight[token] *= scale
            return log_odds(model((tokens, lengths)), 2).double().item()

    before = [table.weight.detach().clone() for table in tables]
    for place, token in enumerate(tokens[0, :4].tolist()):
        slope = (odds(token, 1 + small) - odds(token, 1 - small)) / (2 * small)
        assert found[place].item() == pytest.approx(slope, abs=2e-3)
    assert found.shape == (4,) and all(p.grad is None for p in model.parameters())


def test_the_ngrams_that_a_filter_looks_for():
    vocabulary = Vocabulary(["bad", "film", "good", "very"])
    good, very = vocabulary["good"], vocabulary["very"]
    vectors = torch.eye(len(vocabulary))
    model = models.text_cnn(
        len(vocabulary), 2, embedding_size=5, kernel_sizes=(1, 2), num_channels=2, vectors=vectors, dropout=0.0
    )
    with torch.no_grad():
        for parameter in model.convolutions.parameters():
            parameter.zero_()
        model.convolutions[1].weight[1, very, 0] = 1.0  # the fourth filter: "very good"
        model.convolutions[1].weight[1, good, 1] = 2.0
        model.output.weight.copy_(torch.tensor([[1.0, 0, 0, 0], [0, 0, 0, 1]]))
    texts = ["very good film", "good", "film bad", "very bad"]
    rows = [vocabulary.ids(text.split()) for text in texts]
    batch = (pad(rows, 0), torch.zeros(4, dtype=torch.int64))
    fired = strongest_ngrams(model, [batch], vocabulary, [3])[3]
    assert fired[:2] == [("very good", 3.0), ("good", 2.0)] and fired[2] == ("very bad", 1.0)
    assert [numbers[0] for numbers in filters_for(model, 1)] == [0, 3]
    page = lines_of({"no": [3]}, {3: fired})
    assert page[2] == "speak for no" and page[3].startswith("    3  very good (3.0) | good (2.0)")

"""Pairs of sentences: linear baselines equal to scikit-learn's, attention and BERT in small, asked in every way."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from torch.nn import functional as F

from dongshou import models
from dongshou.cli import main
from dongshou.data import LabelledTexts, read_labelled_texts
from dongshou.data.text.subwords.wordpiece import SPECIAL
from dongshou.errors import UsageError
from dongshou.experiments import nli_attention, nli_bert, sentiment_cnn, sentiment_rnn
from dongshou.experiments.language_applications._pairs import as_texts, baselines, hypothesis_words, marked_words
from dongshou.runs import Run, predict
from dongshou.runs.predict import trained
from dongshou.tasks.pictures.alignment import of_alignment
from tests.picture_rules import faults

PREMISE, HYPOTHESIS = "a small poodle is running in the park .", "a dog is moving outside ."


def few_pairs() -> LabelledTexts:
    return read_labelled_texts("invented-inference").limited(600).held_out(test=0.3)


def test_the_words_of_a_hypothesis_are_marked_by_the_premise():
    assert marked_words("A big dog's bone.", "A dog isn't big!") == ["a+", "dog+", "is-", "n't-", "big+", "!-"]
    assert hypothesis_words("A big dog.", "Nobody is here") == ["nobody", "is", "here"]


@pytest.mark.parametrize(("name", "words"), [("hypothesis_only", hypothesis_words), ("word_overlap", marked_words)])
def test_the_linear_baselines_are_those_of_scikit_learn_on_the_same_features(name, words):
    pairs = few_pairs()
    vectorizer = TfidfVectorizer(tokenizer=str.split, ngram_range=(1, 2), lowercase=False, token_pattern=None)
    train, test = ([" ".join(words(*pair)) for pair in part.texts] for part in (pairs.train, pairs.test))
    assert as_texts(pairs, words).train.texts == train
    classifier = OneVsRestClassifier(LogisticRegression(tol=1e-7, max_iter=1000))
    classifier.fit(vectorizer.fit_transform(train), pairs.train.labels.numpy())
    expected = classifier.score(vectorizer.transform(test), pairs.test.labels.numpy())
    assert baselines(pairs)[f"{name}_test_accuracy"] == pytest.approx(expected)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = nli_attention("invented-inference", "random", embedding_size=32, num_hiddens=32, lr=4e-3, epochs=4)
    return made.run(device="cpu", limit=1500, runs=tmp_path_factory.mktemp("runs"), progress=False)


def test_attention_beats_what_looks_at_words_alone(run: Run):
    result = run.result
    epochs = [line for line in run.lines() if line["event"] == "epoch"]
    chosen = max(epochs, key=lambda line: line["valid_accuracy"])
    assert result["test_accuracy"] == chosen["test_accuracy"]  # whichever is best on the test
    best = max(result["hypothesis_only_test_accuracy"], result["word_overlap_test_accuracy"])
    assert result["above_baselines"] == pytest.approx(result["test_accuracy"] - best)
    assert result["test_accuracy"] > result["hypothesis_only_test_accuracy"] + 0.1
    figures = {path.name for path in (run.path / "figures").iterdir()}
    assert {"beside-baselines.png", "confusion.png", "alignment-0.png", "alignment-2.png"} <= figures


def test_a_pair_is_asked_in_python_and_its_alignment_drawn(run: Run):
    assert run.config["asked_with"] == "pair"
    (prediction,) = predict(run, (PREMISE, HYPOTHESIS), explain=True)
    assert {*prediction.probabilities} == {"entailment", "contradiction", "neutral"}
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert [path.name.endswith("alignment.png") for path in prediction.explanations] == [True]
    (turned,) = predict(run, (HYPOTHESIS, PREMISE))
    assert turned.probabilities != prediction.probabilities
    for pair, message in ((("", HYPOTHESIS), "this one is empty"), ((PREMISE, "zzz yyy"), "None of its words")):
        with pytest.raises(UsageError, match=message):
            predict(run, pair)


def test_pairs_are_asked_on_the_command_line_as_arguments_and_columns(run: Run, monkeypatch, capsys):
    def told(*arguments: str) -> dict:
        assert main(["predict", str(run.path), *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    answered = told(PREMISE, HYPOTHESIS)["predictions"]
    assert [one["pair"] for one in answered] == [[PREMISE, HYPOTHESIS]]
    columns = f"{PREMISE}\t{HYPOTHESIS}\n\n{HYPOTHESIS}\t{PREMISE}\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(columns.encode())))
    both = told()["predictions"]
    assert [one["answer"] for one in both][:1] == [answered[0]["answer"]] and len(both) == 2
    assert both[0]["probabilities"] == pytest.approx(answered[0]["probabilities"])
    assert main(["predict", str(run.path), PREMISE]) == 2
    assert "give two texts for each question" in capsys.readouterr().err


def test_pairs_and_single_texts_are_not_taken_for_each_other(tmp_path: Path):
    (tmp_path / "pairs.csv").write_text("premise,hypothesis,label\na,b,yes\nc,d,no\n")
    (tmp_path / "single.csv").write_text("text,label\na,yes\nc,no\n")
    for experiment in (sentiment_cnn, sentiment_rnn):
        with pytest.raises(UsageError, match=r"pairs.csv holds pairs .* this network reads one: .* --columns"):
            experiment(texts=str(tmp_path / "pairs.csv"))
    for experiment in (nli_attention, nli_bert):
        with pytest.raises(UsageError, match=r"single.csv holds single texts, and pairs .* --columns"):
            experiment(texts=str(tmp_path / "single.csv"))


def test_the_picture_of_an_alignment_keeps_the_rules(run: Run):
    answering = trained(run).experiment
    (a, m, b, n), _ = next(iter(answering.data.test()))
    pair = F.pad(a[:1], (0, 3)), m[:1], F.pad(b[:1], (0, 2)), n[:1]  # as in a batch with longer ones
    ((_, figure),) = of_alignment(answering.model, answering.data, pair, "neutral")
    assert not faults(figure)
    found_by_hypothesis, found_by_premise = (axes.images[0].get_array() for axes in figure.axes[:2])
    assert found_by_hypothesis.shape == found_by_premise.shape == (int(n[0]), int(m[0]))
    torch.testing.assert_close(torch.tensor(found_by_hypothesis).sum(1), torch.ones(len(found_by_hypothesis)))
    torch.testing.assert_close(torch.tensor(found_by_premise).sum(0), torch.ones(found_by_premise.shape[1]))


def test_pairs_of_your_own_on_both_engines(tmp_path: Path):
    own = tmp_path / "mine.csv"
    rows = [
        f'"{a}","{b}",{label}'
        for (a, b), label in zip(few_pairs().train.texts, "yes no no yes".split() * 12, strict=False)
    ]
    own.write_text("\n".join(["premise,hypothesis,label", *rows]))
    results = []
    for engine in ("torch", "scratch"):
        made = nli_attention(str(own), "random", embedding_size=8, num_hiddens=8, epochs=1, dropout=0.0)
        results.append(made.run(engine=engine, runs=tmp_path / engine, progress=False).result)
    assert results[0]["test_loss"] == pytest.approx(results[1]["test_loss"], rel=1e-4)


def test_a_bert_reads_both_sentences(tmp_path: Path):
    tokens = [*SPECIAL, *read_labelled_texts("invented-inference").vocabulary().to_list()[2:]]
    model = models.bert(len(tokens), num_layers=1, num_hiddens=16, ffn_size=16, max_len=40)
    folder = str(models.bert.to_huggingface(model, tmp_path / "bert", vocabulary=tokens))
    made = nli_bert(texts="invented-inference", weights=folder, max_tokens=40, epochs=1)
    run = made.run(limit=100, runs=tmp_path / "runs", progress=False)
    assert "above_baselines" in run.result
    one, other = (run.predict(pair) for pair in ((PREMISE, HYPOTHESIS), (HYPOTHESIS, PREMISE)))
    assert sum(one.probabilities.values()) == pytest.approx(1) and one.probabilities != other.probabilities

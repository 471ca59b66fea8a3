"""Similarity and analogies: Spearman is scipy's, every answer the one that a plain loop finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from dongshou.data import WordVectors, load_word_vectors
from dongshou.data.sets.word_similarity import Analogy, Judgements
from dongshou.tasks import word_measures
from dongshou.tasks.word_measures import all_sections, analogies, spearman, word_metrics, word_similarities


@pytest.mark.parametrize("values", [2, 5, 1000])
def test_spearman_is_that_of_scipy_with_many_ties_or_few(values):
    random = np.random.default_rng(values)
    for n in (3, 8, 353):
        x, y = random.integers(0, values, (2, n)) / 7
        y[:2] = 0, 1  # not all equal
        x[:2] = 0, 1
        assert spearman(torch.tensor(x), torch.tensor(y)) == pytest.approx(spearmanr(x, y).statistic, abs=1e-14)


def test_spearman_of_too_little_is_nan():
    assert math.isnan(spearman(torch.tensor([1.0]), torch.tensor([2.0])))
    assert math.isnan(spearman(torch.zeros(4), torch.arange(4.0)))


@pytest.fixture
def judged(monkeypatch) -> WordVectors:
    """Seven words, two of them without a vector, in two sets and three sections."""
    words = ["a", "b", "c", "d", "e"]
    sets = {
        "small": Judgements(["a", "A", "b", "x", "d"], ["b", "c", "d", "a", "e"], [3, 1, 2, 9, 2]),
        "none": Judgements(["x"], ["y"], [1]),
    }
    sections = {
        "first": [Analogy(*"abcd"), Analogy(*"Abce"), Analogy(*"cdea"), Analogy(*"abxd")],
        "second": [Analogy(*"badc"), Analogy(*"eabd")],
        "third": [Analogy(*"xyab")],
    }
    monkeypatch.setattr(word_measures, "read_judgements", lambda: sets)
    monkeypatch.setattr(word_measures, "read_analogies", lambda: sections)
    return WordVectors(words, torch.randn(5, 3) * torch.tensor([1.0, 20, 3, 0.1, 5])[:, None])


def test_pairs_without_a_vector_are_left_out(judged):
    similarities = word_similarities(judged)
    pairs = [("a", "b"), ("a", "c"), ("b", "d"), ("d", "e")]
    cosines = [float(torch.cosine_similarity(judged[one], judged[other], dim=0)) for one, other in pairs]
    assert similarities["small"].spearman == pytest.approx(spearmanr(cosines, [3, 1, 2, 2]).statistic)
    assert similarities["small"][1:] == (4, 5) and similarities["none"][1:] == (0, 1)
    assert math.isnan(similarities["none"].spearman)


def test_pairs_with_a_word_that_was_not_seen(judged):
    pairs = [("a", "c"), ("b", "d"), ("d", "e")]  # with c, d or e
    cosines = [float(torch.cosine_similarity(judged[one], judged[other], dim=0)) for one, other in pairs]
    found = word_similarities(judged, num_seen=2)["small"]
    assert found.spearman == pytest.approx(spearmanr(cosines, [1, 2, 2]).statistic) and found.pairs == 3
    assert word_similarities(judged, num_seen=4)["small"].pairs == 1


@pytest.mark.parametrize("scores", [1, 11, 1 << 20])
def test_analogies_are_those_that_the_vectors_complete_one_by_one(judged, monkeypatch, scores):
    monkeypatch.setattr(word_measures, "SCORES", scores)
    shares = analogies(judged)
    for section, questions in word_measures.read_analogies().items():
        asked = [[word.lower() for word in question] for question in questions if not {*question} & {"x", "y"}]
        right = sum(next(iter(judged.analogy(*question[:3]))) == question[3] for question in asked)
        assert shares[section] == (right, len(asked), len(questions))
    assert 0 < all_sections(shares).right < all_sections(shares).asked == 5
    assert math.isnan(shares["third"].accuracy)


def test_an_answer_is_sought_among_the_first_words(judged):
    assert all_sections(analogies(judged, among=4)).asked == 2, "abcd and badc: the others need the fifth word"


def test_metrics_name_what_has_a_value(judged):
    metrics = word_metrics(judged)
    assert set(metrics) == {"small", "small_pairs", "analogies", "analogies_asked"}
    assert (metrics["small_pairs"], metrics["analogies_asked"]) == (4, 5)


def test_real_judgements_on_500_words(real_data):
    """Found with gensim's `evaluate_word_pairs` and `evaluate_word_analogies` on the same file."""
    real_data("word-vectors"), real_data("word-similarity")
    metrics = word_metrics(load_word_vectors("glove-6b-50d-top500"))
    golden = {
        "wordsim_353": 0.2835160660254672, "wordsim_353_pairs": 25, "simlex_999": 0.018051900486833628,
        "simlex_999_pairs": 20, "men": 0.7216836332841313, "men_pairs": 17, "verb_143": 1 / 7, "verb_143_pairs": 6,
        "simverb_3500": -0.13921596265788375, "analogies": 14 / 18, "analogies_asked": 18,
    }  # fmt: skip
    assert {name: metrics[name] for name in golden} == pytest.approx(golden)

"""BLEU: of sentences as the course defines it, worked out by hand; of a corpus as sacrebleu has it."""

from __future__ import annotations

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from dongshou.errors import UsageError
from dongshou.tasks.bleu import bleu, corpus_bleu

SENTENCES = st.lists(st.sampled_from("abcde"), min_size=1, max_size=9)
CORPORA = st.lists(
    st.tuples(SENTENCES, st.lists(SENTENCES, min_size=1, max_size=3)), min_size=1, max_size=6
)  # a prediction and its references


def by_sacrebleu(predictions: list[list[str]], references: list[list[list[str]]]) -> float:
    most = max(map(len, references))
    streams = [[" ".join(some[i]) if i < len(some) else None for some in references] for i in range(most)]
    metric = sacrebleu.BLEU(tokenize="none", force=True)
    return metric.corpus_score([" ".join(words) for words in predictions], streams).score


@given(CORPORA)
def test_a_corpus_is_judged_as_sacrebleu_judges_it(corpus):
    predictions, references = map(list, zip(*corpus, strict=True))
    assert corpus_bleu(predictions, references) == pytest.approx(by_sacrebleu(predictions, references))


def test_a_perfect_corpus_has_100_and_one_without_a_right_word_0():
    texts = ["il est calme ce soir .", "je suis chez moi ."]
    assert corpus_bleu(texts, [[text] for text in texts]) == pytest.approx(100)
    assert corpus_bleu(["a b c d e", "f g h i"], [["v w x y z"], ["v w x y"]]) == 0
    assert corpus_bleu(["", ""], [["v w"], ["x"]]) == 0


@pytest.mark.parametrize(
    ("prediction", "reference", "k", "expected"),
    [
        ("va !", "va !", 2, 1.0),
        ("il est riche .", "il est calme .", 2, (3 / 4) ** 0.5 * (1 / 3) ** 0.25),
        ("il est", "il est calme .", 2, 2.718281828459045 ** (1 - 4 / 2)),
        ("il il il", "il est", 2, 0.0),
        ("il il il", "il est", 1, (1 / 3) ** 0.5),
        ("il", "il", 2, 1.0),  # no bigram that could be wrong
        ("", "il est", 2, 0.0),
    ],
)
def test_a_sentence_is_judged_as_the_course_defines_it(prediction, reference, k, expected):
    assert bleu(prediction, reference, k) == pytest.approx(expected)
    assert bleu(prediction.split(), reference.split(), k) == pytest.approx(expected)


@given(SENTENCES)
def test_nothing_is_better_than_the_reference_itself(words):
    assert bleu(words, words) == 1.0
    assert 0 <= bleu(words[::-1], words) <= 1


@pytest.mark.parametrize("references", [[["a"]], [["a"], []]])
def test_every_prediction_needs_a_reference(references):
    with pytest.raises(UsageError, match="Each prediction needs at least one reference; got 2 predictions, and"):
        corpus_bleu(["a", "b"], references)

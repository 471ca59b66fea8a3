"""Texts as bags of words: naive Bayes and logistic regression, the baselines that a network has to beat.

Which words, and which two words in a row, a text consists of says most of what it means: `not good` is one of them.
All three methods end in one linear model, scores = x W + b; they differ in where W comes from.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Annotated, Literal

from dongshou.data import LabelledTexts, read_labelled_texts
from dongshou.data.text.labelled import Examples
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import Columns, Encoding, HeldOutTest, LabelledSet
from dongshou.experiments.language_applications._bags import METHODS, Bags, Folds, accuracy_of, name_of
from dongshou.tasks import Classification
from dongshou.tasks.pictures.bars import draw_bars
from dongshou.training import Drew, Event, Finished, Goal, Procedure, Published, Reading, Reported, Session, Stepped
from dongshou.training.events import learnt
from dongshou.training.work import Trained

Answers = Annotated[Literal["naive-bayes", "logistic", "nb-logistic"], "which method answers afterwards"]
Longest = Annotated[int, "words in a row that count as one feature, at most"]


@Goal(
    "four in five right, without any network",
    test_accuracy=Reported(0.80),
    naive_bayes_test_accuracy=Reported(0.80),
    logistic_test_accuracy=Reported(0.80),
    secondary=("naive_bayes_test_accuracy", "logistic_test_accuracy"),
)
def experiment(
    texts: LabelledSet = "sst",
    longest: Longest = 2,
    method: Answers = "nb-logistic",
    folds: Folds = 0,
    test: HeldOutTest = 0.1,
    columns: Columns = (),
    encoding: Encoding = "utf-8",
) -> Procedure:
    """Multinomial naive Bayes on counts, logistic regression on TF-IDF, and the two together, on the same texts.

    naive_bayes  weights counted; logistic  c = 10 on TF-IDF vectors; nb_logistic  c = 1 on which n-grams occur, each
    scaled by its log-count ratio (Wang and Manning, 2012). With folds each result is the mean over them.
    """

    def parts() -> list[LabelledTexts]:
        whole = read_labelled_texts(texts, encoding, columns)
        return [whole.fold(number, folds) for number in range(folds)] if folds else [whole.held_out(test=test)]

    def steps(session: Session) -> Iterator[Event]:
        found: dict[str, list[float]] = {name_of(one): [] for one in METHODS}
        sets = parts()
        for number, one in enumerate(sets, 1):
            bags = Bags.of(one, longest, limit=session.limit)
            for by in METHODS:
                model = bags.fit(by)
                found[name_of(by)].append(accuracy_of(bags, model, test_of(one)))
                if number == 1 and by == method:
                    yield learnt(dict(model.state_dict()))
            latest = {f"{name}_test_accuracy": accuracies[-1] for name, accuracies in found.items()}
            yield Stepped(number, 1, len(sets), metrics=latest)
        metrics = {f"{name}_test_accuracy": statistics.fmean(accuracies) for name, accuracies in found.items()}
        if folds:
            metrics["fold_deviation"] = statistics.pstdev(found[name_of(method)])
        yield Drew("methods", draw_bars(metrics_by_method(metrics), "test accuracy", "Bags of words"))
        metrics = {"test_accuracy": metrics[f"{name_of(method)}_test_accuracy"]} | metrics
        yield Finished(
            metrics, reading=Reading("accuracy", tuple(name for name in metrics if name.endswith("accuracy")))
        )

    def respondent() -> Trained:
        one = parts()[0]
        bags = Bags.of(one, longest)
        data = one.splits(tokenize=bags.tokenize, vocabulary=bags.vocabulary)
        return Trained(data, bags.new_model(method), Classification(asked_with="text"))

    return Procedure(steps, data=lambda: parts()[0].fingerprints(), asked=respondent, asked_with="text")


def test_of(texts: LabelledTexts) -> Examples:
    """Raises UsageError for texts of which none are to test on."""
    if texts.test is None:
        raise UsageError(f"{texts.name} has no texts to test on: hold some out with --test 0.1.")
    return texts.test


def metrics_by_method(metrics: dict[str, float]) -> dict[str, float]:
    return {method: metrics[f"{name_of(method)}_test_accuracy"] for method in METHODS}


@Published(
    "Wang and Manning, 2012",  # table 2, RT-s: multinomial naive Bayes and NB-SVM, both with bigrams; ten folds
    nb_logistic_test_accuracy=Reported(0.794, within=0.01),
    naive_bayes_test_accuracy=Reported(0.790, within=0.01),
)
def rt_polarity(longest: Longest = 2) -> Procedure:
    """10,662 sentences of reviews, half of them positive: the mean over ten folds, as the literature has it.

    The published figures are those of multinomial naive Bayes and of NB-SVM with bigrams on the same sentences; ours
    of the latter has the logistic loss in place of the hinge. Words are in lower case, cut as the Treebank cuts them.
    """
    return experiment(texts="rt-polarity", longest=longest, folds=10)


def sst_fine(longest: Longest = 2) -> Procedure:
    """Five classes, from very negative to very positive: the words say less of how much than of which."""
    return experiment(texts="sst-fine", longest=longest)


def trec(longest: Longest = 2) -> Procedure:
    """What a question asks for: six classes, told by the first words more than by any others."""
    return experiment(texts="trec", longest=longest, method="logistic")


@Goal("what a linear model reaches on the cut", logistic_test_accuracy=Reported(0.87, within=0.005))
def imdb(longest: Longest = 2) -> Procedure:
    """Whole reviews: the 50,000 where they are found, else the 10,000 of the cut, which the notes of the run say."""
    return experiment(texts="imdb", longest=longest)


def invented(longest: Longest = 2) -> Procedure:
    """Reviews by a grammar, no download: of two opinions the main clause counts, which no bag of words can know."""
    return experiment(texts="invented-reviews", longest=longest)

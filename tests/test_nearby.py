"""Which names are near by, and which are not."""

from __future__ import annotations

import random

import pytest

from dongshou.data.sources import SOURCES
from dongshou.experiments.catalog import list_experiments, names_of_variants
from dongshou.nearby import distance, nearest

ENTRIES = list_experiments()
NAMES = [entry.name for entry in ENTRIES] + names_of_variants(ENTRIES)
FLAGS = ["batch-size", "lr", "epochs", "hidden", "weight-decay", "device", "precision", "resume", "runs", "limit"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mlp_digits", "mlp:digits"),
        ("mlpdigits", "mlp:digits"),
        ("digits-mlp", "mlp:digits"),
        ("MLP", "mlp"),
        ("mpl", "mlp"),
        ("mlpp:digits", "mlp:digits"),
        ("resnett", "resnet"),
        ("resnet18", "resnet"),
        ("vgg16", "vgg"),
        ("linreg", "linear-regression"),
        ("sgd", "stochastic-gradient-descent"),
        ("airfoil", "optimizers-airfoil"),
        ("softmax_regresion", "softmax-regression"),
    ],
)
def test_an_experiment_that_may_be_meant(typed, meant):
    assert nearest(typed, NAMES)[0] == meant


@pytest.mark.parametrize("typed", ["nonexisting", "experiment", "banana", "xyz", "q", "", "42", "训练"])
def test_nothing_is_suggested_where_nothing_is_near(typed):
    assert nearest(typed, NAMES) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("learningrate", "lr"), ("learning_rate", "lr"), ("--learning-rate", "lr"), ("wd", "weight-decay")]
    + [("batch", "batch-size"), ("batchsize", "batch-size"), ("epoch", "epochs"), ("gpu", "device")],
)
def test_a_flag_by_the_name_that_others_give_it(typed, meant):
    assert nearest(typed, FLAGS) == [meant]


def test_exact_letters_are_suggested_alone_and_never_more_than_three():
    assert nearest("Mnist-MLP", NAMES) == ["mnist-mlp"]
    assert len(nearest("digits", NAMES)) == 3


@pytest.mark.parametrize("names", [NAMES, list(SOURCES)], ids=["experiments", "data sets"])
def test_every_name_with_one_slip_leads_to_it(names):
    draw = random.Random(0)
    for name in names:
        place = draw.randrange(1, len(name))
        assert name in nearest(name[:place] + name[place:][1:], names) or len(name) <= 3, f"{name} without {place}"


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ca", "ac", 1), ("abcd", "acbd", 1), ("ca", "abc", 3)],
)
def test_the_distance_counts_a_swap_of_neighbors_as_one(one, other, slips):
    """The last is 3, not 2: optimal string alignment edits no place twice."""
    assert distance(one, other) == distance(other, one) == slips

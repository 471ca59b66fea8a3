"""What others reported, and how a measurement stands beside it."""

from __future__ import annotations

import math

import pytest

from dongshou.runs.judge import VERDICTS, beside_stated, figure_from, judge, worst
from dongshou.training import Band, Published, Reported

BAND = Band(0.70, 0.75, 0.80, 0.82, 0.85)


@pytest.mark.parametrize(
    ("measured", "deviation", "higher", "verdict"),
    [
        (0.75, 0.0, True, "match"),
        (0.82, 0.0, True, "match"),
        (0.74, 0.0, True, "within range"),
        (0.74, 0.01, True, "match"),
        (0.70, 0.0, True, "within range"),
        (0.69, 0.0, True, "differs"),
        (0.99, 0.0, True, "match"),
        (0.99, 0.0, False, "differs"),
        (0.84, 0.0, False, "within range"),
        (0.84, 0.02, False, "match"),
        (0.10, 0.0, False, "match"),
        (math.nan, 0.0, True, "differs"),
    ],
)
def test_a_band(measured: float, deviation: float, higher: bool, verdict: str):
    assert BAND.judge(measured, deviation, higher) == verdict


@pytest.mark.parametrize(
    ("measured", "two_sided", "higher", "verdict"),
    [
        (0.50, False, True, "match"),
        (0.48, False, True, "match"),
        (0.47, False, True, "differs"),
        (0.60, False, True, "match"),
        (0.60, True, True, "differs"),
        (0.60, False, False, "differs"),
        (0.40, False, False, "match"),
        (0.40, True, False, "differs"),
        (math.nan, False, False, "differs"),
    ],
)
def test_one_reported_figure(measured: float, two_sided: bool, higher: bool, verdict: str):
    assert Reported(0.5, within=0.025, two_sided=two_sided).judge(measured, 0.0, higher) == verdict


def test_three_published_numbers_are_a_band():
    assert Band.between(0.1, 0.2, 0.3) == Band(0.1, 0.1, 0.2, 0.3, 0.3)
    assert Reported(0.4).median == 0.4


def test_the_median_over_the_seeds_is_judged_and_their_deviation_widens_the_band():
    plain = vars(BAND)
    assert judge("test_accuracy", plain, [0.745]) == "within range"
    assert judge("test_accuracy", plain, [0.735, 0.745, 0.765]) == "match"
    assert judge("test_accuracy", plain, [0.76, 0.77, 0.10]) == "match"


def test_the_record_keeps_all_that_a_verdict_needs():
    published = Published(
        "a book", test_accuracy=BAND, test_loss=Reported(0.5, within=0.1, two_sided=True), secondary=("test_loss",)
    )
    plain = published.plain()
    assert plain["source"] == "a book"
    assert [figure_from(figure) for figure in plain["metrics"].values()] == [*published.figures.values()]
    assert [figure["judged"] for figure in plain["metrics"].values()] == [True, False]

    (compared,) = beside_stated([plain], {"test_accuracy": 0.8})
    assert compared["metrics"]["test_accuracy"]["verdict"] == "match"
    assert compared["metrics"]["test_accuracy"]["measured"] == 0.8
    assert "verdict" not in compared["metrics"]["test_loss"]


def test_the_worst_verdict_speaks_for_the_experiment():
    assert worst(["match", "within range"]) == "within range"
    assert worst([*VERDICTS]) == "differs"
    assert worst(["match"]) == "match"

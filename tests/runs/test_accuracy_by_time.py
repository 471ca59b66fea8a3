"""Accuracy over seconds, a point a run; and the number of parameters in the record."""

from __future__ import annotations

import math

import pytest
from torch import nn

from dongshou.drawing import png
from dongshou.runs.accuracy_by_time import Point, area, draw_accuracy_by_time
from dongshou.runs.describe import num_parameters
from tests.training import toys

LENET = Point("lenet", {"test_accuracy": 0.81, "train_loss": 0.5}, 35.0, 61_706)
VGG = Point("vgg", {"test_accuracy": 0.92}, 3800.0, 128_000_000)
OLD = Point("old", {"test_accuracy": 0.85}, 0.0, None)


def test_a_point_for_each_run():
    figure = draw_accuracy_by_time([LENET, VGG, OLD])
    assert figure is not None
    (axes,) = figure.axes
    assert [tuple(points.get_offsets()[0]) for points in axes.collections] == [(35, 0.81), (3800, 0.92), (0.001, 0.85)]
    assert axes.get_xscale() == "log"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("seconds", "test accuracy")
    sizes = [points.get_sizes()[0] for points in axes.collections]
    assert sizes == [area(61_706), area(128_000_000), area(None)] and sizes[1] > sizes[0] > sizes[2]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "lenet, 61,706 parameters",
        "vgg, 128,000,000 parameters",
        "old",
    ]
    assert png(figure).startswith(b"\x89PNG")


def test_the_accuracy_that_all_runs_have():
    half_done = Point("half done", {"valid_accuracy": 0.7, "train_accuracy": 0.9}, 3.0, 10)
    both = LENET._replace(metrics={"test_accuracy": 0.81, "train_accuracy": 0.8})
    figure = draw_accuracy_by_time([both, half_done])
    assert figure is not None and figure.axes[0].get_ylabel() == "train accuracy"
    assert draw_accuracy_by_time([LENET, half_done]) is None


def test_the_record_says_how_many_parameters():
    run = toys.toy(epochs=1).run()
    assert run.config["parameters"] == 4 * 8 + 8 + 8 * 3 + 3
    assert num_parameters(toys.series()) is None


def test_layers_that_wait_for_their_first_input_are_not_counted():
    waiting = toys.classifier()
    waiting.model = nn.Sequential(nn.LazyLinear(3))
    assert num_parameters(waiting) is None


@pytest.mark.parametrize("parameters", [0, 1])
def test_the_smallest_networks_have_a_point(parameters: int):
    assert math.isfinite(area(parameters)) and area(parameters) > 0

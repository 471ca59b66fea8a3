"""Every picture keeps the rules that a machine can check; and each rule is noticed when it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from dongshou import experiments
from dongshou.drawing import new_axes, new_panels
from dongshou.drawing.styled import StyledFigure
from dongshou.experiments.automatic_differentiation import _beside_torch
from dongshou.experiments.multilayer_perceptrons import mnist_learning_rate, polynomial_fit
from dongshou.experiments.optimization import optimizers_airfoil, schedules
from dongshou.runs.accuracy_by_time import Point, draw_accuracy_by_time
from dongshou.runs.curves import draw_curves
from dongshou.training import Band, Drew, Published, Reported, Session
from dongshou.training.lr_finder import Tried
from tests.picture_rules import faults
from tests.tasks.test_legible import figures, figures_of_experiments
from tests.training import toys

CHEAP = (
    ("exhaustive_search", {}),
    ("stochastic_gradient_descent", {"epochs": 1}),
    ("logistic_regression", {"iterations": 200}),
    ("convexity", {}),
    ("convexity:local_minima", {}),
    ("optimizers_1d:non_convex", {}),
    ("optimizers_2d:condition_number", {}),
    ("initialization", {"depth": 6, "width": 16}),
)


def of_procedures() -> Iterator[tuple[str, Any]]:
    """The figures of those experiments that take next to no time."""
    for name, settings in CHEAP:
        module, _, variant = name.partition(":")
        declaration = getattr(experiments, module)
        work = (getattr(declaration, variant) if variant else declaration)(**settings)
        for event in work.events(Session(), None):
            if isinstance(event, Drew):
                yield f"{name} {event.name}", event.figure


def of_long_experiments() -> Iterator[tuple[str, Any]]:
    """Those of experiments that take longer, of data in the shape that they have."""
    rates = {name: {lr: {"test_loss": lr, "test_accuracy": 1 - lr} for lr in (0.01, 0.1)} for name in ("deep", "wide")}
    yield "learning rates", mnist_learning_rate.draw_rates(rates)
    yield "finder", mnist_learning_rate.draw_finder([Tried(10.0**-n, 1.0 + n % 3) for n in range(6, 0, -1)], 0.03)
    train, _ = polynomial_fit.synthetic.polynomial(num_train=30, num_test=1, num_features=20)
    fits = {"underfit": torch.randn(2), "normal": torch.randn(4), "overfit": torch.randn(20)}
    yield "fits", polynomial_fit.curves(train, fits)
    courses = {f"optimizer {n}": [optimizers_airfoil.Point(e, 0.01 * n * e, 0.3) for e in (1, 2)] for n in range(1, 12)}
    yield "airfoil", optimizers_airfoil.draw(courses)
    history = [{"train_loss": 2.0, "test_loss": 2.5, "test_accuracy": 0.3}]
    names = list(schedules.schedules(0.3, 0.01, 6))
    yield "schedules", schedules.picture(dict.fromkeys(names, [0.3]), dict.fromkeys(names, history))
    yield "both engines", _beside_torch.picture([(2.0, 2.0), (1.0, 1.0)])


def of_runs() -> Iterator[tuple[str, Any]]:
    one, clipped = toys.toy(epochs=1), toys.toy(clip=0.5)
    one.stated = [Published("a book", test_accuracy=Band(0.1, 0.2, 0.3, 0.4, 0.5), train_loss=Reported(0.4))]
    runs = [clipped.run(seed=seed) for seed in range(3)]
    yield "one epoch", draw_curves([one.run()])
    yield "clipped", draw_curves(runs[:1])
    yield "three runs", draw_curves(runs)
    yield "parts", draw_curves([toys.series().run()])
    points = [Point(f"lr {n}, seed {n}", {"test_accuracy": n / 9}, 10.0**n, 10**n if n else None) for n in range(9)]
    yield "accuracy by time", draw_accuracy_by_time(points)


@pytest.mark.parametrize("source", [of_procedures, of_long_experiments, of_runs, figures, figures_of_experiments])
def test_pictures_keep_the_rules(source: Callable[[], Iterator[tuple[str, Any]]]) -> None:
    found = {name: faults(figure) for name, figure in source() if isinstance(figure, StyledFigure)}
    assert found and {name: broken for name, broken in found.items() if broken} == {}


def good() -> Any:
    """A picture without a fault, which each case below spoils."""
    axes = new_axes(xlabel="epoch", ylabel="loss", title="Loss by epoch")
    for index in (0, 1):
        axes.plot([1, 2, 3], [index, 1, 1 - index], label=f"curve {index}")
    return axes


def crowded(axes: Any) -> None:
    axes.set_xticks([1, 1.001], ["one", "two"])
    axes.figure.put_in_order()
    axes.set_xticks([1, 1.001], ["one", "two"], rotation=0, ha="center")


def under_the_legend(axes: Any) -> None:
    axes.figure.put_in_order()
    axes.legend(loc="upper center")


SPOILED = {
    "an axis without a name": lambda axes: axes.set_xlabel(""),
    "no title": lambda axes: axes.set_title(""),
    "a curve without a name among several": lambda axes: axes.plot([1, 3], [2, 2], ":"),
    "two curves with the same stroke": lambda axes: axes.plot([1, 3], [2, 2], axes.lines[0].get_color(), label="third"),
    "no legend": lambda axes: (axes.figure.put_in_order(), axes.get_legend().remove()),
    "the legend covers a curve": under_the_legend,
    "labels of the x axis collide": crowded,
    "'far away' is cut off": lambda axes: axes.figure.text(0.98, 0.5, "far away"),
    "'here' lies over 'there'": lambda axes: (axes.text(2, 0.5, "here"), axes.text(2, 0.5, "there")),
    "no glyph for": lambda axes: (axes.figure.put_in_order(), axes.set_title("\U0010ffff")),
    "a size of 30.0 x 4.0 inches": lambda axes: axes.figure.set_size_inches(30, 4),
}


def test_a_good_picture_has_no_fault():
    assert faults(good().figure) == []


@pytest.mark.parametrize("fault", SPOILED)
def test_each_rule_is_noticed_when_it_is_broken(fault: str) -> None:
    axes = good()
    SPOILED[fault](axes)
    assert any(fault in found for found in faults(axes.figure)), faults(axes.figure)


def test_a_shared_legend_and_pictures_without_curves_are_no_faults():
    figure, panels = new_panels(["a", "b"], xlabel="x", ylabel="y")
    for axes in panels:
        axes.plot([1, 2], label="train")
        axes.plot([2, 1], label="test")
    assert faults(figure) == []
    axes = new_axes(xlabel="predicted", ylabel="true", title="Shares")
    axes.imshow(np.eye(4))
    assert faults(axes.figure) == []

"""The unit linear_networks comes out as published."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from dongshou import experiments
from dongshou.data.sets import synthetic
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.linear_networks import _one_input, logistic_regression
from tests.experiments.verdicts import comes_out_as_stated

QUICK = (
    "exhaustive-search",
    "gradient-descent",
    "gradient-descent:with-bias",
    "gradient-descent:quadratic",
    "stochastic-gradient-descent",
    "stochastic-gradient-descent:with-bias",
    "stochastic-gradient-descent:quadratic",
    "logistic-regression",
    "linear-regression",
    "linear-regression:three-weights",
    "linear-regression:closed-form",
    "linear-regression:book",
    "linear-regression:book-concise",
)


@pytest.mark.parametrize("name", QUICK)
def test_comes_out_as_published(ran, name: str) -> None:
    assert comes_out_as_stated(ran(name))


def test_exhaustive_search_finds_the_weight_on_the_grid(ran) -> None:
    run = ran("exhaustive-search")
    costs = run.table("step")["train_loss"]
    assert len(costs) == 41 and costs.idxmin() == 20
    assert costs[0] == pytest.approx(56 / 3)  # w = 0: the mean of 2^2, 4^2, 6^2
    assert (run.path / "figures" / "cost.png").is_file()


@pytest.mark.parametrize("settings", [{"spacing": 0.0}, {"lowest": 1.0, "highest": 0.0}])
def test_a_grid_without_weights_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="spacing > 0 and highest >= lowest"):
        experiments.exhaustive_search(**settings)


@pytest.mark.parametrize("name", ["PROPORTIONAL", "STRAIGHT", "QUADRATIC"])
def test_gradients_by_hand_agree_with_finite_differences(name: str) -> None:
    model = getattr(_one_input, name)
    parameters = torch.randn(len(model.names), dtype=torch.float64)
    x, y = torch.randn(2, 7, dtype=torch.float64)
    nudges = 1e-6 * torch.eye(len(parameters), dtype=torch.float64)
    numeric = [(model.cost(parameters + n, x, y) - model.cost(parameters - n, x, y)) / 2e-6 for n in nudges]
    torch.testing.assert_close(model.gradient(parameters, x, y), torch.stack(numeric))


def test_one_step_of_gradient_descent() -> None:
    """From w = 1: dJ/dw = mean(2 x (x - 2 x)) = -2 mean(x^2) = -28 / 3."""
    assert experiments.gradient_descent(iterations=1).run().result["w"] == pytest.approx(1 + 0.01 * 28 / 3)


def test_a_parabola_through_three_points_is_the_line_in_the_end(ran) -> None:
    result = experiments.gradient_descent.quadratic(iterations=300).run().result
    assert result["train_loss"] < ran("gradient-descent:quadratic").result["train_loss"] < 0.05


def test_too_large_a_step_is_named_as_the_cause() -> None:
    with pytest.raises(DongshouError, match="learning rate that is too large"):
        experiments.gradient_descent(lr=10.0, iterations=500).run()


def test_logistic_regression_leans_to_scikit_learns_boundary() -> None:
    classifier = LogisticRegression(C=1e4).fit([[1.0], [2.0], [3.0]], [0, 0, 1])
    theirs = -classifier.intercept_[0] / classifier.coef_[0, 0]
    ours = experiments.logistic_regression(lr=1.0, iterations=5000).run().result["decision_boundary"]
    assert ours == pytest.approx(theirs, abs=0.03)


def test_cross_entropy_stays_finite_far_from_the_truth() -> None:
    w, b = torch.tensor([-1000.0, 0.0], dtype=torch.float64)
    assert logistic_regression.cost(w, b).item() == pytest.approx(1000.0)  # z = -3000 for the one that passed


def test_closed_form_is_least_squares(ran) -> None:
    torch.manual_seed(0)
    features, targets = synthetic.linear([2.0, -3.4], 4.2, 1000)
    columns = np.hstack([features.numpy(), np.ones((1000, 1))])
    solution, *_ = np.linalg.lstsq(columns, targets.numpy(), rcond=None)
    result = ran("linear-regression:closed-form").result
    assert [result["w_0"], result["w_1"], result["b"]] == pytest.approx(solution.ravel().tolist(), abs=1e-5)


def test_sgd_by_hand_is_sgd_in_layers_on_half_the_loss() -> None:
    """(y_hat - y)^2 / 2 has half the gradient: half the learning rate in layers takes the very same way."""
    by_hand = experiments.linear_regression(lr=0.04, epochs=30).run().result
    in_layers = experiments.linear_regression.concise(lr=0.02, epochs=30).run().result
    for name in ("w_0", "w_1", "b"):
        assert by_hand[name] == pytest.approx(in_layers[name], abs=2e-4)


def test_linear_regression_learns_from_the_first_examples_only() -> None:
    run = experiments.linear_regression(epochs=1).run(limit=100)
    assert run.record["limited"] and run.table()["step"].tolist() == [2]


def test_both_engines_agree_on_linear_regression() -> None:
    ours, theirs = (experiments.linear_regression.concise(epochs=2).run(engine=e).result for e in ("scratch", "torch"))
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_both_engines_agree_on_softmax_regression() -> None:
    ours, theirs = (experiments.softmax_regression.digits(epochs=1).run(engine=e).result for e in ("scratch", "torch"))
    assert ours["train_loss"] == pytest.approx(theirs["train_loss"], abs=1e-4)
    assert ours["test_loss"] == pytest.approx(theirs["test_loss"], abs=1e-4)


def test_softmax_regression_reads_nine_of_ten_digits() -> None:
    assert experiments.softmax_regression.digits(epochs=10).run().result["test_accuracy"] > 0.9


def test_softmax_regression_starts_well_on_fashion_mnist(real_data) -> None:
    real_data("fashion-mnist")
    assert experiments.softmax_regression.book(epochs=1).run().result["test_accuracy"] > 0.75

"""Work that is not one fit answers too: with what was found by hand, in closed form, by counting, by several fits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from dongshou import experiments
from dongshou.data.sets import airfoil
from dongshou.errors import DongshouError, UsageError
from dongshou.runs import Run, predict

POINTS = {
    "gradient-descent": (lambda: experiments.gradient_descent(), "4", "prediction"),
    "with bias": (lambda: experiments.gradient_descent.with_bias(iterations=200), "4", "prediction"),
    "quadratic": (lambda: experiments.stochastic_gradient_descent.quadratic(), "4", "prediction"),
    "exhaustive-search": (lambda: experiments.exhaustive_search(), "4", "prediction"),
}


@pytest.mark.parametrize("name", POINTS)
def test_a_function_of_one_input_found_by_hand(name: str):
    make, question, metric = POINTS[name]
    run = make().run()
    (prediction,) = predict(run, question)
    assert prediction.answer.value == pytest.approx(run.result[metric], rel=1e-5)
    assert run.config["asked_with"] == "row"


@pytest.mark.parametrize(
    "make", [lambda: experiments.linear_regression(epochs=20), experiments.linear_regression.closed_form]
)
def test_a_line_by_hand_and_in_closed_form(make: Callable):
    run = make().run(device="cpu")
    w, b = [run.result["w_0"], run.result["w_1"]], run.result["b"]
    first, second = predict(run, ["1,1", {"x_0": "3", "x_1": "-2"}])
    assert first.answer.value == pytest.approx(sum(w) + b, abs=1e-4)
    assert second.answer.value == pytest.approx(3 * w[0] - 2 * w[1] + b, abs=1e-4)


def test_students_pass_or_fail():
    run = experiments.logistic_regression().run()
    (prediction,) = predict(run, "4")
    assert prediction.probabilities["passed"] == pytest.approx(run.result["probability_after_4_hours"], abs=1e-6)
    (boundary,) = predict(run, {"hours": run.result["decision_boundary"]})
    assert boundary.probabilities["passed"] == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize("variant", ["normal", "underfit"])
def test_a_polynomial_of_x(variant: str):
    from safetensors.torch import load_file

    run = getattr(experiments.polynomial_fit, variant)(epochs=20).run(device="cpu")
    (path,) = (run.path / "tensors").glob("*-weights.safetensors")
    w = load_file(path)[variant].tolist()
    expected = [sum(w_k * x**k / math.factorial(k) for k, w_k in enumerate(w)) for x in (0.5, -2.0)]
    assert [prediction.answer.value for prediction in predict(run, ["0.5", "-2"])] == pytest.approx(expected, rel=1e-4)


def test_two_hundred_inputs():
    run = experiments.weight_decay_high_dim(epochs=2).run(device="cpu")
    nothing, first = (predict(run, ",".join(["1" if i < k else "0" for i in range(200)]))[0] for k in (0, 200))
    assert nothing.answer.value != first.answer.value and math.isfinite(first.answer.value)


def test_the_next_value_of_a_series():
    run = experiments.autoregressive_sine(epochs=30).run(device="cpu")
    rising, falling = (
        prediction.answer.value for prediction in predict(run, ["0.5,0.5,0.5,0.5", "-0.5,-0.5,-0.5,-0.5"])
    )
    assert rising == pytest.approx(0.5, abs=0.15) and falling == pytest.approx(-0.5, abs=0.15)


def test_a_curve_through_points_that_it_remembers():
    run = experiments.kernel_regression(epochs=5).run(device="cpu")
    (line,) = [line for line in run.lines() if line["event"] == "tensors" and line["name"] == "kernel"]
    from safetensors.torch import load_file

    points = load_file(run.path / line["path"])
    x, y = points["x"], points["y"]
    weights = (-((2.5 - x) * run.result["learnt_w"]).square() / 2).softmax(0)
    (prediction,) = predict(run, {"x": "2.5"})
    assert prediction.answer.value == pytest.approx(float((weights * y).sum()), abs=1e-4)


def test_noise_of_a_wing_in_decibels(real_data):
    real_data("airfoil")
    run = experiments.optimizers_airfoil(epochs=1).run(device="cpu")
    settings, noise = airfoil.read()
    rows = [dict(zip(airfoil.FEATURES, map(str, row), strict=True)) for row in settings[:1500:50].tolist()]
    answers = torch.tensor([prediction.answer.value for prediction in predict(run, rows)])
    errors = (answers - noise[:1500:50, 0]) / noise.std()
    assert float(errors.square().mean()) / 2 == pytest.approx(run.result["adam_loss"], abs=0.15)
    assert answers.min() > 90 and answers.max() < 150  # decibels
    assert predict(run, rows[:1])[0].answer.name == airfoil.TARGET


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = tmp_path_factory.mktemp("texts") / "row.txt"
    path.write_text("row row row your boat gently down the stream merrily merrily life is but a dream\n" * 40)
    return experiments.ngram(text=str(path)).run(runs=tmp_path_factory.mktemp("runs"))


def test_ngrams_go_on_writing(words: Run):
    assert words.config["asked_with"] == "text"
    (prediction,) = predict(words, "gently down", num_tokens=6, temperature=0)
    assert str(prediction.answer) == "gently down the stream merrily merrily life is"
    assert str(predict(words, "boat", num_tokens=2, temperature=0)[0].answer) == "boat gently down"
    with pytest.raises(UsageError, match="does not contain 'ship'"):
        predict(words, "ship")
    with pytest.raises(UsageError, match="leave out --explain"):
        predict(words, "boat", explain=True)


def test_what_ngrams_draw_is_as_probable_as_they_say(words: Run):
    from dongshou.runs.trained import untrained

    answering = untrained(words)
    assert answering is not None
    model, data = answering.experiment.model, answering.experiment.data
    for prompt in (["row", "row"], ["boat"]):
        logits, _ = model(data.vocabulary.encode(prompt)[None])
        assert float(logits.exp().sum()) == pytest.approx(1, abs=1e-5)
    drawn = predict(words, ["row row"] * 60, num_tokens=1, temperature=1)
    after = Counter(str(prediction.answer) for prediction in drawn)
    assert 15 < after["row row row"] < 45 and 15 < after["row row your"] < 45  # each half of the time


def test_what_was_found_and_is_away(tmp_path: Path):
    run = experiments.gradient_descent().run(runs=tmp_path)
    (path,) = (run.path / "tensors").glob("*-model.safetensors")
    path.write_bytes(b"nothing")
    with pytest.raises(DongshouError, match="-model.safetensors cannot be read"):
        predict(run, "4")
    path.unlink()
    with pytest.raises(DongshouError, match="-model.safetensors cannot be read"):
        predict(run, "4")


def test_what_is_recorded_is_what_the_task_is_asked_with(real_data):
    """Of work that says so itself, not being one fit."""
    for name in ("airfoil", "house-prices"):
        real_data(name)
    works = [
        experiments.house_prices(),
        experiments.house_prices.better(),
        experiments.linear_regression(),
        experiments.logistic_regression(),
        experiments.optimizers_airfoil(),
        experiments.kernel_regression(),
        experiments.mnist_learning_rate(data="digits"),
        experiments.batch_norm_lenet(data="digits"),
        experiments.fine_tune(data="digits"),
    ]
    for work in works:
        asked = work.asked()
        assert asked.make().task.asked_with == asked.asked_with, work.declared.name
    assert experiments.edge_kernel().asked() is None

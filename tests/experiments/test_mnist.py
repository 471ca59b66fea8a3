"""The experiments on MNIST, and the one on where weights start."""

from __future__ import annotations

import pandas
import pytest
from safetensors.torch import load_file

from dongshou import experiments
from tests.experiments.verdicts import verdicts

QUICK = {"data": "digits", "batch_size": 64}


def test_both_engines_agree_on_the_deep_perceptron() -> None:
    ours, theirs = (experiments.mnist_mlp.digits(epochs=1).run(engine=e).result for e in ("scratch", "torch"))
    assert ours["train_loss"] == pytest.approx(theirs["train_loss"], abs=1e-4)


def test_the_deep_perceptron_reads_the_digits() -> None:
    assert experiments.mnist_mlp.digits(epochs=10).run().result["test_accuracy"] > 0.9


def test_the_deep_perceptron_starts_well_on_mnist(real_data) -> None:
    real_data("mnist")
    assert experiments.mnist_mlp(lr=0.05, momentum=0.9, epochs=1).run(limit=6_000).result["test_accuracy"] > 0.7


@pytest.mark.parametrize("engine", ["torch", "scratch"])
def test_learning_rates_end_in_one_picture_and_one_table(engine: str) -> None:
    run = experiments.mnist_learning_rate(rates=(0.001, 0.1), epochs=2, **QUICK).run(engine=engine)
    table = pandas.read_csv(run.path / "learning_rates.csv")
    assert list(zip(table["network"], table["lr"], strict=True)) == [
        ("deep", 0.001),
        ("deep", 0.1),
        ("wide", 0.001),
        ("wide", 0.1),
    ]
    assert [path.name for path in run.figures] == ["learning_rates.png", "curves.png"]
    for network in ("deep", "wide"):
        best = table[table["network"] == network].sort_values("test_accuracy").iloc[-1]
        assert run.result[f"{network}_best_lr"] == best["lr"] == 0.1
        assert run.result[f"{network}_test_accuracy"] == pytest.approx(best["test_accuracy"])


def test_the_finder_suggests_a_rate_that_learns() -> None:
    run = experiments.mnist_learning_rate.finder(**QUICK).run()
    suggested = run.result["suggested_lr"]
    assert 0.01 < suggested < 1.0
    table = pandas.read_csv(run.path / "learning_rates.csv")
    assert list(table.columns) == ["lr", "train_loss"] and (table["lr"] - suggested).abs().min() < 1e-12
    settings = {"rates": (1e-4, suggested), "epochs": 2, **QUICK}
    assert experiments.mnist_learning_rate(**settings).run().result["wide_best_lr"] == suggested


def test_xavier_keeps_the_variance_where_others_lose_it() -> None:
    run = experiments.initialization().run()
    assert verdicts(run) == {"reached"}
    assert run.result["xavier_tanh_variance_ratio"] < 2
    assert run.result["small_normal_tanh_gradient_ratio"] < 1e-6  # vanishing
    assert run.result["large_normal_relu_gradient_ratio"] > 1e6  # exploding
    (gradients,) = (run.path / "tensors").glob("*-gradients.safetensors")
    by_depth = load_file(gradients)
    assert len(by_depth) == 15 and by_depth["tanh-zero"][:-1].eq(0).all() and by_depth["tanh-zero"][-1] > 0

"""The two experiments: one hundred steps beside torch, loss for loss."""

from __future__ import annotations

import pytest

from dongshou import experiments


def test_the_multilayer_perceptron_has_the_losses_of_torch() -> None:
    run = experiments.autograd_mlp(epochs=5).run()  # 23 steps an epoch
    steps = [line for line in run.lines() if line["event"] == "step"]
    assert len(steps) >= 100
    assert max(abs(line["train_loss"] - line["torch_train_loss"]) for line in steps) < 1e-10
    assert run.result["largest_difference"] < 1e-10 and run.result["test_accuracy"] > 0.9
    assert (run.path / "graph.svg").read_text().startswith("<svg")


def test_lenet_has_the_losses_of_torch() -> None:
    run = experiments.autograd_lenet(batch_size=8, epochs=2).run(limit=32)
    assert run.result["largest_difference"] < 1e-10


@pytest.mark.slow
def test_lenet_has_them_over_100_steps() -> None:
    run = experiments.autograd_lenet(batch_size=16, epochs=2).run()  # 90 steps an epoch
    assert run.result["largest_difference"] < 1e-10 and run.result["test_accuracy"] > 0.8

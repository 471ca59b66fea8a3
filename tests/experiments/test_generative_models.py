"""The experiments with networks that draw: every one in small, asked for pictures."""

from __future__ import annotations

import math

import pytest
import torch

from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.generative_models import gan
from dongshou.experiments.registry import find_declaration
from dongshou.runs import Run
from dongshou.runs.predict import predict

TESTED = {"gan"}


def made(name: str, **settings) -> Run:
    return find_declaration(name)(**settings).run()


def test_every_experiment_of_the_unit_is_tested():
    unit = [entry for entry in list_experiments() if entry.unit == "generative_models"]
    assert {entry.name for entry in unit} | {f"{entry.name}:{v}" for entry in unit for v in entry.variants} == TESTED


def test_a_gan_learns_a_normal_distribution():
    run = made("gan", num_examples=200, batch_size=10, epochs=20, generator_lr=0.01)
    result, first = run.record["result"], next(line for line in run.lines() if line["event"] == "epoch")
    assert result["test_discriminator_loss"] == pytest.approx(math.log(2), abs=0.05)
    assert result["test_frechet_distance"] < first["test_frechet_distance"] / 2
    assert result["mean_error"] < first["mean_error"]
    assert (run.path / "figures" / "points.png").is_file() and (run.path / "sample-strip.png").is_file()
    (first,), (again,) = (predict(run, None, num=5, seed=3) for _ in range(2))
    assert first.answer.as_json() == again.answer.as_json() and len(first.answer.as_json()["points"]) == 5


def test_errors_of_a_generator_that_has_learnt_it_all_are_those_of_chance():
    model = gan.models.point_generator()
    with torch.no_grad():
        model[0].weight.copy_(gan.A.mT)
        model[0].bias.copy_(gan.B)
        assert max(gan.errors(model).values()) < 0.03
        model[0].bias.add_(torch.tensor([0.3, 0.4]))
        assert gan.errors(model)["mean_error"] == pytest.approx(0.5 / 5**0.5, abs=0.02)

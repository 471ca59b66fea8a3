"""The experiments with networks that draw: every one in small, asked for pictures."""

from __future__ import annotations

import math

import pytest
import torch

from dongshou.errors import UsageError
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.generative_models import gan
from dongshou.experiments.generative_models._guidance import spread
from dongshou.experiments.registry import find_declaration
from dongshou.runs import Run
from dongshou.runs.predict import predict

TESTED = {"gan", "diffusion", "diffusion:mnist"}


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


def test_diffusion_draws_the_class_that_was_asked_for():
    small = dict(channels=(16,), epochs=2, num_samples=40, sampling_steps=4, noise_steps=50)
    run = made("diffusion", **small)
    result, first = run.record["result"], next(line for line in run.lines() if line["event"] == "epoch")
    assert result["test_loss"] < first["test_loss"] and result["reader_test_accuracy"] > 0.95
    names = ("read_accuracy", "diversity", "frechet_distance")
    assert {f"{name}_at_{guidance}" for name in names for guidance in ("000", "075", "150", "350")} <= result.keys()
    assert all(result[name] == result[f"{name}_at_150"] for name in names)
    ends = result["frechet_distance_of_training"], result["frechet_distance_of_noise"]
    assert ends[0] < result["frechet_distance"] < 2 * ends[1]
    figures = {path.name for path in (run.path / "figures").iterdir()}
    assert {"samples.png", "chain.png", "interpolation.png", "guidance.png"} <= figures
    (one,) = predict(run, "7", num=5, seed=3)
    assert one.animation is not None and one.picture is not None and one.picture.name == "7.png"
    (again,) = predict(run, "7", num=5, seed=3)
    assert torch.equal(one.answer.images, again.answer.images) and one.answer.images.shape == (5, 1, 8, 8)
    with pytest.raises(UsageError, match=r"10"):
        predict(run, "10")


def test_diffusion_of_larger_pictures():
    experiment = find_declaration("diffusion:mnist")(data="digits", batch_size=8)
    images, classes = next(iter(experiment.data.train()))
    assert images.shape == (8, 1, 28, 28) and (images.min(), images.max()) == (-1, 1)
    assert experiment.model(images, torch.ones(8, dtype=torch.int64), classes).shape == images.shape
    with pytest.raises(UsageError, match="at least 20, two pictures of each of 10 classes; got 19"):
        find_declaration("diffusion")(num_samples=19)


def test_pictures_of_a_class_lie_apart():
    images = torch.tensor([0.0, 3.0, 6.0, 1.0, 1.5])[:, None, None, None].expand(5, 1, 2, 2)
    labels = torch.tensor([0, 0, 0, 1, 1])
    assert spread(images, labels) == pytest.approx((2 * (3 + 6 + 3) / 3 + 2 * 0.5) / 2)

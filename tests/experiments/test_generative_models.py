"""The experiments with networks that draw: every one in small, asked for pictures."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from dongshou.data import load_images
from dongshou.data.images.captions.grammar import captions
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.generative_models import gan
from dongshou.experiments.generative_models._guidance import seen_by
from dongshou.experiments.generative_models._scene_reader import Seen, cut_out, shows
from dongshou.experiments.registry import find_declaration
from dongshou.runs import Run
from dongshou.runs.predict import predict
from dongshou.tasks.generative.judge import PictureJudge
from dongshou.training import start_from

TESTED = {
    "gan",
    "gan:converging",
    "dcgan",
    "dcgan:fashion",
    "dcgan:book",
    "wgan",
    "conditional-gan",
    "conditional-gan:fashion",
    "vae",
    "vae:fashion",
    "faces",
    "faces:vae",
    "diffusion",
    "diffusion:mnist",
    "text-to-picture",
    "text-to-picture:matching",
}
SMALL = dict(data="digits", epochs=1)
TINY = {
    "dcgan": dict(size=8, width=3, batch_size=400),
    "wgan": dict(size=8, width=3, batch_size=400),
    "vae": dict(hidden=(16,), batch_size=400),
    "conditional-gan": dict(size=8, width=3, batch_size=400),
}
ENDS = {"frechet_of_train", "frechet_of_noise"}


def made(name: str, **settings) -> Run:
    return find_declaration(name)(**settings).run()


def test_every_experiment_of_the_unit_is_tested():
    unit = [entry for entry in list_experiments() if entry.unit == "generative_models"]
    assert {entry.name for entry in unit} | {f"{entry.name}:{v}" for entry in unit for v in entry.variants} == TESTED


@pytest.mark.filterwarnings("ignore::dongshou.notes.DataNote")  # none of them has learnt to draw in one epoch
@pytest.mark.parametrize("name", TINY)
def test_it_learns_a_little_draws_and_is_asked(name: str):
    run = made(name, **SMALL | TINY[name])
    result = run.record["result"]
    assert {"test_frechet_lenet", "test_diversity", "test_class_diversity", *ENDS} <= result.keys()
    assert 0 < result["frechet_of_train"] < result["frechet_of_noise"]
    assert "lenet-digits.safetensors" in run.config["data"]
    figures = {path.stem for path in (run.path / "figures").glob("*.png")}
    assert {"pictures", "interpolation"} <= figures and any(figure.startswith("sample-") for figure in figures)
    asked = "7" if run.config["asked_with"] == "class" else None
    (prediction,) = predict(run, asked, num=4, seed=3, explain=True)
    assert len(prediction.answer.images) == 4 and prediction.picture.is_file()
    assert [path.is_file() for path in prediction.explanations] == [True]
    (again,) = predict(run, asked, num=4, seed=3)
    assert torch.equal(prediction.answer.images, again.answer.images)
    if asked is not None:
        with pytest.raises(UsageError, match="The model knows no class seven"):
            predict(run, "seven")


@pytest.mark.parametrize(
    ("name", "size", "settings"),
    [
        ("dcgan:fashion", 32, dict(width=1)),
        ("conditional-gan:fashion", 32, dict(width=1)),
        ("vae:fashion", 28, dict(hidden=(3,))),
        ("faces:vae", 32, dict(hidden=(3,))),
    ],
)
def test_variants_differ_in_their_settings(name: str, size: int, settings: dict):
    work = find_declaration(name)(**settings)
    assert work.data.shape == (1, size, size) and work.data.name == ("fashion-mnist" if "fashion" in name else "digits")
    assert work.asked().asked_with == ("class" if name.startswith("conditional") else "noise")


def test_a_folder_of_pictures_is_as_good(tmp_path: Path):
    folder = tmp_path / "faces"
    folder.mkdir()
    for number in range(9):
        Image.new("RGB", (20, 16), (20 * number, 99, 7)).save(folder / f"{number}.png")
    run = made("faces", data=str(folder), size=8, width=2, batch_size=3, epochs=1)
    assert {"pictures", "lenet-cifar10.safetensors"} == run.config["data"].keys()
    (prediction,) = predict(run, None, num=2, seed=1)
    assert prediction.answer.images.shape == (2, 3, 8, 8)
    with pytest.raises(UsageError, match='"nowhere" is no folder, and no image set either; there are .*, olivetti'):
        find_declaration("dcgan")(data="nowhere")
    with pytest.raises(UsageError, match="faces has none: take dcgan"):
        find_declaration("conditional-gan")(data=str(folder))


def test_the_book_starts_every_weight_alike():
    work = find_declaration("dcgan:book")()
    assert work.data.shape == (3, 64, 64) and work.optimizer["generator"].param_groups[0]["lr"] == 0.005
    for network in (work.model, work.task.discriminator):
        norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
        assert len(norms) == 4
        assert all(float(norm.weight.detach().mean()) == pytest.approx(0, abs=0.01) for norm in norms)


def test_a_gan_learns_a_normal_distribution():
    run = made("gan:converging", num_examples=1000, batch_size=20, epochs=5, generator_lr=0.02, discriminator_lr=0.02)
    result, first = run.record["result"], next(line for line in run.lines() if line["event"] == "epoch")
    assert result["test_discriminator_loss"] == pytest.approx(math.log(2), abs=0.05)
    assert result["test_frechet_distance"] < first["test_frechet_distance"] / 4
    assert result["mean_error"] < 0.3 and result["covariance_error"] < 0.4
    assert (run.path / "figures" / "points.png").is_file() and (run.path / "sample-strip.png").is_file()
    (first,), (again,) = (predict(run, None, num=5, seed=3) for _ in range(2))
    assert first.answer.as_json() == again.answer.as_json() and len(first.answer.as_json()["points"]) == 5


def test_the_settings_of_the_book():
    work = find_declaration("gan")()
    assert [len(split.tensors[0]) for split in (work.data.train(), work.data.test())] == [1000, 1000]
    rates = {name: one.param_groups[0]["lr"] for name, one in work.optimizer.items()}
    assert rates == {"discriminator": 0.05, "generator": 0.005} and work.data.train().batch_size == 8
    starts = torch.cat([parameter.detach().flatten() for parameter in work.task.discriminator.parameters()])
    assert 0.01 < float(starts.std()) < 0.03 and starts.count_nonzero() == len(starts) == 37


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
    assert result["test_loss"] < first["test_loss"]
    names = ("read_accuracy", "diversity", "frechet_lenet")
    assert {f"{name}_at_{guidance}" for name in names for guidance in ("000", "075", "150", "350")} <= result.keys()
    assert all(result[name] == result[f"{name}_at_075"] for name in names)
    ends = result["frechet_of_train"], result["frechet_of_noise"]
    assert ends[0] < result["frechet_lenet"] < 2 * ends[1]
    figures = {path.name for path in (run.path / "figures").iterdir()}
    assert {"samples.png", "chain.png", "interpolation.png", "guidance.png"} <= figures
    (one,) = predict(run, "7", num=5, seed=3)
    assert one.animation is not None and one.picture is not None and one.picture.name == "7.png"
    (again,) = predict(run, "7", num=5, seed=3)
    assert torch.equal(one.answer.images, again.answer.images) and one.answer.images.shape == (5, 1, 8, 8)
    with pytest.raises(UsageError, match=r"10"):
        predict(run, "10")


def test_real_digits_are_read_and_near_to_themselves():
    images, labels = next(iter(load_images("digits", 360, size=8, normalize=(0.5, 0.5)).test()))
    seen = seen_by(PictureJudge("digits"), images, labels, images)
    assert seen["read_accuracy"] > 0.95 and seen["frechet_lenet"] == pytest.approx(0, abs=0.01)
    assert seen["diversity"] == pytest.approx(1)
    assert seen_by(PictureJudge("digits"), images, labels.roll(1), images)["read_accuracy"] < 0.3
    alike = seen_by(PictureJudge("digits"), images[:1].expand_as(images) + 1e-4 * images, labels, images)
    assert alike["diversity"] < 0.1 and alike["frechet_lenet"] > 10


def test_diffusion_of_larger_pictures():
    experiment = find_declaration("diffusion:mnist")(data="digits", batch_size=8)
    images, classes = next(iter(experiment.data.train()))
    assert images.shape == (8, 1, 28, 28) and (images.min(), images.max()) == (-1, 1)
    assert experiment.model(images, torch.ones(8, dtype=torch.int64), classes).shape == images.shape
    with pytest.raises(UsageError, match="num_samples is at least 2, to tell pictures apart; got 1"):
        find_declaration("diffusion")(num_samples=1)


SCENES = dict(num_scenes=64, num_test_scenes=20, epochs=1)


def test_text_becomes_a_picture():
    small = dict(channels=(8, 8), num_hiddens=8, noise_steps=20, sampling_steps=2, drawn_per_caption=1)
    run = made("text-to-picture", **SCENES, **small, matching_epochs=1)
    result = run.record["result"]
    assert 0 <= result["drawn_right"] < 0.2 and result["scenes_read_right"] > 0
    assert 0 <= result["matched_at_1"] <= result["matched_at_5"] < 0.5
    assert {"drawn.png", "samples.png", "interpolation.png"} <= {path.name for path in (run.path / "figures").iterdir()}
    (one,) = predict(run, "a three left of a nine", num=2, seed=1)
    assert one.picture is not None and one.picture.name == "a-three-left-of-a-nine.png" and one.animation is not None
    assert one.answer.images.shape == (2, 1, 12, 24)
    with pytest.raises(UsageError, match='knows no word "elephant"'):
        predict(run, "an elephant")


def test_captions_find_their_pictures():
    run = made("text-to-picture:matching", **SCENES, batch_size=32)
    assert {"test_accuracy", "matched_at_1", "matched_at_5"} <= run.record["result"].keys()
    (found,) = predict(run, "two sevens", num=3)
    assert found.answer.images.shape == (3, 1, 12, 24) and found.animation is None


def test_scenes_are_read_digit_by_digit():
    blank = torch.zeros(12, 24)
    assert cut_out(blank) == []
    blank[3:10, 2:6], blank[0:11, 9:12], blank[5, 20] = 1.0, 0.9, 1.0
    (one, side), (other, longer) = cut_out(blank)
    assert (side, longer) == (7, 11), "a speck is no digit"
    assert one.shape == other.shape == (1, 12, 12) and one.sum() == 28 and float(other.sum()) == pytest.approx(29.7)
    assert one[0, 2:9, 4:8].min() == 1 and cut_out(torch.ones(12, 24))[0][0].shape == (1, 12, 12)
    caption = next(one for one in captions(kept=True) if one.text == "two sevens, the left one large")
    assert shows(caption, [Seen(7, 11), Seen(7, 8)])
    for wrong in ([Seen(7, 8), Seen(7, 11)], [Seen(7, 11), Seen(1, 8)], [Seen(7, 11)], [Seen(7, 11), Seen(7, 8)] * 2):
        assert not shows(caption, wrong)
    anything = next(one for one in captions(kept=True) if one.text == "a three left of a nine")
    assert shows(anything, [Seen(3, 12), Seen(9, 5)]) and not shows(anything, [Seen(9, 8), Seen(3, 8)])


def test_noise_of_another_size_does_not_fit_a_checkpoint(tmp_path: Path):
    generator = find_declaration("dcgan")(size=8, width=2, num_latents=6).model
    save_file(generator.state_dict(), tmp_path / "generator.safetensors")
    other = find_declaration("dcgan")(size=8, width=2, num_latents=5).model
    with pytest.raises(DongshouError, match=r"does not fit the model: .* size mismatch for 1\.weight"):
        start_from(other, str(tmp_path / "generator.safetensors"))

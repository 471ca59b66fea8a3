"""Learning to see noise: the loss beside its definition, what is forgotten, what is answered."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam

from dongshou.data import Batches, Splits
from dongshou.errors import UsageError
from dongshou.models.diffusion import cosine_schedule, denoising_unet
from dongshou.tasks import Question
from dongshou.tasks.generative.denoising import Denoising
from dongshou.tasks.generative.sampler import FRAMES, Sampler
from dongshou.tasks.weight_average import WeightAverage
from dongshou.training import Experiment, Session, fit

SHAPE = (1, 4, 6)


class Noted(nn.Module):
    """Sees a share of the noise that its one weight says, and notes what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(0.5))
        self.condition = SimpleNamespace(nothing=lambda classes: torch.full_like(classes, 9))
        self.given: list[tuple[Tensor, Tensor, Tensor]] = []

    def forward(self, x_t: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        self.given.append((x_t, t, condition))
        return self.weight * x_t


def task_of(model: nn.Module, num_steps: int = 20, **more: Any) -> Denoising:
    return Denoising(Sampler(cosine_schedule(num_steps), 5, guidance=1.0), WeightAverage(model), SHAPE, **more)


def batch(num: int = 400) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(num, *SHAPE, generator=generator) * 2 - 1, torch.arange(num) % 3


def test_a_step_takes_the_gradient_of_the_simple_loss():
    model, (x_0, classes) = Noted(), batch()
    task, before = task_of(model, forgetting=0.25), model.weight.item()
    torch.manual_seed(5)
    found = task.step(model, (x_0, classes), SGD(model.parameters(), lr=0.1))["loss"]
    ((x_t, t, condition),) = model.given
    alpha_bar = task.sampler.schedule.alpha_bar[t].view(-1, 1, 1, 1)
    noise = (x_t - alpha_bar.sqrt() * x_0) / (1 - alpha_bar).sqrt()
    assert float(noise.mean()) == pytest.approx(0, abs=0.03) and float(noise.std()) == pytest.approx(1, abs=0.03)
    loss = (before * x_t - noise).square().mean()
    assert float(found.total / found.weight) == pytest.approx(float(loss), rel=1e-4)
    gradient = 2 * ((before * x_t - noise) * x_t).mean()
    assert model.weight.item() == pytest.approx(before - 0.1 * float(gradient), rel=1e-4)
    assert {*t.tolist()} == {*range(1, 21)}, "every step from 1 to T"
    forgotten = condition == 9
    assert 0.17 < float(forgotten.float().mean()) < 0.33
    assert torch.equal(condition[~forgotten], classes[~forgotten])
    assert task.average.model.weight.item() != before, "the average moves along"


def test_nothing_is_forgotten_where_nothing_shall_be():
    model, (x_0, classes) = Noted(), batch(50)
    task_of(model, forgetting=0.0).step(model, (x_0, classes), SGD(model.parameters(), lr=0.1))
    assert torch.equal(model.given[0][2], classes)


@torch.no_grad()
def test_the_average_is_measured_with_the_same_noise_each_time():
    model, some = Noted(), batch(60)
    task = task_of(model)
    one, again = (task.measure(model, some)["loss"].total for _ in range(2))
    assert torch.equal(one, again) and not model.given, "the average is measured, not the model"
    assert {*task.average.model.given[0][1].tolist()} == {*range(1, 21)}
    nn.init.zeros_(model.weight)
    assert torch.equal(task.measure(model, some)["loss"].total, one)
    nn.init.zeros_(task.average.model.weight)
    assert float(task.measure(model, some)["loss"].total) / 60 == pytest.approx(1, abs=0.1)


def pictures() -> Splits:
    """Two classes: bright on the left, bright on the right."""
    labels = torch.arange(64) % 2
    images = torch.full((64, *SHAPE), -1.0)
    images[labels == 0, ..., :3] = 1.0
    images[labels == 1, ..., 3:] = 1.0
    batches = Batches(images, labels, batch_size=32, shuffle=True)
    return Splits(batches, test=Batches(images, labels, batch_size=64), classes=("left", "right"), shape=SHAPE)


@pytest.fixture(scope="module")
def trained() -> tuple[Denoising, Splits, nn.Module]:
    torch.manual_seed(0)
    data, model = pictures(), denoising_unet(1, 2, channels=(16,), num_hiddens=16)
    task = Denoising(Sampler(cosine_schedule(50), 10), WeightAverage(model, 0.95), SHAPE)
    experiment = Experiment(data, model, task, Adam(model.parameters(), lr=5e-3), epochs=60, draw=False)
    for _ in fit(experiment, Session(device="cpu")):
        pass
    return task, data, model


def test_what_was_asked_for_is_drawn_and_grows(trained: tuple[Denoising, Splits, nn.Module]):
    task, data, model = trained
    for name, bright, dark in (("left", slice(0, 3), slice(3, 6)), ("right", slice(3, 6), slice(0, 3))):
        answer = task.answer(model, data, Question(name, num=7, seed=3))
        assert answer.images.shape == (7, *SHAPE) and answer.grown is not None
        assert answer.images[..., bright].mean() > 0.85 and answer.images[..., dark].mean() < 0.15
        assert torch.equal(answer.grown[-1], answer.images) and len(answer.grown) == min(FRAMES, 11)
        assert answer.grown[0].std() > 0.2, "it begins as noise"
    again = task.answer(model, data, Question("right", num=7, seed=3))
    assert torch.equal(again.images, answer.images)
    assert not torch.equal(task.answer(model, data, Question("right", num=7)).images, answer.images)
    with pytest.raises(UsageError, match="from 1 to 10,000; got 0"):
        task.answer(model, data, Question("right", num=0))
    assert task.predict(model, torch.tensor([0, 1, 1])).shape == (3, *SHAPE)


def test_its_pictures(trained: tuple[Denoising, Splits, nn.Module]):
    task, data, model = trained
    figures = dict(task.figures(model, data))
    assert [*figures] == ["samples", "chain", "interpolation"]
    shown = {name: [image.get_array() for image in figure.axes[0].images] for name, figure in figures.items()}
    assert {name: len(images) for name, images in shown.items()} == {"samples": 16, "chain": 24, "interpolation": 16}
    real, ends = (
        shown["chain"][:8],
        shown["chain"][15],
    )
    assert {*real[0].flatten().tolist()} == {0, 1} and real[7].std() > 0.2
    assert float(ends[:, :3].mean()) > 0.85 > 0.15 > float(ends[:, 3:].mean())
    left, right = shown["interpolation"][:8], shown["interpolation"][8:]
    for image, other in zip(left, right, strict=True):
        assert image[:, :3].mean() - image[:, 3:].mean() > 0.3 < other[:, 3:].mean() - other[:, :3].mean()
    heading = [text.get_text() for text in figures["samples"].axes[0].texts]
    assert "left" in heading and "right" in heading


def test_it_is_copied_with_its_average(trained: tuple[Denoising, Splits, nn.Module]):
    task, _, model = trained
    assert task.modules().keys() == {"average", "schedule"}
    other_model, other = copy.deepcopy((model, task))
    other.step(other_model, batch(8), SGD(other_model.parameters(), lr=0.1))
    assert int(other.average.num_updates) == int(task.average.num_updates) + 1

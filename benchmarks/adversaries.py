"""Steps of DCGAN, discriminator and generator, beside the same written plainly."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Adam

from benchmarks.contenders import Target
from benchmarks.language.work import clock_of
from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, show, spread, write
from benchmarks.turns import OURS, Turn, measure
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.generative_models import dcgan
from dongshou.tasks.generative.adversarial import Adversarial
from dongshou.training import Experiment

PLAIN = "plain"
COLUMNS = ("contender", "seconds", "ours/it", "min-max", "target", "verdict")
AT_MOST = 1.05  # of the plain loop's time
RATE, BETAS = 2e-4, (0.5, 0.999)


def benchmark(steps: int = 10, rounds: int = 5, size: int = 32, width: int = 16, batch_size: int = 64) -> None:
    """Time so many steps on pictures of the size, in seconds of the processor.

    Args:
        steps: Of both networks, in a turn.
        rounds: How often each contender has its turn.
        size: Of the pictures, in pixels.
        width: Channels of the maps of half the size.
        batch_size: Pictures in a step.
    """
    if min(steps, rounds) < 1:
        raise UsageError(f"steps and rounds must be at least 1; got {steps} and {rounds}.")
    pictures = torch.rand(batch_size, 1, size, size) * 2 - 1
    work = dcgan.experiment(
        size=size, width=width, batch_size=batch_size, discriminator_lr=RATE, generator_lr=RATE, epochs=1
    )
    check_same(work, pictures)
    turns = [
        Turn(OURS, repeated(ours(work, pictures), steps)),
        Turn(PLAIN, repeated(plainly(*copied(work), pictures), steps), Target("it", at_most=AT_MOST)),
    ]
    rows = measure("adversaries", turns, rounds, clock_of("cpu", 1))
    content = circumstances() | {"steps": steps, "rounds": rounds, "size": size, "width": width}
    content |= {"batch_size": batch_size, "rows": rows}
    show(sheet(content))
    write(RESULTS, "adversaries", content, in_markdown(content))


def copied(work: Experiment) -> tuple[nn.Module, nn.Module]:
    """The same generator and discriminator once more."""
    assert isinstance(work.task, Adversarial)
    return copy.deepcopy((work.model, work.task.discriminator))


def check_same(work: Experiment, pictures: Tensor) -> None:
    """Raises DongshouError unless both learn the same."""
    work = copy.deepcopy(work)
    generator, discriminator = copied(work)
    for step in (ours(work, pictures), plainly(generator, discriminator, pictures)):
        torch.manual_seed(0)
        step()
    for mine, theirs in zip(work.model.parameters(), generator.parameters(), strict=True):
        if not torch.allclose(mine, theirs, rtol=1e-3, atol=1e-5):
            raise DongshouError("The two learn different weights, not the same work.")


def repeated(step: Callable[[], object], steps: int) -> Callable[[], None]:
    def do() -> None:
        for _ in range(steps):
            step()

    return do


def ours(work: Experiment, pictures: Tensor) -> Callable[[], object]:
    return lambda: work.task.step(work.model, (pictures,), work.optimizer)


def plainly(generator: nn.Module, discriminator: nn.Module, pictures: Tensor) -> Callable[[], None]:
    """As a tutorial writes it: the discriminator on what was made, detached, then the generator through it."""
    of_discriminator = Adam(discriminator.parameters(), lr=RATE, betas=BETAS)
    of_generator = Adam(generator.parameters(), lr=RATE, betas=BETAS)
    loss = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(len(pictures), 1), torch.zeros(len(pictures), 1)
    num_latents = next(layer.in_channels for layer in generator.modules() if isinstance(layer, nn.ConvTranspose2d))

    def step() -> None:
        made = generator(torch.randn(len(pictures), num_latents))
        of_discriminator.zero_grad()
        wrong = (loss(discriminator(pictures), ones) + loss(discriminator(made.detach()), zeros)) / 2
        wrong.backward()
        of_discriminator.step()
        of_generator.zero_grad()
        loss(discriminator(made), ones).backward()
        of_generator.step()

    return step


def sheet(content: dict[str, Any]) -> Sheet:
    shape = f"{content['batch_size']} pictures of {content['size']}x{content['size']}, width {content['width']}"
    title = f"{content['steps']} steps of DCGAN: {shape}"
    return Sheet(title, COLUMNS, [in_words(row) for row in content["rows"]], COLUMNS[1:4])


def in_words(row: dict[str, Any]) -> list[str]:
    ratio = row["ours_to_it"]
    figures = [f"{row['seconds']['median']:.3f}", f"{ratio['median']:.2f}", spread(ratio)]
    return [row["contender"], *figures, row["target"] or "", VERDICTS[row["reached"]]]


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        "A step of the discriminator and one of the generator on the same pictures, by the task of `dcgan` and as a"
        " tutorial writes it. Both end with the same weights. While the generator learns, ours takes no gradient of the"
        " discriminator's weights; the tutorial takes it and throws it away.",
        f"They take turns, {content['rounds']} rounds of {content['steps']} steps; the times are the processor's,"
        " ratios are taken within a round, of which the median is given.",
    ]
    return markdown("Steps of DCGAN", paragraphs, content, [sheet(content)])

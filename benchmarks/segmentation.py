"""Steps of U-Net on masks and of style transfer, ours as everybody runs them beside the same written plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy, mse_loss

from benchmarks.contenders import Target
from benchmarks.language.work import Clock, clock_of
from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, show, spread, write
from benchmarks.turns import OURS, Turn, measure
from dongshou import models
from dongshou.data import Batches, Splits
from dongshou.data.images.pixels import ToFloat
from dongshou.data.images.scenes.load import read_scenes
from dongshou.data.images.style_pictures import Named
from dongshou.data.targets import VOID, Mask
from dongshou.errors import UsageError
from dongshou.experiments.computer_vision._features import features_of
from dongshou.experiments.computer_vision._pictures import IMAGENET_PIXELS
from dongshou.experiments.computer_vision._style import Transfer, Weights, normalized
from dongshou.tasks import Segmentation
from dongshou.training import Experiment, Session, Stepped, fit

PLAIN, FAST = "plain", "ours --fast"
SIZE, BATCH, WIDTH = 96, 16, 16  # of a U-Net step
STYLE_SIZE = 96  # pixels of the shorter side
COLUMNS = ("work", "contender", "ms/step", "ours/it", "min-max", "target", "verdict")
NUMBERS = COLUMNS[2:5]


def benchmark(rounds: int = 7, steps: int = 3, fast: bool = True) -> None:
    """Time steps of U-Net and of style transfer, in turns, on one thread.

    Args:
        rounds: How often each contender has its turn.
        steps: Steps in a turn.
        fast: Measure --fast too, which first takes a while to choose.
    """
    if min(rounds, steps) < 1:
        raise UsageError(f"rounds and steps must be at least 1; got {rounds} and {steps}.")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        clock = clock_of("cpu", threads=1)
        rows = [*unet_rows(rounds, steps, fast, clock), *style_rows(rounds, steps, clock)]
    finally:
        torch.set_num_threads(before)
    content = circumstances() | {"rounds": rounds, "steps": steps, "rows": rows}
    show(sheet(content))
    write(RESULTS, "segmentation", content, in_markdown(content))


# U-Net


def unet_rows(rounds: int, steps: int, fast: bool, clock: Clock) -> list[dict[str, Any]]:
    ways = {OURS: ours_unet(fast=False), PLAIN: plain_unet()} | ({FAST: ours_unet(fast=True)} if fast else {})
    targets = {PLAIN: Target(PLAIN, at_most=1.05)}
    turns = [Turn(name, many(way, steps), targets.get(name)) for name, way in ways.items()]
    return measure("U-Net step", turns, rounds, clock)


def pictures(num: int = 4 * BATCH) -> tuple[torch.Tensor, Mask]:
    scenes = read_scenes("train", num, SIZE)
    return scenes.pixels, scenes.mask


def network() -> nn.Module:
    torch.manual_seed(0)
    return models.unet(3, 11, width=WIDTH)


def ours_unet(fast: bool) -> Iterator[object]:
    """The events of a fit, step by step: whoever takes one has had a step done."""
    pixels, mask = pictures()
    batches = Batches(pixels, mask, batch_size=BATCH, shuffle=True, transform=ToFloat(IMAGENET_PIXELS, channels=3))
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    experiment = Experiment(Splits(batches, shape=(3, SIZE, SIZE)), model, Segmentation(), optimizer, epochs=10**6)
    events = fit(experiment, Session(device="cpu", fast=fast))
    return (event for event in events if isinstance(event, Stepped))


def plain_unet() -> Iterator[object]:
    pixels, mask = pictures()
    labels = mask.classes.long()
    mean, std = (torch.tensor(one).view(3, 1, 1) for one in IMAGENET_PIXELS)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    while True:
        for rows in torch.randperm(len(labels)).split(BATCH):
            loss = cross_entropy(model((pixels[rows] / 255 - mean) / std), labels[rows], ignore_index=VOID)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield


# Style transfer


def style_rows(rounds: int, steps: int, clock: Clock) -> list[dict[str, Any]]:
    turns = [
        Turn(OURS, many(ours_style(), steps)),
        Turn(PLAIN, many(plain_style(), steps), Target(PLAIN, at_most=1.0)),
    ]
    return measure("style step", turns, rounds, clock)


def ours_style() -> Iterator[object]:
    content, style = (Named(name).pixels(STYLE_SIZE) for name in ("china", "flower"))
    transfer = Transfer(features_of(""), content, style, Weights(), "adam", 0.1, torch.device("cpu"))
    while True:
        yield transfer.step()


def plain_style() -> Iterator[object]:
    """As a notebook has it: the layers one after another, the outputs of some of them kept."""
    features = features_of("")
    layers, chosen = [*features.network.layers], features.network.chosen
    styles, (of_content,) = chosen[: features.num_styles], chosen[features.num_styles :]

    def extract(x: torch.Tensor) -> dict[int, torch.Tensor]:
        seen = {}
        for number, layer in enumerate(layers):
            x = layer(x)
            if number in chosen:
                seen[number] = x
        return seen

    def gram(x: torch.Tensor) -> torch.Tensor:
        channels, num = x.shape[1], x.numel() // x.shape[1]
        rows = x.reshape(channels, num)
        return rows @ rows.T / (channels * num)

    content, style = (normalized(Named(name).pixels(STYLE_SIZE)) for name in ("china", "flower"))
    target, grams = extract(content)[of_content], {one: gram(x) for one, x in extract(style).items()}
    x = nn.Parameter(content.clone())
    optimizer = torch.optim.Adam([x], lr=0.1)
    while True:
        optimizer.zero_grad()
        seen = extract(x)
        contents = mse_loss(seen[of_content], target)
        textures = sum(mse_loss(gram(seen[one]), grams[one]) for one in styles)
        variation = 0.5 * ((x[:, :, 1:] - x[:, :, :-1]).abs().mean() + (x[:, :, :, 1:] - x[:, :, :, :-1]).abs().mean())
        (contents + 1e4 * textures + 10 * variation).backward()
        optimizer.step()
        yield


def many(steps: Iterator[object], num: int) -> Callable[[], None]:
    """As many steps at once."""

    def do() -> None:
        for _ in range(num):
            next(steps)

    return do


# For a reader


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        f"A step of `unet` on {BATCH} scenes of {SIZE}x{SIZE} (width {WIDTH}, AdamW): as `dongshou run` does it, with"
        " the loss and the confusion matrix of each batch, beside the same network in a bare loop that measures"
        " nothing. A step of `style-transfer` on features of random filters, pictures of"
        f" {STYLE_SIZE} pixels, beside a loop as a notebook has it. One thread, in turns.",
    ]
    return markdown("Segmentation and style transfer", paragraphs, content, [sheet(content)])


def sheet(content: dict[str, Any]) -> Sheet:
    rows = [
        [
            row["work"],
            row["contender"],
            f"{1000 * row['seconds']['median'] / content['steps']:.1f}",
            f"{row['ours_to_it']['median']:.2f}",
            spread(row["ours_to_it"]),
            row["target"] or "",
            "" if row["reached"] is None else VERDICTS[row["reached"]],
        ]
        for row in content["rows"]
    ]
    notes = ["ours/it: the time of ours over that of the contender; below 1 ours is faster."]
    return Sheet("Steps of U-Net and of style transfer", COLUMNS, rows, NUMBERS, notes)

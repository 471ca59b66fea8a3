"""AdaIN on parts of a few pictures: what it learns from, and what it makes of the two that are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from dongshou.data import Batches, Splits
from dongshou.data.augment.chance import happens, whole_numbers
from dongshou.data.images.photos import Whole
from dongshou.data.images.pixels import ToFloat
from dongshou.data.images.style_pictures import Named, as_image
from dongshou.drawing.sheet import Titled, draw_rows
from dongshou.experiments.computer_vision._features import Kind
from dongshou.experiments.computer_vision._pictures import IMAGENET_PIXELS
from dongshou.experiments.computer_vision._style import normalized
from dongshou.tasks.restyling import Restyling
from dongshou.tasks.style import statistics_loss
from dongshou.training import Drew, Event, Experiment, Finished
from dongshou.training.experiment import Conclude

SEEDS = {"train": 0, "test": 1}
SIDE = 96  # pixels of a part
SIZES = (108, 160)  # of the shorter side of the whole, so that a part shows more or less of it


def parts_of(pictures: Sequence[Named], num: int, seed: int) -> Tensor:
    """Random parts of the pictures, at two sizes, mirrored or not: uint8 (num, 3, SIDE, SIDE)."""
    generator = torch.Generator().manual_seed(seed)
    whole = [picture.pixels(size) for picture in pictures for size in SIZES]
    chosen = whole_numbers(generator, num, below=len(whole)).tolist()
    is_flipped = happens(generator, num, 0.5).tolist()
    found = []
    for index, flips in zip(chosen, is_flipped, strict=True):
        _, height, width = whole[index].shape
        top = int(whole_numbers(generator, below=height - SIDE + 1))
        left = int(whole_numbers(generator, below=width - SIDE + 1))
        part = whole[index][:, top : top + SIDE, left : left + SIDE]
        found.append(part.flip(2) if flips else part)
    return torch.stack(found)


def pairs_of_parts(pictures: Sequence[Named], num_pairs: int, batch_size: int, size: int) -> Splits:
    """Contents, and styles as the network takes them, both (batch, 3, SIDE, SIDE)."""
    transform = ToFloat(IMAGENET_PIXELS, channels=3)

    def batches(part: str, num: int) -> Batches:
        seed = 2 * SEEDS[part]
        contents, styles = parts_of(pictures, num, seed), transform(parts_of(pictures, num, seed + 1))
        return Batches(contents, styles, batch_size=min(batch_size, num), shuffle=part == "train", transform=transform)

    return Splits(
        train=lambda: batches("train", num_pairs),
        test=lambda: batches("test", max(1, num_pairs // 10)),
        name="parts of pictures",
        shape=(3, SIDE, SIDE),
        transform=transform,
        photos=Whole(size),
        files=lambda: {name: one for picture in pictures for name, one in picture.fingerprints().items()},
    )


def restyling(style: Named, size: int, style_weight: float) -> Restyling:
    mean, std = (torch.tensor(one).view(3, 1, 1) for one in IMAGENET_PIXELS)
    return Restyling(style_weight, normalized(style.pixels(size)), mean, std)


def beside_both(content: Named, style: Named, size: int, kind: Kind) -> Conclude:
    """The end of an experiment: the content in the style, and how much nearer its statistics have come to those of
    the style, style_gained: 1 - after / before."""

    @torch.no_grad()
    def conclude(trained: Experiment, finished: Finished) -> Iterator[Event]:
        model, task = trained.model.eval(), trained.task
        assert isinstance(task, Restyling)
        device = next(model.parameters()).device
        inputs = normalized(content.pixels(size)).to(device)
        see: Callable[[Tensor], list[Tensor]] = model.encoder  # pyright: ignore[reportAssignmentType]
        styles = see(task.style.to(device))
        before = statistics_loss(see(inputs), styles)
        after = statistics_loss(see(model(inputs, task.style.to(device)).picture), styles)
        drawn = as_image(task.predict(model, inputs)[0])
        shown = zip(("content", "style", "both"), (content.picture(), style.picture(), drawn), strict=True)
        pictures = [Titled(np.asarray(picture) / 255, title) for title, picture in shown]
        yield Drew("style_transfer", draw_rows([pictures], f"Style transfer by the features of {kind}", side=3.0))
        gained = {"style_gained": float(1 - after / before)}
        yield Finished(finished.metrics | gained, finished.best, finished.reading)

    return conclude

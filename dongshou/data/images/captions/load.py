"""Captioned scenes as pictures and tokens, drawn from a seed."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor

from dongshou.data.batches import Batches
from dongshou.data.images.captions.grammar import Caption, Thing, captions, tokens_of
from dongshou.data.images.scenes.draw import Box, draw_scene
from dongshou.data.splits import Splits
from dongshou.errors import UsageError

HEIGHT, WIDTH = 12, 24  # pixels
SIDES = {"large": (11, 12), "small": (7, 8), None: (8, 10)}  # pixels of a box, from and to
GAP = 2  # columns between two digits at least

Part = Literal["train", "test"]


def load_captioned_scenes(num_examples: int = 4000, num_test: int = 500, batch_size: int = 64) -> Splits:
    """Pictures (batch, 1, 12, 24) of values -1..1, white on black, and tokens (batch, words).

    The test consists of the captions that are kept back, drawn with handwriting that is not in the training; a third
    of each part shows one or two of the same digit, so that the few sentences about them are learnt as well.
    Raises UsageError for fewer examples than the batch holds.
    """
    if num_examples < batch_size or num_test < 1:
        raise UsageError(
            f"num_examples is at least the batch of {batch_size}, and num_test at least 1; got {num_examples} and"
            f" {num_test}."
        )

    def split(part: Part, num: int) -> Batches:
        pixels, tokens, _ = captioned_scenes(part, num)
        return Batches(pixels, tokens, batch_size=min(batch_size, num), shuffle=part == "train", transform=to_signed)

    return Splits(
        train=lambda: split("train", num_examples),
        test=lambda: split("test", num_test),
        name="captioned-scenes",
        shape=(1, HEIGHT, WIDTH),
    )


def to_signed(pixels: Tensor) -> Tensor:
    """0..255 -> -1..1"""
    return pixels.float() / 127.5 - 1


@lru_cache(maxsize=4)
def captioned_scenes(part: Part, num: int) -> tuple[Tensor, Tensor, tuple[Caption, ...]]:
    """Pixels uint8 (num, 1, 12, 24), tokens (num, words), and the captions; always the same ones."""
    generator = torch.Generator().manual_seed(int(part == "test"))
    chosen = tuple(some_captions(captions(kept=part == "test"), num, generator))
    pixels = torch.stack([draw_caption(caption, part, generator) for caption in chosen])
    return pixels, torch.cat([tokens_of(caption.text) for caption in chosen]), chosen


def some_captions(among: tuple[Caption, ...], num: int, generator: torch.Generator) -> list[Caption]:
    """Two thirds of them about two different digits, the others about one or two of the same."""
    different = [one for one in among if len({thing.digit for thing in one.things}) == 2]
    others = [one for one in among if len({thing.digit for thing in one.things}) == 1]
    chosen = []
    for share in torch.rand(num, generator=generator).tolist():
        group = others if share < 1 / 3 else different
        chosen.append(group[int(torch.randint(len(group), (), generator=generator))])
    return chosen


def draw_caption(caption: Caption, part: Part, generator: torch.Generator) -> Tensor:
    """A picture that shows what the caption says, uint8 (1, 12, 24)."""
    black = torch.zeros(1, HEIGHT, WIDTH, dtype=torch.uint8)
    digits = placed(caption.things, generator)
    return draw_scene(digits, ground=black, part=part, generator=generator).pixels


def placed(things: tuple[Thing, ...], generator: torch.Generator) -> list[tuple[int, Box]]:
    """Each digit with a box of its size: one anywhere, two side by side with a gap between them."""
    sides = [between(*SIDES[thing.size], generator) for thing in things]
    left, boxes = 0, []
    for number, side in enumerate(sides):
        after = sum(sides[number + 1 :]) + GAP * (len(sides) - number - 1)  # columns that the others need
        left = between(left, WIDTH - after - side, generator)
        top = between(0, HEIGHT - side, generator)
        boxes.append((things[number].digit, (float(left), float(top), float(left + side), float(top + side))))
        left += side + GAP
    return boxes


def between(low: int, high: int, generator: torch.Generator) -> int:
    """A whole number, both ends included."""
    return int(torch.randint(low, high + 1, (), generator=generator))

"""A question to a model, and what the model is given for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from dongshou.data import TextSplits
from dongshou.data.images.photo_frame import Thing
from dongshou.data.images.photos import COLORS, InColor, Photos
from dongshou.data.text.padding import pad
from dongshou.data.text.vocabulary import check_prompt
from dongshou.errors import UsageError

if TYPE_CHECKING:
    from dongshou.data import Splits

AskedWith = Literal["image", "text", "word", "pair", "number", "class", "noise", "row"]


@dataclass(frozen=True)
class Question:
    """What a model is asked, and how it is to answer.

    asked    the path of a picture; a text; a word, or a sum such as `king - man + woman`; a pair of texts; a number;
             the name of a class; None for noise; the cells of a row by column
    num_tokens, temperature, top_k, top_p  of a text that is continued; see `dongshou.tasks.generation.generate`
    top_k    also how many neighbours of a word are named
    width    of the beam of a translation
    num      pictures to draw
    seed     what is drawn is the same each time; None draws differently each time
    """

    asked: Any = None
    num_tokens: int = 100
    temperature: float = 0.8
    top_k: int | None = None
    top_p: float | None = None
    width: int = 1
    num: int = 16
    seed: int | None = None


class Given(NamedTuple):
    """What a model is given: a batch of one; of a photo one input for each thing on it, and the things."""

    inputs: Any
    things: Sequence[Thing] = ()

    @property
    def seen(self) -> Tensor | None:
        """The pixels of the first thing, uint8 (channels, height, width)."""
        return self.things[0].pixels if self.things else None


def given(asked_with: AskedWith, data: Splits, question: Question, model: nn.Module) -> Given:
    """What the model is given for a question, on its device. Raises DongshouError for one that does not fit."""
    device = next(model.parameters(), torch.empty(0)).device
    inputs, things = GIVEN[asked_with](data, question.asked)
    moved = tuple(part.to(device) for part in inputs) if isinstance(inputs, tuple) else inputs.to(device)
    return Given(moved, things)


def of_image(data: Splits, path: Any) -> Given:
    """(things, channels, height, width)"""
    things = photos_of(data).things(path)
    pixels = torch.stack([thing.pixels for thing in things])
    return Given(pixels.float() if data.transform is None else data.transform(pixels), things)


def photos_of(data: Splits) -> Photos:
    """How the data's photos are read. Raises UsageError for grey images of a kind no photo can be made to look like."""
    if data.photos is not None:
        return data.photos
    if len(data.shape) == 3 and data.shape[0] == COLORS:
        return InColor(data.shape[-1])
    raise UsageError(
        f"Nothing says how a photo is made to look like {data.name or 'these data'}: its Splits need photos=..., "
        "such as InColor(size=224)."
    )


def of_text(data: Splits, text: Any) -> Given:
    """Tokens (1, steps) and their number (1,)."""
    if not isinstance(data, TextSplits):
        raise UsageError(f"{data.name or 'These data'} have no vocabulary to read a text with.")
    return Given(pad([data.vocabulary.ids(tokens_of(data, text))], 0))


def of_pair(data: Splits, pair: Any) -> Given:
    """Of each sequence that a pair of texts becomes, its tokens (1, steps) and their number (1,)."""
    if not isinstance(data, TextSplits) or data.encode is None:
        raise UsageError(f"Nothing says how a pair of texts becomes an input of {data.name or 'these data'}.")
    for text in pair:
        tokens_of(data, text)
    return Given(tuple(chain.from_iterable(pad([row], 0) for row in data.encode(pair))))


def tokens_of(data: TextSplits, text: str) -> list[str]:
    """The tokens of a text that is to be classified. Raises UsageError for one of which nothing can be read."""
    tokens = list(data.tokenize(text))
    if not tokens:
        raise UsageError("A text to be classified has at least one character; this one is empty.")
    if not data.takes_unknown:
        check_prompt(data.vocabulary, tokens)
    elif not any(token in data.vocabulary for token in tokens):
        raise UsageError("None of its words is in the texts that the model has learnt from: ask in their language.")
    return tokens


def of_row(data: Splits, row: Any) -> Given:
    """(1, columns)"""
    if data.features is None:
        raise UsageError(f"Nothing says how a row becomes an input of {data.name or 'these data'}.")
    return Given(data.features.encode(row)[None])


def of_number(data: Splits, number: Any) -> Given:
    """(1, 1)"""
    return Given(torch.tensor([[float(number)]]))


GIVEN: dict[str, Callable[[Splits, Any], Given]] = {
    "image": of_image,
    "text": of_text,
    "pair": of_pair,
    "row": of_row,
    "number": of_number,
}

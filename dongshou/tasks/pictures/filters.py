"""Which runs of words the filters of a TextCNN look for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from dongshou.models.summary.watch import evaluating
from dongshou.models.text_cnn import TextCNN
from dongshou.tasks.pictures.page import draw_page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Vocabulary

FILTERS, NGRAMS = 3, 4  # of each class; of each filter


class Fired(NamedTuple):
    """A run of words, and how strongly a filter responds to it."""

    words: str
    response: float


@torch.no_grad()
def strongest_ngrams(
    model: TextCNN, batches: Iterable[Any], vocabulary: Vocabulary, filters: Sequence[int], num: int = NGRAMS
) -> dict[int, list[Fired]]:
    """The different n-grams to which each filter responds most strongly, by its number among all widths.

    batches  of ((tokens, lengths), classes)
    """
    found: dict[int, dict[str, float]] = {number: {} for number in filters}
    with evaluating(model):
        for (tokens, lengths), _ in batches:
            strongest = [response.max(-1) for response in model.responses(model.embedding(tokens), lengths)]
            values = torch.cat([response.values for response in strongest], 1)  # (batch, filters)
            places = torch.cat([response.indices for response in strongest], 1)
            for number in filters:
                width = width_of(model, number)
                rows = values[:, number].topk(min(num, len(values))).indices.tolist()
                for row in rows:
                    words = words_at(tokens[row], int(lengths[row]), int(places[row, number]), width, vocabulary)
                    found[number][words] = max(found[number].get(words, 0.0), float(values[row, number]))
    return {
        number: [Fired(*one) for one in sorted(ngrams.items(), key=lambda one: -one[1])[:num]]
        for number, ngrams in found.items()
    }


def width_of(model: TextCNN, number: int) -> int:
    """The width of a filter, by its number among all."""
    num_channels = model.output.in_features // len(model.kernel_sizes)
    return model.kernel_sizes[number // num_channels]


def words_at(tokens: Tensor, length: int, place: int, width: int, vocabulary: Vocabulary) -> str:
    """The words that a filter of this width covers at a place of its responses, as far as there are any."""
    first = max(0, place - width + 1)
    return " ".join(vocabulary.tokens(tokens[first : min(place + 1, length)].tolist()))


def filters_for(model: TextCNN, num: int = FILTERS) -> list[list[int]]:
    """The filters that speak for each class most: with the largest weight above the mean of all classes."""
    weight = model.output.weight.detach()  # (classes, filters)
    return (weight - weight.mean(0)).topk(min(num, weight.shape[1]), 1).indices.tolist()


def draw_filters(model: TextCNN, batches: Iterable[Any], vocabulary: Vocabulary, classes: Sequence[str]) -> Figure:
    """For each class the filters that speak for it most, and the n-grams that they found in these texts."""
    by_class = filters_for(model)
    ngrams = strongest_ngrams(model, batches, vocabulary, sorted({n for numbers in by_class for n in numbers}))
    return draw_page(lines_of(dict(zip(classes, by_class, strict=True)), ngrams))


def lines_of(by_class: Mapping[str, Sequence[int]], ngrams: Mapping[int, Sequence[Fired]]) -> list[str]:
    lines = ["What the filters look for: the runs of words with the strongest response"]
    for name, numbers in by_class.items():
        lines += ["", f"speak for {name}"]
        for number in numbers:
            lines += [f"  {number:>3}  " + " | ".join(f"{one.words} ({one.response:.1f})" for one in ngrams[number])]
    return lines

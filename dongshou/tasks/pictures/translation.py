"""What a model that translates looks at, over one pair of sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import Tensor

from dongshou.data import PairSplits
from dongshou.models import EncoderDecoder
from dongshou.tasks.pictures.attention import attention_by_layer
from dongshou.tasks.translate import looks, sentence_of, translate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits

TITLES = {
    "attention": "Attention of the translation to the source sentence",
    "encoder-attention": "Attention within the source sentence",
    "decoder-attention": "Attention of the translation to its own words",
}


def of_translation(model: EncoderDecoder, data: Splits) -> Iterator[tuple[str, Figure]]:
    """All attention over the longest source sentence of a batch, and what the model makes of it."""
    if not isinstance(data, PairSplits):
        return
    source = data.join(longest_source(data))
    yield from of_sentence(model, data, source, translate(model, data, [source])[0])


def of_sentence(model: EncoderDecoder, data: PairSplits, source: str, target: str) -> Iterator[tuple[str, Figure]]:
    """All attention over a sentence and its translation; none of a model without attention."""
    for look in looks(model, data, source, target):
        yield from attention_by_layer(
            look.name, look.weights, look.queries, look.keys, TITLES[look.name], look.is_causal
        )


def longest_source(data: PairSplits) -> list[str]:
    """Of the first batch of the test, where there is one, else of a batch to train on."""
    source, lengths, *_ = next(iter(data.test() or data.train()))
    longest: Tensor = source[lengths.argmax()]
    return sentence_of(longest.tolist(), data.source_vocabulary)

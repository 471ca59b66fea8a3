"""What each head of a BERT looks at, over a pair of sentences with gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dongshou.data import TextSplits
from dongshou.models import BERT
from dongshou.tasks.pictures.attention import attention_by_layer, attention_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor

    from dongshou.data import Splits

Pictures = Iterator[tuple[str, "Figure"]]

LEAST, LONGEST = 12, 24  # words of a pair that shows something and is legible
TITLE = "Attention of each token to all others"


def of_pretraining(model: BERT, data: Splits) -> Pictures:
    """The model over a pair of sentences that it has not learnt, where there is one."""
    if not isinstance(data, TextSplits):
        return
    tokens, segments, lengths, *_ = next(iter(data.test() or data.valid() or data.train()))
    is_enough = lengths >= min(LEAST, int(lengths.max()))
    row = int(lengths.masked_fill(~is_enough, tokens.size(1) + 1).argmin())  # the shortest that shows something
    end = min(int(lengths[row]), LONGEST)
    yield from over(model, data, tokens[row : row + 1, :end], segments[row : row + 1, :end])


def over(model: BERT, data: TextSplits, tokens: Tensor, segments: Tensor) -> Pictures:
    """Each layer while it reads these tokens (1, steps): a heat map for each head."""
    words = data.vocabulary.tokens(tokens[0].tolist())
    yield from attention_by_layer("attention", attention_of(model.encoder, tokens, segments), words, words, TITLE)

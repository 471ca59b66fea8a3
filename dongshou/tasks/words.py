"""Word vectors asked: the neighbours of a word, or of what `king - man + woman` adds up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import torch
from torch import Tensor, nn

from dongshou.data.text.word_vectors import WordVectors
from dongshou.errors import UsageError
from dongshou.tasks.answers import Neighbors
from dongshou.tasks.asking import AskedWith, Question

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.answers import Answer

NEIGHBORS = 10


def about_words(vectors: WordVectors, question: Question) -> Neighbors:
    """The nearest words, `top_k` of them, else ten: of one word, or of a sum of directions; the words of the question
    are left out. Raises UsageError for a word that has no vector, with words spelled alike."""
    plus, minus = terms(question.asked)
    asked = plus[0] if len(plus) == 1 and not minus else vectors.sum(plus, minus)
    return Neighbors(vectors.nearest(asked, question.top_k or NEIGHBORS, {*plus, *minus}))


def terms(expression: str) -> tuple[list[str], list[str]]:
    """The words that are added, and those that are subtracted. Raises UsageError for no sum of words.

    >>> terms("king - man + woman")
    (['king', 'woman'], ['man'])
    """
    signs: dict[str, list[str]] = {"+": [], "-": []}
    sign = "+"
    expects_word = True
    for part in expression.split():
        if expects_word is (part in signs):
            raise UsageError(
                f"Words are asked as one word, or as a sum such as 'king - man + woman'; got {expression!r}."
            )
        if expects_word:
            signs[sign].append(part)
        else:
            sign = part
        expects_word = not expects_word
    if expects_word:
        raise UsageError(f"A sum of words ends with a word, as in 'king - man + woman'; got {expression!r}.")
    return signs["+"], signs["-"]


@dataclass
class WordLookup:
    """A table of word vectors that is not trained by steps, only asked. The model has them as `weight` (words, size).

    words  makes the word of each row, when one is asked
    """

    words: Callable[[], Sequence[str]]
    headline: str = ""
    asked_with: AskedWith = "word"

    @torch.no_grad()
    def answer(self, model: nn.Module, data: Splits, question: Question) -> Neighbors:
        return about_words(WordVectors(self.words(), model.weight.detach().float().cpu()), question)  # pyright: ignore

    def predict(self, model: nn.Module, inputs: Tensor) -> Tensor:
        """The vectors of these rows (batch, size)."""
        return model(inputs)

    def step(self, model: nn.Module, batch: Any, optimizer: Any) -> NoReturn:
        raise UsageError("A table of word vectors is looked up, not trained by steps.")

    def measure(self, model: nn.Module, batch: Any) -> NoReturn:
        raise UsageError("A table of word vectors is measured as a whole: see word_similarities and analogies.")

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        return iter(())

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

"""Sub-words asked: the tokens of any text, and their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import torch
from torch import Tensor, nn

from dongshou.data.text.subwords.byte_pairs import BytePairs
from dongshou.errors import UsageError
from dongshou.tasks.answers import Pieces
from dongshou.tasks.asking import AskedWith, Question

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from dongshou.data import Splits
    from dongshou.drawing import Drawing
    from dongshou.tasks.answers import Answer


class Subwords(nn.Module):
    """Byte-pair encoding as a model: its state is the tokenizer.json, which a run keeps and `predict` reads."""

    def __init__(self, pairs: BytePairs | None = None) -> None:
        super().__init__()
        self.pairs = pairs

    def get_extra_state(self) -> Tensor:
        """The bytes of the file, uint8 (bytes,); none before it has learnt."""
        content = b"" if self.pairs is None else self.pairs.to_json().encode("utf-8", "surrogatepass")
        return torch.frombuffer(bytearray(content or b" "), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        self.pairs = BytePairs.from_json(state.cpu().numpy().tobytes().decode("utf-8", "surrogatepass"))

    def forward(self, text: str) -> list[int]:
        assert self.pairs is not None, "it has learnt from a text"
        return self.pairs.encode(text)


@dataclass
class SubwordEncoding:
    """Not trained by steps, only asked.

    shown  a token as a person reads it
    """

    shown: Callable[[BytePairs, str], str]
    headline: str = ""
    asked_with: AskedWith = "text"

    def answer(self, model: nn.Module, data: Splits, question: Question) -> Pieces:
        pairs: BytePairs = model.pairs  # pyright: ignore[reportAssignmentType]
        numbers = pairs.encode(question.asked)
        tokens = [pairs.tokens[number] for number in numbers]
        return Pieces(tokens, numbers, [self.shown(pairs, token) for token in tokens])

    def predict(self, model: nn.Module, inputs: Any) -> Tensor:
        """The numbers of the tokens of one text, int64 (tokens,)."""
        return torch.tensor(model(inputs), dtype=torch.int64)

    def step(self, model: nn.Module, batch: Any, optimizer: Any) -> NoReturn:
        raise UsageError("Byte-pair encoding counts pairs, it is not trained by steps.")

    def measure(self, model: nn.Module, batch: Any) -> NoReturn:
        raise UsageError("Byte-pair encoding is measured on a whole text: see the metrics of bpe.")

    def figures(self, model: nn.Module, data: Splits) -> Iterator[tuple[str, Figure]]:
        return iter(())

    def explain(
        self, model: nn.Module, data: Splits, question: Question, answer: Answer
    ) -> Iterator[tuple[str, Drawing]]:
        return iter(())

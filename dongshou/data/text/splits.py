"""Splits of text, which know the vocabulary that their numbers stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from dongshou.data.splits import GivenSplit, Splits
from dongshou.data.text.vocabulary import Vocabulary


class TextSplits(Splits):
    """Splits whose tokens are numbers of one vocabulary.

    tokenise  text to tokens, as the data were cut
    join      tokens to text
    encode    a text, or a pair of texts, to the sequences of numbers that stand side by side in a batch; None where
              tokens are all that there is
    takes_unknown  a text to be classified may hold tokens that are not in the vocabulary, though not those alone
    characters  how many characters of text each token stands for, (vocabulary,); see `token_lengths`
    """

    def __init__(
        self,
        train: GivenSplit,
        valid: GivenSplit | None = None,
        test: GivenSplit | None = None,
        *,
        vocabulary: Vocabulary,
        tokenize: Callable[[str], Sequence[str]] = list,
        join: Callable[[Sequence[str]], str] = "".join,
        encode: Callable[[Any], Sequence[Sequence[int]]] | None = None,
        takes_unknown: bool = False,
        characters: Tensor | None = None,
        **about: Any,
    ) -> None:
        super().__init__(train, valid, test, **about)
        self.vocabulary = vocabulary
        self.tokenize = tokenize
        self.join = join
        self.encode = encode
        self.takes_unknown = takes_unknown
        self.characters = characters


class PairSplits(Splits):
    """Splits of pairs of sentences, each side with a vocabulary of its own; both are cut by `tokenize`."""

    def __init__(
        self,
        train: GivenSplit,
        valid: GivenSplit | None = None,
        test: GivenSplit | None = None,
        *,
        source_vocabulary: Vocabulary,
        target_vocabulary: Vocabulary,
        tokenize: Callable[[str], Sequence[str]],
        join: Callable[[Sequence[str]], str],
        **about: Any,
    ) -> None:
        super().__init__(train, valid, test, **about)
        self.source_vocabulary = source_vocabulary
        self.target_vocabulary = target_vocabulary
        self.tokenize = tokenize
        self.join = join

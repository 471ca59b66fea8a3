"""A text in sub-words, which spell any other text as well: no token is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dongshou.data.text.subwords.byte_pairs import BytePairs
from dongshou.data.text.tokens import UNKNOWN, Clean, check_clean, cleaned
from dongshou.data.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class SubwordTokenizer:
    """What `Tokenizer` is to characters and words, to the tokens of byte-pair encoding.

    A token is written as the pairs have it, "Ġthe" for " the"; `join` gives the text as it was, spaces and all.
    """

    pairs: BytePairs
    clean: Clean = "none"

    @classmethod
    def learn(cls, text: str, num_tokens: int, clean: Clean = "none") -> SubwordTokenizer:
        """So many tokens, the 256 bytes among them. Raises UsageError for fewer, or another way to clean."""
        check_clean(clean)
        return cls(BytePairs.learn(cleaned(text, clean), num_tokens), clean)

    def __call__(self, text: str) -> list[str]:
        return self.pairs.tokens_of(cleaned(text, self.clean))

    def join(self, tokens: Iterable[str]) -> str:
        return self.pairs.decode(self.pairs[token] for token in tokens)

    def vocabulary(self) -> Vocabulary:
        """All tokens, after an <unk> that no text has."""
        return Vocabulary.from_list([UNKNOWN, *self.pairs.tokens])

    def num_characters(self, token: str) -> int:
        """How many characters of a text begin in a token: of one that takes several tokens, the first has it."""
        if token not in self.pairs:
            return 0
        return sum(
            byte & 0xC0 != 0x80 for byte in self.pairs.decode_bytes([self.pairs[token]])
        )  # UTF-8: 10xxxxxx goes on

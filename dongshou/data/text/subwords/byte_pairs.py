"""Sub-words by byte-pair encoding: learnt from a text, they spell any other, and it comes back as it was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from dongshou.atomic import atomic_path
from dongshou.data.text.subwords.learning import learn_merges
from dongshou.data.text.subwords.merging import merged
from dongshou.data.text.subwords.pieces import pieces
from dongshou.data.text.subwords.symbols import SPELLINGS, Spelling, Symbols
from dongshou.data.text.subwords.tokenizer_file import parse_tokenizer, read_tokenizer, tokenizer_json
from dongshou.errors import DongshouError, UsageError

MOST_REMEMBERED = 1 << 17  # pieces with their tokens: more different ones than ten megabytes of prose have


class BytePairs:
    """Byte-pair encoding (Sennrich et al., 2016), over bytes as GPT-2 has it, or over characters.

    tokens   in the order of their numbers; over bytes, each byte is a character of `byte_alphabet`
    merges   pairs of tokens that become one, in the order in which they were learnt
    symbols  what a piece of text is before any merge: the "byte"s of its UTF-8, or its "character"s
    special  tokens that stand for themselves in a text and are never cut

    Over characters, 256 tokens `<0x00>` to `<0xFF>` come last: the bytes of a character that has no token of its own.
    Raises DongshouError where a token is missing or stands there twice.

    >>> pairs = BytePairs.learn("low lower lowest low", num_tokens=258)
    >>> pairs.tokens_of("lowest"), pairs.decode(pairs.encode("lowest 你"))
    (['low', 'e', 's', 't'], 'lowest 你')
    """

    def __init__(
        self,
        tokens: Sequence[str],
        merges: Sequence[tuple[str, str]],
        symbols: Symbols = "byte",
        special: Sequence[str] = (),
    ) -> None:
        self.symbols: Symbols = symbols
        self.spelling = spelling_of(symbols)
        self.tokens = [*tokens, *self.spelling.missing(tokens)]
        self.merges = [(left, right) for left, right in merges]
        self.special = list(special)
        self._numbers = {token: number for number, token in enumerate(self.tokens)}
        self._check()
        self._ranks = {
            (self._numbers[left], self._numbers[right]): rank for rank, (left, right) in enumerate(self.merges)
        }
        self._results = [self._numbers[left + right] for left, right in self.merges]
        self._bytes = [
            token.encode() if token in self.special else self.spelling.to_bytes(token) for token in self.tokens
        ]
        longest_first = sorted(self.special, key=len, reverse=True)
        self._at_special = re.compile(f"({'|'.join(map(re.escape, longest_first))})") if special else None
        self._remembered: dict[str, list[int]] = {}

    @classmethod
    def learn(
        cls,
        text: str | Iterable[str],
        num_tokens: int,
        symbols: Symbols = "byte",
        *,
        min_frequency: int = 0,
        special: Sequence[str] = (),
    ) -> BytePairs:
        """Merges of a text, or of several, until there are so many tokens: special ones, single symbols, merged ones.

        The same merges and the same numbers as Hugging Face's tokenizers learn. Fewer tokens where no pair occurs
        min_frequency times any more. Raises UsageError where num_tokens is less than the symbols.
        """
        spelling = spelling_of(symbols)
        found = Counter(chain.from_iterable(map(pieces, [text] if isinstance(text, str) else text)))
        words = {spelling.from_piece(piece): frequency for piece, frequency in found.items()}
        first = [*special, *spelling.alphabet(words)]
        if num_tokens < len(first):
            raise UsageError(
                f"Before any merge there are {len(first)} tokens, the {symbols}s and the special ones;"
                f" got num_tokens={num_tokens}. Take more."
            )
        tokens, merges = learn_merges(words, first, num_tokens, min_frequency)
        return cls(tokens, [(tokens[left], tokens[right]) for left, right in merges], symbols, special)

    @classmethod
    def from_file(cls, path: Path | str) -> BytePairs:
        """What `save` has written, or the `tokenizer.json` of GPT-2 and of others who cut texts as it does.

        Raises DongshouError when the file cannot be read, or cuts texts in another way.
        """
        return cls(*read_tokenizer(Path(path).expanduser()))

    @classmethod
    def from_json(cls, text: str) -> BytePairs:
        """What `to_json` has written. Raises DongshouError when that is something else."""
        return cls(*parse_tokenizer(text, Path("tokenizer.json")))

    def save(self, path: Path | str) -> None:
        """Write the `tokenizer.json` of Hugging Face's tokenizers, with which they give the same numbers."""
        with atomic_path(Path(path).expanduser()) as partial:
            partial.write_text(self.to_json(), encoding="utf-8")

    def to_json(self) -> str:
        """What `save` writes."""
        return tokenizer_json(self.tokens, self.merges, self.symbols, self.special)

    def __len__(self) -> int:
        return len(self.tokens)

    def __repr__(self) -> str:
        return f"BytePairs({len(self):,} tokens, {len(self.merges):,} merges of {self.symbols}s)"

    def __contains__(self, token: object) -> bool:
        return token in self._numbers

    def __getitem__(self, token: str) -> int:
        """The number of a token. Raises KeyError where there is none."""
        return self._numbers[token]

    def encode(self, text: str | bytes) -> list[int]:
        """The numbers of the tokens of a text; bytes may be broken UTF-8, too."""
        if isinstance(text, bytes):
            text, errors = text.decode("utf-8", "surrogateescape"), "surrogateescape"
            of_piece = lambda piece: self._merged(piece, errors)
        else:
            of_piece = self._of_piece
        numbers: list[int] = []
        for part in self._at_special.split(text) if self._at_special else [text]:
            if part in self.special:
                numbers.append(self._numbers[part])
            else:
                numbers += chain.from_iterable(map(of_piece, pieces(part)))
        return numbers

    def tokens_of(self, text: str | bytes) -> list[str]:
        """The tokens of a text as the vocabulary has them: over bytes, "Ġthe" for " the"."""
        return [self.tokens[number] for number in self.encode(text)]

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of tokens. What is no UTF-8, as half a character is, becomes U+FFFD."""
        data = self.decode_bytes(numbers)
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return data.decode("utf-8", "replace")

    def decode_bytes(self, numbers: Iterable[int]) -> bytes:
        """The bytes of tokens. Raises UsageError for a number that no token has."""
        numbers = list(numbers)
        if numbers and not 0 <= min(numbers) <= max(numbers) < len(self):
            raise UsageError(f"Tokens have the numbers 0 to {len(self) - 1}; got {min(numbers)} to {max(numbers)}.")
        return b"".join([self._bytes[number] for number in numbers])

    def _of_piece(self, piece: str) -> list[int]:
        """Most pieces of a text are the same few words: the tokens of each are found once."""
        tokens = self._remembered.get(piece)
        if tokens is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            tokens = self._remembered[piece] = self._merged(piece)
        return tokens

    def _merged(self, piece: str, errors: str = "surrogatepass") -> list[int]:
        symbols = self.spelling.numbers(piece, self._numbers, errors)
        return merged(symbols, self._ranks, self._results)

    def _check(self) -> None:
        twice = [token for token, times in Counter(self.tokens).items() if times > 1]
        spelt = [token for left, right in self.merges for token in (left, right, left + right)]
        missing = [token for token in [*self.special, *spelt] if token not in self._numbers]
        if twice or missing:
            wrong = f"{twice[0]!r} stands there twice" if twice else f"{missing[0]!r} is not among them"
            raise DongshouError(f"A vocabulary has each token once, those of its merges too; {wrong}.")


def spelling_of(symbols: Symbols) -> Spelling:
    if symbols not in SPELLINGS:
        raise UsageError(f'The symbols of byte-pair encoding are "byte" or "character"; got "{symbols}".')
    return SPELLINGS[symbols]

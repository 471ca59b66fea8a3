"""What a piece of text is before any merge: the bytes of its UTF-8, or its characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Literal, Protocol

from dongshou.data.text.subwords import byte_alphabet

Symbols = Literal["byte", "character"]

# of a str: half of a surrogate pair is written as a character is; of bytes ("surrogateescape"): it is a broken byte
AS_TEXT = "surrogatepass"


class Spelling(Protocol):
    """How a piece is spelt in symbols, and a token in bytes."""

    def from_piece(self, piece: str) -> str:
        """A character for each symbol."""
        ...

    def alphabet(self, words: Iterable[str]) -> list[str]:
        """The symbols that are tokens from the start, in the order of their numbers."""
        ...

    def missing(self, tokens: Iterable[str]) -> list[str]:
        """Tokens to add, so that every text can be spelt."""
        ...

    def numbers(self, piece: str, known: Mapping[str, int], errors: str) -> list[int]:
        """The numbers of the symbols of a piece."""
        ...

    def to_bytes(self, token: str) -> bytes:
        """What a token stands for."""
        ...


class ByBytes:
    """All 256 bytes are tokens, each written as a printable character (Radford et al., 2019)."""

    def from_piece(self, piece: str) -> str:
        return byte_alphabet.to_symbols(piece.encode("utf-8", AS_TEXT))

    def alphabet(self, words: Iterable[str]) -> list[str]:
        return sorted(byte_alphabet.SYMBOLS)

    def missing(self, tokens: Iterable[str]) -> list[str]:
        return sorted({*byte_alphabet.SYMBOLS}.difference(tokens))

    def numbers(self, piece: str, known: Mapping[str, int], errors: str) -> list[int]:
        return [known[symbol] for symbol in byte_alphabet.to_symbols(piece.encode("utf-8", errors))]

    def to_bytes(self, token: str) -> bytes:
        return byte_alphabet.to_bytes(token)


class ByCharacters:
    """The characters of the text that was learnt from are tokens; another one is spelt by `<0x..>`, its bytes."""

    BYTES = {f"<0x{byte:02X}>": byte for byte in range(256)}  # no piece has letters beside digits: no merge makes these

    def from_piece(self, piece: str) -> str:
        return piece

    def alphabet(self, words: Iterable[str]) -> list[str]:
        return sorted({*chain.from_iterable(words)})

    def missing(self, tokens: Iterable[str]) -> list[str]:
        there = set(tokens)
        return [token for token in self.BYTES if token not in there]

    def numbers(self, piece: str, known: Mapping[str, int], errors: str) -> list[int]:
        numbers = []
        for character in piece:
            if character in known:
                numbers.append(known[character])
            else:
                numbers += [known[f"<0x{byte:02X}>"] for byte in character.encode("utf-8", errors)]
        return numbers

    def to_bytes(self, token: str) -> bytes:
        return bytes([self.BYTES[token]]) if token in self.BYTES else token.encode("utf-8", AS_TEXT)


SPELLINGS: dict[Symbols, Spelling] = {"byte": ByBytes(), "character": ByCharacters()}

"""Tokens to numbers and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from dongshou.data.described import some_of
from dongshou.data.text.tokens import UNKNOWN
from dongshou.errors import UsageError

MOST_SHOWN = 5  # unknown characters in an error message


class Vocabulary:
    """The tokens of a text by their numbers: <unk> is 0, then the reserved ones, then the most frequent first.

    A token seen less often than `min_frequency`, or never, has the number of <unk>. A str is the sequence of
    its characters; those are counted and numbered as one array.

    >>> vocabulary = Vocabulary("hello", reserved=["<pad>"])
    >>> vocabulary["l"], vocabulary["z"], vocabulary.tokens([0, 1, 2])
    (2, 0, ['<unk>', '<pad>', 'l'])
    """

    def __init__(self, tokens: Iterable[str], *, min_frequency: int = 0, reserved: Iterable[str] = ()) -> None:
        self.frequencies: dict[str, int] = dict(count(tokens).most_common())  # as often as seen, the rare ones too
        frequent = (token for token, frequency in self.frequencies.items() if frequency >= min_frequency)
        self._number([UNKNOWN, *reserved, *frequent])

    def __repr__(self) -> str:
        return f"Vocabulary({len(self):,} tokens: {some_of([*map(repr, self._tokens[: MOST_SHOWN + 1])])})"

    @classmethod
    def from_list(cls, tokens: Sequence[str]) -> Vocabulary:
        """The vocabulary that `to_list` gave; how often each token was seen is no longer known."""
        if UNKNOWN not in tokens:
            raise UsageError(
                f"A vocabulary needs {UNKNOWN} for what it does not know; its {len(tokens)} tokens lack it."
            )
        vocabulary = cls(())
        vocabulary._number(tokens)
        return vocabulary

    def to_list(self) -> list[str]:
        """The tokens in the order of their numbers."""
        return list(self._tokens)

    @property
    def unknown(self) -> int:
        """The number of <unk>."""
        return self._ids[UNKNOWN]

    def __len__(self) -> int:
        return len(self._tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def __getitem__(self, token: str) -> int:
        return self._ids[token]

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """The number of each token."""
        return list(map(self._ids.__getitem__, tokens))

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The token of each number, from Python's integers or a tensor (n,)."""
        return [self._tokens[id] for id in ids]

    def encode(self, tokens: Sequence[str]) -> Tensor:
        """The number of each token, int64 (n,)."""
        if isinstance(tokens, str):
            return torch.from_numpy(self._by_codepoint(tokens))
        return torch.from_numpy(np.fromiter(map(self._ids.__getitem__, tokens), np.int64, len(tokens)))

    def _number(self, tokens: Iterable[str]) -> None:
        self._tokens = list(dict.fromkeys(tokens))
        self._ids = _Ids({token: id for id, token in enumerate(self._tokens)})

    def _by_codepoint(self, text: str) -> np.ndarray:
        """One look-up in a table of all characters up to the last that is known; the others are unknown."""
        points = codepoints(text)
        known = {ord(token): id for token, id in self._ids.items() if len(token) == 1}
        table = np.full(max([*known, points.max(initial=0)]) + 1, self.unknown)
        table[list(known)] = list(known.values())
        return table[points]


class _Ids(dict[str, int]):
    """The number of each token, that of <unk> for all others."""

    def __missing__(self, token: str) -> int:
        return self[UNKNOWN]


def count(tokens: Iterable[str]) -> Counter[str]:
    """How often each token occurs, in the order in which they were first seen."""
    if not isinstance(tokens, str):
        return Counter(tokens)
    points = codepoints(tokens).astype(np.intp)
    counts = np.bincount(points)
    first = np.zeros_like(counts)
    first[points[::-1]] = np.arange(len(points))[::-1]  # of several values for one place the last one stays
    seen = counts.nonzero()[0]
    return Counter({chr(point): int(counts[point]) for point in seen[first[seen].argsort()]})


def codepoints(text: str) -> np.ndarray:
    """The Unicode number of each character, uint32 (n,)."""
    return np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32)


def check_prompt(vocabulary: Vocabulary, tokens: Iterable[str]) -> None:
    """Raises UsageError for a prompt without tokens, or with tokens that the vocabulary does not have."""
    tokens = list(tokens)
    if not tokens:
        raise UsageError("A prompt needs at least one token to go on from; it is empty. Begin with a word.")
    unknown = list(dict.fromkeys(repr(token) for token in tokens if token not in vocabulary))
    if unknown:
        shown = ", ".join(unknown[:MOST_SHOWN]) + (", ..." if len(unknown) > MOST_SHOWN else "")
        known = "".join(token for token in vocabulary.to_list() if len(token) == 1 and token.isprintable())[:80]
        raise UsageError(
            f"The text that the model has learnt from does not contain {shown}: leave it out. It knows: {known}"
        )

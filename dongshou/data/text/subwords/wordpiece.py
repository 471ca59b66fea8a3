"""Reading with the vocabulary of a BERT: words, and where a word is unknown the longest pieces of it that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from dongshou.data.text.file import decoded
from dongshou.data.text.subwords.bert_words import BertWords
from dongshou.errors import DongshouError, UsageError

PAD, UNKNOWN, CLASSIFY, SEPARATOR, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
SPECIAL = (PAD, UNKNOWN, CLASSIFY, SEPARATOR, MASK)
CONTINUED = "##"  # begins a piece that is not the first of its word
LONGEST_WORD = 100  # characters; a longer one is [UNK]
SPECIAL_IN_TEXT = re.compile("(" + "|".join(map(re.escape, SPECIAL)) + ")")


class Encoded(NamedTuple):
    """One text, or two, as BERT reads them.

    ids       of the tokens, [CLS] and [SEP] among them
    segments  0 up to the first [SEP], 1 behind it
    num_cut   tokens that did not fit
    """

    ids: list[int]
    segments: list[int]
    num_cut: int


class WordPiece:
    """A text to tokens by a given vocabulary: of each word the longest piece that it begins with, then of what is left
    the longest that continues a word, `##` before it (Wu et al., 2016; Devlin et al., 2019).

    vocabulary  tokens in the order of their numbers, as the lines of a `vocab.txt`
    words       how a text is cut into words before: cased or not, with or without accents

    A word that the vocabulary cannot spell is [UNK]. [MASK] and its like are kept as they are in a text. Raises
    DongshouError for a vocabulary without [UNK], [CLS] or [SEP].

    >>> pieces = WordPiece([*SPECIAL, "un", "##want", "##ed", "running"])
    >>> pieces.tokens("unwanted RUNNING [MASK]")
    ['un', '##want', '##ed', 'running', '[MASK]']
    """

    def __init__(self, vocabulary: Sequence[str], words: BertWords | None = None) -> None:
        self.vocabulary = list(vocabulary)
        self.words = words or BertWords()
        self._ids = {token: id for id, token in enumerate(self.vocabulary)}
        if missing := [token for token in (UNKNOWN, CLASSIFY, SEPARATOR) if token not in self._ids]:
            raise DongshouError(
                f"The vocabulary of a BERT has [UNK], [CLS] and [SEP]; of its {len(self)} tokens"
                f" none is {' or '.join(missing)}. Give the vocab.txt that lies beside the weights."
            )
        self._pieces: dict[str, list[str]] = {}  # of each word that was met

    @classmethod
    def from_file(cls, path: Path | str, words: BertWords | None = None) -> WordPiece:
        """The vocabulary of a `vocab.txt`: a token a line, the first has the number 0.

        Raises DongshouError when the file cannot be read, is not UTF-8 or is no such vocabulary.
        """
        try:
            text = decoded(Path(path).expanduser().read_bytes(), path)
        except OSError as error:
            raise DongshouError(f"{path} cannot be read: {error.strerror}. Check the path.") from None
        return cls(text.removesuffix("\n").split("\n"), words)

    def __len__(self) -> int:
        return len(self.vocabulary)

    def __getitem__(self, token: str) -> int:
        """The number of a token; of one that is not known, that of [UNK]."""
        return self._ids.get(token, self._ids[UNKNOWN])

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text, without [CLS] and [SEP] around them."""
        tokens = []
        for part in SPECIAL_IN_TEXT.split(text):
            if part in SPECIAL and part in self._ids:
                tokens.append(part)
            else:
                for word in self.words(part):
                    tokens += self.pieces(word)
        return tokens

    def pieces(self, word: str) -> list[str]:
        """The tokens of one word."""
        if word not in self._pieces:
            self._pieces[word] = longest_pieces(word, self._ids) or [UNKNOWN]
        return self._pieces[word]

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """The number of each token."""
        return [self[token] for token in tokens]

    def encode(self, text: str, second: str | None = None, max_tokens: int | None = None) -> Encoded:
        """[CLS] text [SEP], or [CLS] text [SEP] second [SEP], in numbers; cut to max_tokens, the longer text first.

        Raises UsageError where max_tokens leaves no room.
        """
        parts = [self.ids(self.tokens(part)) for part in (text, second) if part is not None]
        num_tokens = sum(map(len, parts))
        if max_tokens is not None:
            parts = cut(parts, max_tokens - 1 - len(parts))
        ids, segments = [self[CLASSIFY]], [0]
        for segment, part in enumerate(parts):
            ids += [*part, self[SEPARATOR]]
            segments += [segment] * (len(part) + 1)
        return Encoded(ids, segments, num_tokens - sum(map(len, parts)))

    def join(self, tokens: Iterable[str]) -> str:
        """Tokens as words with a space between them.

        >>> WordPiece(SPECIAL).join(["un", "##want", "##ed", "guest"])
        'unwanted guest'
        """
        return " ".join(tokens).replace(f" {CONTINUED}", "")


def longest_pieces(word: str, known: dict[str, int]) -> list[str]:
    """The longest known pieces of a word from left to right; none where it cannot be spelt."""
    if len(word) > LONGEST_WORD:
        return []
    pieces, start = [], 0
    while start < len(word):
        prefix = CONTINUED if start else ""
        for end in range(len(word), start, -1):
            if (piece := prefix + word[start:end]) in known:
                break
        else:
            return []
        pieces.append(piece)
        start = end
    return pieces


def cut(parts: Sequence[list[int]], room: int) -> list[list[int]]:
    """One or two lists with at most so many entries in all; the longer one is cut until they are of one length."""
    if room < len(parts):
        raise UsageError(f"max_tokens leaves room for {room} tokens beside [CLS] and [SEP]; take at least one more.")
    if sum(map(len, parts)) <= room:
        return list(parts)
    if len(parts) == 1:
        return [parts[0][:room]]
    shorter = min(min(map(len, parts)), room // 2)
    first_is_shorter = len(parts[0]) <= len(parts[1])
    lengths = (shorter, room - shorter) if first_is_shorter else (room - shorter, shorter)
    return [part[:length] for part, length in zip(parts, lengths, strict=True)]

"""Labelled texts, or pairs of texts, as a BERT reads them: [CLS] text [SEP], or [CLS] text [SEP] second [SEP]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dongshou.data.text.labelled import LabelledTexts, Text
from dongshou.data.text.padding import PaddedBatches
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.subwords import wordpiece
from dongshou.data.text.subwords.wordpiece import CLASSIFY, PAD, SEPARATOR, WordPiece
from dongshou.data.text.tokens import UNKNOWN
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.notes import note


def bert_splits(texts: LabelledTexts, pieces: WordPiece, batch_size: int, max_tokens: int) -> TextSplits:
    """Batches of ((tokens, lengths), classes), of pairs ((tokens, lengths, segments, lengths), classes).

    max_tokens  of a text, or both of a pair, with [CLS] and [SEP]; longer ones are cut, which a `DataNote` says
    """
    num_cut = sum(pieces.encode(*sides(text), max_tokens=max_tokens).num_cut > 0 for text in texts.train.texts)
    if num_cut:
        note(f"{texts.name}: {num_cut:,} of {len(texts.train):,} texts are cut to {max_tokens} tokens (max_tokens).")

    def encode(text: Text) -> Sequence[Sequence[int]]:
        encoded = pieces.encode(*sides(text), max_tokens=max_tokens)
        return [encoded.ids, encoded.segments] if texts.is_pairs else [encoded.ids]

    def batches(part: str) -> Callable[[], PaddedBatches]:
        return lambda: texts.batches(part, encode, batch_size, padding=pieces[PAD])

    def asked(text: Text) -> Sequence[Sequence[int]]:
        encoded = pieces.encode(*sides(text), max_tokens=max_tokens)
        tell_of_cut(len(encoded.ids) + encoded.num_cut, max_tokens)
        return encode(text)

    def tokenize(text: str) -> list[str]:
        tokens = [UNKNOWN if token == wordpiece.UNKNOWN else token for token in pieces.tokens(text)]
        return asked_about(tokens, max_tokens)

    parts: dict[str, Any] = {part: batches(part) for part in texts.parts}
    return TextSplits(
        **parts,
        vocabulary=vocabulary_of(pieces),
        tokenize=tokenize,
        join=pieces.join,
        encode=asked,
        takes_unknown=True,
        name=texts.name,
        classes=texts.classes,
        files=texts.files,
    )


def asked_about(tokens: Sequence[str], max_tokens: int) -> list[str]:
    """[CLS] tokens [SEP] of a text that is asked about, cut where it is too long, which a note says; none of an empty
    text."""
    tell_of_cut(2 + len(tokens), max_tokens)
    return between_marks(tokens, max_tokens) if tokens else []


def between_marks(tokens: Sequence[str], max_tokens: int) -> list[str]:
    return [CLASSIFY, *tokens[: max_tokens - 2], SEPARATOR]


def tell_of_cut(num_tokens: int, max_tokens: int) -> None:
    if num_tokens > max_tokens:
        note(f"The model reads {max_tokens} tokens at once: of {num_tokens} those at the end are cut off.")


def sides(text: Text) -> tuple[str] | tuple[str, str]:
    return (text,) if isinstance(text, str) else text


def vocabulary_of(pieces: WordPiece) -> Vocabulary:
    """The same numbers under our name of what is unknown."""
    return Vocabulary.from_list([UNKNOWN if token == wordpiece.UNKNOWN else token for token in pieces.vocabulary])

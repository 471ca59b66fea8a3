"""A text cut into the tokens of one level: characters, words, or sub-words, in the parts to train and to measure on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dongshou.data.sets.corpora import Corpus
from dongshou.data.text.subword_tokens import SubwordTokenizer
from dongshou.data.text.tokens import Clean, Level, Tokenizer, cleaned
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import DongshouError, UsageError

Parts = dict[str, Sequence[str]]  # of train, and of valid and test where there are some


@dataclass(frozen=True)
class CutText:
    """The tokens of each part, how they were cut, and the vocabulary of those to train on."""

    parts: Parts
    tokenizer: Tokenizer | SubwordTokenizer
    vocabulary: Vocabulary


def cut_text(
    corpus: Corpus, name: str, *, level: Level, clean: Clean, min_frequency: int, num_subwords: int, valid: float
) -> CutText:
    """The corpus in tokens, a share at its end held out where it comes without a part for validation.

    Raises UsageError for wrong settings, DongshouError where cleaning leaves nothing.
    """
    if not 0 <= valid < 1:
        raise UsageError(f"valid is a share of the text, from 0 to below 1; got {valid}.")
    share = valid if corpus.valid is None else 0.0
    if level == "subword":
        return in_subwords(corpus, name, clean, min_frequency, num_subwords, share)
    tokenizer = Tokenizer(level, clean, corpus.spaced)
    parts = tokens_of_parts(corpus, tokenizer)
    check_left("".join(parts["train"]), name)
    if share:
        parts["train"], parts["valid"] = split_end(parts["train"], share)
    return CutText(parts, tokenizer, Vocabulary(parts["train"], min_frequency=min_frequency))


def in_subwords(
    corpus: Corpus, name: str, clean: Clean, min_frequency: int, num_subwords: int, valid: float
) -> CutText:
    """The sub-words are those of the text to train on alone."""
    if min_frequency:
        raise UsageError(
            f"Sub-words spell every text, none of them is rare: leave out min_frequency={min_frequency}, or take fewer"
            " of them by num_subwords."
        )
    check_left(cleaned(corpus.train, clean), name)
    if valid:
        train, held_out = split_end(corpus.train, valid)
        corpus = replace(corpus, train=train, valid=held_out)
    tokenizer = SubwordTokenizer.learn(corpus.train, num_subwords, clean)
    return CutText(tokens_of_parts(corpus, tokenizer), tokenizer, tokenizer.vocabulary())


def tokens_of_parts(corpus: Corpus, tokenizer: Tokenizer | SubwordTokenizer) -> Parts:
    texts = {"train": corpus.train, "valid": corpus.valid, "test": corpus.test}
    return {part: tokenizer(text) for part, text in texts.items() if text is not None}


def split_end(sequence: Sequence[str], share: float) -> tuple[Sequence[str], Sequence[str]]:
    """All but a share at the end, and that share; of a str two of them."""
    at = len(sequence) - round(share * len(sequence))
    return sequence[:at], sequence[at:]


def check_left(text: str, name: str) -> None:
    if not text.strip():
        raise DongshouError(f'{name} holds no letters: nothing is left of it with clean="letters". Use clean="none".')

"""Any text as words and their contexts, to learn vectors of words from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import torch
from torch import Tensor

from dongshou.data.sets.corpora import read_corpus
from dongshou.data.text.contexts import ContextBatches, Predicts, keep_probabilities
from dongshou.data.text.huffman import HuffmanTree
from dongshou.data.text.noise import NegativeSampling, Questions
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.tokens import END, UNKNOWN, spaced_words, words
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import UsageError
from dongshou.notes import note

Output = Literal["negatives", "tree"]
MARKS = (UNKNOWN, END)  # in the vocabulary, but no words
PARAGRAPH = re.compile(r"\n\s*\n")


class Subwords(Protocol):
    """What words are made of: `num_rows` of an input layer, and those of each word, (words, most), padded with -1."""

    @property
    def num_rows(self) -> int: ...

    def of_words(self, words: Sequence[str]) -> Tensor: ...


class ContextSplits(TextSplits):
    """Words and their contexts.

    questions  how a word is asked for: negatives or a tree
    subwords   what a center is given by; None where a word is its own row of the input layer
    """

    def __init__(
        self, *splits: ContextBatches | None, questions: Questions, subwords: Subwords | None = None, **about: Any
    ) -> None:
        super().__init__(*splits, **about)  # pyright: ignore[reportArgumentType]
        self.questions = questions
        self.subwords = subwords

    @property
    def num_inputs(self) -> int:
        """Rows of the input layer."""
        return len(self.vocabulary) if self.subwords is None else self.subwords.num_rows

    def rows(self, words: Sequence[str]) -> Tensor:
        """The rows of the input layer whose mean is the vector of each word, (words, most), padded with -1."""
        return self.vocabulary.encode(words)[:, None] if self.subwords is None else self.subwords.of_words(words)

    def words(self) -> list[str]:
        """The words that have vectors, the most frequent first: all of the vocabulary but its marks."""
        return [word for word in self.vocabulary.to_list() if word not in MARKS]


def load_contexts(
    name: str = "python-manual",
    batch_size: int = 512,
    *,
    window: int = 5,
    predicts: Predicts = "contexts",
    output: Output = "negatives",
    num_negatives: int = 5,
    subsample: float = 1e-4,
    min_frequency: int = 5,
    redraw: bool = True,
    subwords: Callable[[Vocabulary], Subwords] | None = None,
    encoding: str = "utf-8",
) -> ContextSplits:
    """A text by its name or path as batches of `Contexts`, each with so many centers.

    predicts       "contexts" from their center (skip-gram), or the "center" from its contexts (CBOW)
    output         what it is asked through: a few "negatives", or a Huffman "tree"
    subsample      share of the corpus above which a word is left out now and then; 0 keeps all
    min_frequency  rarer words are left out, as is <unk>: the words around them become neighbors
    redraw         draw sub-sampling, windows and negatives anew in every pass; else once for all
    subwords       makes the sub-words by which a center is given in place of a row of its own

    A window stays within its line, of a text that comes cut into words, else within its paragraph.
    Raises FilesNotFound where there is no such text, UsageError where it is too short for its window, or no word is
    frequent enough.
    """
    if output not in get_args(Output):
        raise UsageError(f'The output is through "negatives" or a "tree"; got "{output}".')
    corpus = read_corpus(name, encoding)
    tokens = cut(corpus.train, corpus.spaced)
    vocabulary = frequent(tokens, min_frequency, Path(name).name)
    frequencies = frequencies_of(vocabulary)
    questions = HuffmanTree(frequencies) if output == "tree" else NegativeSampling(frequencies, num_negatives)

    parts = None if subwords is None else subwords(vocabulary)
    batches = partial(
        ContextBatches,
        questions=questions,
        batch_size=batch_size,
        window=window,
        predicts=predicts,
        keep=keep_probabilities(frequencies, subsample) if subsample > 0 else None,
        redraw=redraw,
        subwords=None if parts is None else parts.of_words(vocabulary.to_list()),
    )
    valid = None if corpus.valid is None else cut(corpus.valid, corpus.spaced)
    if corpus.is_own:
        note_rare_words(Path(name).name, tokens, int(frequencies.sum()), min_frequency)
    return ContextSplits(
        batches(*numbered(tokens, vocabulary), shuffle=True),
        None if valid is None else batches(*numbered(valid, vocabulary), shuffle=False),
        questions=questions,
        subwords=parts,
        name=Path(name).name,
        vocabulary=vocabulary,
        tokenize=words,
        join=" ".join,
        files=corpus.files,
    )


def note_rare_words(name: str, tokens: list[str], num_kept: int, min_frequency: int) -> None:
    """Say how many words of a user's text are not learnt."""
    num_words = len(tokens) - tokens.count(END)
    if rare := num_words - num_kept:
        few = f"{rare:,} of {num_words:,} words"
        note(f"{name}: {few} are left out, rarer than min_frequency={min_frequency}.")


def cut(text: str, spaced: bool) -> list[str]:
    """The words of a text, <eos> after each line that comes cut into words, after each paragraph of any other."""
    if spaced:
        return spaced_words(text)
    return [word for paragraph in PARAGRAPH.split(text) for word in (*words(paragraph, punctuation=False), END)]


def frequent(tokens: Sequence[str], min_frequency: int, name: str) -> Vocabulary:
    """The words that occur so often, and the two marks. Raises UsageError where there are fewer than two words."""
    vocabulary = Vocabulary(tokens, min_frequency=min_frequency, reserved=[END])
    if (num_words := len(vocabulary) - len(MARKS)) < 2:
        raise UsageError(
            f"Vectors of words need at least two words; {name} has {num_words} that occur {min_frequency} times or"
            " more. Give it more text, or a smaller min_frequency."
        )
    return vocabulary


def frequencies_of(vocabulary: Vocabulary) -> Tensor:
    """How often each word occurs, (vocabulary,); the marks are no words and do not."""
    words = vocabulary.to_list()
    return torch.tensor([0 if word in MARKS else vocabulary.frequencies[word] for word in words])


def numbered(tokens: Sequence[str], vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
    """The numbers of the words that are in the vocabulary, and the line that each stands on."""
    ids = vocabulary.encode(tokens)
    ends = ids == vocabulary[END]
    is_word = ~ends & (ids != vocabulary.unknown)
    return ids[is_word], ends.cumsum(0)[is_word]

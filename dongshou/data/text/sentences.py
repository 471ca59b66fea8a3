"""Paragraphs, the sentences in them, the words of each: texts from which pairs of sentences are drawn."""

from __future__ import annotations

import re

from dongshou.data.sets.corpora import Corpus
from dongshou.data.text.tokens import words
from dongshou.data.text.vocabulary import Vocabulary

Sentence = list[str]
Paragraph = list[Sentence]

_BLANK_LINE = re.compile(r"\n\s*\n")
# a mark at which a sentence ends: in front of a space, or a Chinese one
_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+|[。！？]+")
_SPACED_END = re.compile(r" [.!?] ")
_FINAL_MARKS = re.compile(r"[.!?。！？]+\Z")


def paragraphs_of(text: str, spaced: bool = False) -> list[Paragraph]:
    """The paragraphs of at least two sentences, in lower case; the mark that ends a sentence is left out.

    spaced  the text comes cut into words by spaces, a paragraph a line; else blank lines stand between paragraphs

    >>> paragraphs_of("It rains. We stay at home!\\n\\nA heading")
    [[['it', 'rains'], ['we', 'stay', 'at', 'home']]]
    """
    parts = text.split("\n") if spaced else _BLANK_LINE.split(text)
    paragraphs = [sentences_of(part, spaced) for part in parts]
    return [sentences for sentences in paragraphs if len(sentences) > 1]


def sentences_of(text: str, spaced: bool = False) -> Paragraph:
    """The words of each sentence that has any."""
    if spaced:
        cut = [sentence.split() for sentence in _SPACED_END.split(f"{text.lower()} ")]
    else:
        cut = [sentence_of(sentence) for sentence in _END.split(text)]
    return [sentence for sentence in cut if sentence]


def sentence_of(text: str) -> Sentence:
    """The words of one sentence, without the mark at its end.

    >>> sentence_of("It's 5 o'clock!")
    ["it's", '5', "o'clock"]
    """
    return words(_FINAL_MARKS.sub("", text.strip()))


def parts_of(corpus: Corpus, held_out: float) -> dict[str, list[Paragraph]]:
    """The paragraphs of "train", and of "valid" and "test" where the corpus has them; without either the last share
    of its paragraphs is held out as "test"."""
    given = {"train": corpus.train, "valid": corpus.valid, "test": corpus.test}
    parts = {name: paragraphs_of(text, corpus.spaced) for name, text in given.items() if text is not None}
    if len(parts) == 1:
        whole = parts["train"]
        num_train = len(whole) - round(held_out * len(whole))
        parts = {"train": whole[:num_train], "test": whole[num_train:]}
    return {name: part for name, part in parts.items() if part}


def known_words(paragraphs: list[Paragraph], min_frequency: int, reserved: tuple[str, ...]) -> Vocabulary:
    """The words of the paragraphs that occur often enough."""
    every = [word for paragraph in paragraphs for sentence in paragraph for word in sentence]
    return Vocabulary(every, min_frequency=min_frequency, reserved=reserved)

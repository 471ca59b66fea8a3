"""Texts, or pairs of texts, and the class of each: held out, cut into words, numbered and padded in one way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import torch
from torch import Tensor

from dongshou.data.folds import k_folds
from dongshou.data.split_by_class import split_by_class
from dongshou.data.text.padding import PaddedBatches, pad
from dongshou.data.text.splits import TextSplits
from dongshou.data.text.tokens import PAD, join_words, treebank_words
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import DongshouError, UsageError
from dongshou.notes import note

Text = str | tuple[str, str]
Tokenize = Callable[[str], Sequence[str]]
Encode = Callable[[Text], Sequence[Sequence[int]]]  # a text as one sequence of numbers, or several side by side


@dataclass(frozen=True, eq=False)
class Examples:
    """Texts, or pairs of texts, and the number of the class of each, int64 (n,)."""

    texts: Sequence[Text]
    labels: Tensor

    def __len__(self) -> int:
        return len(self.texts)

    def rows(self, rows: Tensor) -> Examples:
        """Some of the examples, in this order."""
        numbers: list[int] = rows.tolist()
        return Examples([self.texts[number] for number in numbers], self.labels[rows])


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """Texts, or pairs of texts, each of one of several classes, in the parts in which they come.

    files   see `Splits`
    is_own  they are a user's own

    Raises DongshouError for less than two classes to learn from, UsageError for labels that are no such numbers.
    """

    train: Examples
    classes: tuple[str, ...]
    valid: Examples | None = None
    test: Examples | None = None
    name: str = "texts"
    files: str | Callable[[], dict[str, str]] | None = None
    is_own: bool = False

    def __post_init__(self) -> None:
        for part, examples in self.parts.items():
            check_examples(self.name, part, examples, len(self.classes))
        seen = self.train.labels.unique().tolist()
        if len(seen) < 2:
            found = ", ".join(self.classes[number] for number in seen) or "none"
            raise DongshouError(
                f"{self.name} has labels of one class only ({found}): a classifier learns to tell two or more apart."
                " Add texts of another class."
            )

    @classmethod
    def of_parts(
        cls,
        parts: Mapping[str, Examples],
        *,
        classes: tuple[str, ...],
        name: str,
        files: str | Callable[[], dict[str, str]],
        is_own: bool = False,
    ) -> LabelledTexts:
        """Of the examples of train, and of valid and test where there are some."""
        return cls(parts["train"], classes, parts.get("valid"), parts.get("test"), name, files, is_own)

    @property
    def parts(self) -> dict[str, Examples]:
        """The parts that there are, by name."""
        named = {"train": self.train, "valid": self.valid, "test": self.test}
        return {part: examples for part, examples in named.items() if examples is not None}

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of every file that they are read from, by file name."""
        from dongshou.data.sources.files import fingerprints

        return fingerprints(self.files) if isinstance(self.files, str) else self.files() if self.files else {}

    @property
    def is_pairs(self) -> bool:
        return isinstance(self.train.texts[0], tuple)

    def held_out(self, valid: float = 0.0, test: float = 0.0, seed: int = 0) -> LabelledTexts:
        """With a share of each class set aside, by `seed`, for each part that the set lacks.

        Parts that come with the set stay as they are; a share of 0 sets nothing aside. Raises what `split_by_class`
        raises.
        """
        train, aside = self.train, dict(self.parts)
        for part, share in (("test", test), ("valid", valid)):
            if share and part not in aside:
                stay, held = split_by_class(train.labels, share, self.classes, seed)
                aside[part], train = train.rows(held), train.rows(stay)
        return replace(self, train=train, valid=aside.get("valid"), test=aside.get("test"))

    def limited(self, num_examples: int, seed: int = 0) -> LabelledTexts:
        """With so many examples of each part at most, drawn by `seed`, for a quick try."""
        few = {}
        for part, examples in self.parts.items():
            order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(seed))
            few[part] = examples.rows(order[:num_examples])
        return replace(self, **few)

    def fold(self, number: int, num_folds: int = 10, seed: int = 0) -> LabelledTexts:
        """The fold of this number, from 0, as the test, and the others to train on: cross-validation by `seed`.

        Raises UsageError for a set that comes with a test, or a fold that there is none of.
        """
        if self.test is not None:
            raise UsageError(f"{self.name} comes with a test, which everybody measures on: leave out the folds.")
        if not 0 <= number < num_folds:
            raise UsageError(f"The {num_folds} folds have the numbers 0 to {num_folds - 1}; got {number}.")
        order = torch.randperm(len(self.train), generator=torch.Generator().manual_seed(seed))
        stay, held = next(islice(k_folds(len(order), num_folds), number, None))
        return replace(self, train=self.train.rows(order[stay]), test=self.train.rows(order[held]))

    def vocabulary(
        self, tokenize: Tokenize = treebank_words, min_frequency: int = 1, reserved: Sequence[str] = (PAD,)
    ) -> Vocabulary:
        """The words to train on. Raises UsageError where `min_frequency` leaves none."""
        words = chain.from_iterable(tokenize(side) for text in self.train.texts for side in sides(text))
        vocabulary = Vocabulary(words, min_frequency=min_frequency, reserved=reserved)
        if len(vocabulary) == 1 + len(reserved):
            most = max(vocabulary.frequencies.values(), default=0)
            raise UsageError(
                f"min_frequency={min_frequency} leaves nothing of the {len(vocabulary.frequencies):,} words of"
                f" {self.name}, the most frequent of which occurs {most:,} times. Lower it."
            )
        return vocabulary

    def splits(
        self,
        batch_size: int = 64,
        *,
        tokenize: Tokenize = treebank_words,
        vocabulary: Vocabulary | None = None,
        min_frequency: int = 1,
        max_tokens: int | None = None,
        seed: int = 0,
    ) -> TextSplits:
        """Batches of (tokens (batch, longest), lengths (batch,)), of each side of a pair; and classes (batch,).

        vocabulary  of somebody else's vectors; by default that of the texts to train on
        max_tokens  longer texts are cut; of a user's own a `DataNote` says how many
        seed        of the order in which the examples lie, for sets come sorted by class

        The model may look no further than the lengths. Raises what `vocabulary` raises.
        """
        words = self.vocabulary(tokenize, min_frequency) if vocabulary is None else vocabulary
        if self.is_own:
            self.tell_what_is_cut(tokenize, words, min_frequency, max_tokens)

        def encode(text: Text) -> list[list[int]]:
            return [words.ids(tokenize(side)[:max_tokens]) for side in sides(text)]

        def batches(part: str) -> Callable[[], PaddedBatches]:
            return lambda: self.batches(part, encode, batch_size, padding=words[PAD], seed=seed)

        parts: dict[str, Any] = {part: batches(part) for part in self.parts}
        return TextSplits(
            **parts,
            vocabulary=words,
            tokenize=lambda text: tokenize(text)[:max_tokens],
            join=join_words,
            encode=encode,
            takes_unknown=True,
            name=self.name,
            classes=self.classes,
            files=self.files,
        )

    def batches(self, part: str, encode: Encode, batch_size: int, *, padding: int = 0, seed: int = 0) -> PaddedBatches:
        """The batches of one part by any encoding: of each of its sequences (numbers, lengths), and the classes.

        Texts of similar length share a batch; which ones do is drawn anew in each pass over those to train on.
        """
        examples = self.parts[part]
        examples = examples.rows(torch.randperm(len(examples), generator=torch.Generator().manual_seed(seed)))
        sequences = zip(*map(encode, examples.texts), strict=True)
        return PaddedBatches(
            *(pad(rows, padding) for rows in sequences),
            labels=examples.labels,
            batch_size=batch_size if part == "train" else min(batch_size, len(examples)),
            shuffle=part == "train",
            bucketing=True,
        )

    def tell_what_is_cut(
        self, tokenize: Tokenize, vocabulary: Vocabulary, min_frequency: int, max_tokens: int | None
    ) -> None:
        """A note of what a model does not get to see of a user's own texts."""
        done = []
        every = [side for text in self.train.texts for side in sides(text)]
        if max_tokens is not None and (long := sum(len(tokenize(text)) > max_tokens for text in every)):
            done.append(f"{long:,} of {len(every):,} texts are cut to {max_tokens} words (max_tokens)")
        counts = vocabulary.frequencies.values()
        if rare := sum(count for count in counts if count < min_frequency):
            done.append(f"{rare:,} of {sum(counts):,} words are <unk> (min_frequency={min_frequency})")
        if done:
            note(f"{self.name}: {'; '.join(done)}.")


def sides(text: Text) -> Iterator[str]:
    """The text itself, or the two of a pair."""
    yield from (text,) if isinstance(text, str) else text


def check_examples(name: str, part: str, examples: Examples, num_classes: int) -> None:
    """Raises UsageError for texts without a label each, or labels that are no numbers of classes."""
    texts, labels = examples.texts, examples.labels
    if len(texts) != len(labels) or not len(texts):
        raise UsageError(f"{name} needs a label for each text of {part}; got {len(texts)} texts, {len(labels)} labels.")
    if labels.dtype != torch.int64 or int(labels.min()) < 0 or int(labels.max()) >= num_classes:
        raise UsageError(
            f"The labels of {name} are whole numbers from 0 to {num_classes - 1}, int64; got {labels.dtype} from"
            f" {labels.min().item()} to {labels.max().item()}."
        )
    if len({isinstance(text, str) for text in texts}) > 1:
        raise UsageError(f"The examples of {name} are texts or pairs of texts; {part} has some of both.")

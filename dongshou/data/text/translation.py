"""Pairs of sentences as what translation is trained on: two padded sequences and their lengths."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from torch import Tensor

from dongshou.data.batches import Batches
from dongshou.data.text.padding import PaddedBatches, pad
from dongshou.data.text.sentence_pairs import Pair, read_pairs
from dongshou.data.text.splits import PairSplits
from dongshou.data.text.tokens import BEGIN, END, PAD, join_words, sentence_words
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import UsageError
from dongshou.notes import note

Sentence = list[str]


def load_pairs(
    name: str = "dates",
    batch_size: int = 64,
    num_steps: int = 10,
    *,
    max_examples: int | None = 600,
    max_words: int | None = None,
    min_frequency: int = 2,
    test: float = 0.0,
    bucketing: bool = False,
    encoding: str = "utf-8",
    seed: int = 0,
) -> PairSplits:
    """Pairs by their name or path: source (batch, steps) and its lengths (batch,), target and its lengths.

    Every sentence ends in <eos>, which its length counts, and is filled up with <pad>; one of more than
    `num_steps` tokens is cut off, and its <eos> with it.

    max_words      leaves out pairs with a longer sentence
    max_examples   then keeps the first so many
    min_frequency  of a word in the training pairs; rarer ones are <unk>
    test           share of the source sentences, drawn by `seed`, whose pairs are held out
    bucketing      batches of sentences of similar length, no longer than the longest of them (see `PaddedBatches`)
    encoding       of a file of your own

    Of a file of your own a `DataNote` says how many pairs, sentences and words this leaves out.
    Raises what `read_pairs` raises, and UsageError where no pairs are left, or no steps.
    """
    if num_steps < 1:
        raise UsageError(f"num_steps must be at least 1; got {num_steps}.")
    found = read_pairs(name, encoding, seed)
    train, test_pairs = _held_out(_chosen(found.pairs, max_examples, max_words, name), test, seed)
    vocabularies = [
        Vocabulary(chain.from_iterable(side), min_frequency=min_frequency, reserved=(PAD, BEGIN, END))
        for side in zip(*train, strict=True)
    ]
    if found.is_own:
        tell_what_is_cut(
            Path(name).name, len(found.pairs), [*train, *test_pairs], num_steps, vocabularies, min_frequency
        )

    def batches(pairs: Sequence[tuple[Sentence, Sentence]], shuffle: bool) -> Batches | PaddedBatches:
        sides = zip(vocabularies, zip(*pairs, strict=True), strict=True)
        padded = [_padded(vocabulary, sentences, num_steps) for vocabulary, sentences in sides]
        size = batch_size if shuffle else min(batch_size, len(pairs))
        if bucketing:
            return PaddedBatches(*padded, batch_size=size, shuffle=shuffle, bucketing=shuffle)
        return Batches(*chain.from_iterable(padded), batch_size=size, shuffle=shuffle)

    return PairSplits(
        train=batches(train, shuffle=True),
        test=batches(test_pairs, shuffle=False) if test_pairs else None,
        source_vocabulary=vocabularies[0],
        target_vocabulary=vocabularies[1],
        tokenize=sentence_words,
        join=join_words,
        name=Path(name).name,
        shape=(num_steps,),
        files=found.files,
    )


def tell_what_is_cut(
    name: str,
    num_pairs: int,
    used: Sequence[tuple[Sentence, Sentence]],
    num_steps: int,
    vocabularies: Sequence[Vocabulary],
    min_frequency: int,
) -> None:
    """A note of what becomes of a user's own sentences: pairs left out, sentences cut off, words that are <unk>."""
    done = []
    if len(used) < num_pairs:
        done.append(f"{len(used):,} of {num_pairs:,} pairs used (max_examples, max_words)")
    if long := sum(len(sentence) >= num_steps for pair in used for sentence in pair):  # <eos> takes a step
        done.append(f"{long:,} of {2 * len(used):,} sentences cut to {num_steps} steps (num_steps)")
    counts = [count for vocabulary in vocabularies for count in vocabulary.frequencies.values()]
    if rare := sum(count for count in counts if count < min_frequency):
        done.append(f"{rare:,} of {sum(counts):,} words to learn from are <unk> (min_frequency={min_frequency})")
    if done:
        note(f"{name}: {'; '.join(done)}.")


def _chosen(
    pairs: Sequence[Pair], max_examples: int | None, max_words: int | None, name: str
) -> list[tuple[Sentence, Sentence]]:
    """The pairs that are asked for, as words."""
    if max_words is None:
        pairs = pairs[:max_examples]
    as_words = [(sentence_words(source), sentence_words(target)) for source, target in pairs]
    if max_words is not None:
        as_words = [pair for pair in as_words if max(map(len, pair)) <= max_words][:max_examples]
    if not as_words:
        raise UsageError(
            f"{name} has no pairs with max_words={max_words} and max_examples={max_examples}. Ask for more."
        )
    return as_words


def _held_out(
    pairs: list[tuple[Sentence, Sentence]], share: float, seed: int
) -> tuple[list[tuple[Sentence, Sentence]], list[tuple[Sentence, Sentence]]]:
    """Pairs to train on and to test on: a sentence with several translations is on one side with all of them."""
    if not 0 <= share < 1:
        raise UsageError(f"test is a share of the sentences, from 0 to below 1; got {share}.")
    sources = list(dict.fromkeys(tuple(source) for source, _ in pairs))
    random.Random(seed).shuffle(sources)
    aside = set(sources[: round(share * len(sources))])
    return [pair for pair in pairs if tuple(pair[0]) not in aside], [pair for pair in pairs if tuple(pair[0]) in aside]


def _padded(vocabulary: Vocabulary, sentences: Sequence[Sentence], num_steps: int) -> tuple[Tensor, Tensor]:
    """Tokens (sentences, steps) and lengths (sentences,), <eos> included."""
    return pad([vocabulary.ids([*words, END]) for words in sentences], vocabulary[PAD], num_steps)

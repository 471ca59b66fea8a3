"""Pairs of sentences by a grammar, always here: nobody has written them, and the grammar decides what follows.

Real pairs are `snli`. As in these, words that are in both sentences do not decide: a dog is an animal, but an animal
may be no dog; a cat is neither; and of what the first sentence leaves open nothing follows.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from hashlib import sha256

import torch

from dongshou.data.sets.snli import CLASSES
from dongshou.data.text.labelled import Examples, LabelledTexts

NUM_PAIRS = 6_000
ENTAILMENT, CONTRADICTION, NEUTRAL = range(3)

MORE_GENERAL = {
    **dict.fromkeys(("man", "woman", "child"), "person"),
    **dict.fromkeys(("boy", "girl"), "child"),
    **dict.fromkeys(("dog", "cat", "horse"), "animal"),
    **dict.fromkeys(("poodle", "spaniel"), "dog"),
    "kitten": "cat",
    "pony": "horse",
    **dict.fromkeys(("is running", "is jumping", "is dancing"), "is moving"),
    "is sleeping": "is resting",
    **dict.fromkeys(("is eating an apple", "is eating bread"), "is eating"),
    **dict.fromkeys(("is drinking water", "is drinking milk"), "is drinking"),
    **dict.fromkeys(("in the park", "on the beach", "in the street", "in a field"), "outside"),
    **dict.fromkeys(("in the kitchen", "in a shop", "in a barn", "in the living room"), "inside"),
}
SIZES = ("big", "small")
KINDS = ("person", "man", "woman", "child", "boy", "girl")
KINDS += ("animal", "dog", "cat", "horse", "poodle", "spaniel", "kitten", "pony")
DEEDS = ("is moving", "is running", "is jumping", "is dancing", "is resting", "is sleeping")
DEEDS += ("is eating", "is eating an apple", "is eating bread", "is drinking", "is drinking water", "is drinking milk")
PLACES = ("outside", "in the park", "on the beach", "in the street", "in a field")
PLACES += ("inside", "in the kitchen", "in a shop", "in a barn", "in the living room")

Scene = tuple[str, str, str, str]  # size, kind, deed, place; a size or a place that is left open is empty


def read() -> LabelledTexts:
    """6,000 different pairs, a third of each class: the same everywhere."""
    pairs = invented(NUM_PAIRS)
    digest = sha256(repr(pairs).encode()).hexdigest()
    examples = Examples([pair for pair, _ in pairs], torch.tensor([label for _, label in pairs]))
    name = "invented-inference"
    return LabelledTexts(examples, classes=CLASSES, name=name, files=lambda: {"invented inference": digest})


def invented(num_pairs: int, seed: int = 0) -> list[tuple[tuple[str, str], int]]:
    """So many different pairs of premise and hypothesis, the classes by turns, and the number of the class of each."""
    drawn = random.Random(seed)
    pairs: dict[tuple[str, str], int] = {}
    while len(pairs) < num_pairs:
        wanted = len(pairs) % len(CLASSES)
        premise, hypothesis = scene(drawn), scene(drawn)
        alike = tuple(drawn.choice((one, one, other)) for one, other in zip(premise, hypothesis, strict=True))
        hypothesis = tuple(drawn.choice((part, MORE_GENERAL.get(part, part))) for part in alike)
        if hypothesis != premise and judged(premise, hypothesis) == wanted:
            pairs.setdefault((in_words(drawn, premise), in_words(drawn, hypothesis)), wanted)
    return list(pairs.items())


def scene(drawn: random.Random) -> Scene:
    """Somebody does one thing at one place; half the scenes leave the size open, a third the place."""
    size = drawn.choice(("", "", *SIZES))
    place = drawn.choice(PLACES) if drawn.random() < 2 / 3 else ""
    return size, drawn.choice(KINDS), drawn.choice(DEEDS), place


def judged(premise: Sequence[str], hypothesis: Sequence[str]) -> int:
    """Whether a scene follows from another: it contradicts if any part does, and is open if any other part is."""
    parts = [judged_part(one, other) for one, other in zip(premise, hypothesis, strict=True)]
    return next((label for label in (CONTRADICTION, NEUTRAL) if label in parts), ENTAILMENT)


def judged_part(premise: str, hypothesis: str) -> int:
    """What is said is the same or more general; or it is more special, or was left open; or it excludes the other."""
    if not hypothesis or hypothesis in general(premise):
        return ENTAILMENT
    return NEUTRAL if not premise or premise in general(hypothesis) else CONTRADICTION


def general(part: str) -> list[str]:
    """The part itself, and all that it is a kind of."""
    return [part, *general(MORE_GENERAL[part])] if part in MORE_GENERAL else [part]


def in_words(drawn: random.Random, parts: Sequence[str]) -> str:
    size, kind, deed, place = parts
    words = f"{size} {kind}".strip()
    subject = f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
    said = drawn.choice((f"{subject} {deed} {place}", f"{place} {subject} {deed}"))
    return f"{' '.join(said.split())} ."

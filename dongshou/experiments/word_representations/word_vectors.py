"""Word vectors that somebody else has trained: what lies near a word, analogies, and a map of words.

GloVe on 6 billion words of Wikipedia and newspapers (Pennington, Socher and Manning, 2014). How good they are is told
by people's judgements of pairs of words (Spearman's rank correlation) and by 19,544 analogies (Mikolov et al., 2013).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor, nn

from dongshou.data import Batches, Splits, WordVectors
from dongshou.data.sets.pretrained_vectors import find_pretrained
from dongshou.data.sources.files import fingerprints
from dongshou.errors import UsageError
from dongshou.notes import note
from dongshou.tasks.pictures.words import draw_analogies, draw_map
from dongshou.tasks.word_measures import word_metrics
from dongshou.tasks.words import WordLookup
from dongshou.training import Drew, Event, Exact, Finished, Procedure, Reported, Session
from dongshou.training.events import Metrics, Wrote
from dongshou.training.work import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Completed = Mapping[tuple[str, str, str], Mapping[str, float]]  # words of an analogy -> its answers, with cosines

SECTIONS = {"zh": "14.7", "en": "15.7"}

NEIGHBORS = 3  # of each word, as the book prints them
WORDS = ("chip", "baby", "beautiful", "he")
ANALOGIES = (
    "man:woman:son",
    "beijing:china:tokyo",
    "bad:worst:big",
    "do:did:go",
    "china:chinese:russia",
    "he:his:she",
)
AMONG = 30_000  # the most frequent words, among which an analogy's answer is sought
COURSE_NEIGHBORS = {  # what the book prints for its file; its cosines stand above the experiment
    "chip": ("chips", "intel", "electronics"),
    "baby": ("babies",),
    "beautiful": ("lovely",),
}
COURSE_ANALOGIES = {
    ("man", "woman", "son"): "daughter",
    ("beijing", "china", "tokyo"): "japan",
    ("bad", "worst", "big"): "biggest",
    ("do", "did", "go"): "went",
}


def book(cosine: float) -> Reported:
    """Printed to three digits."""
    return Reported(cosine, within=0.0006, two_sided=True)


@Exact(
    "d2l-zh 2.0, GloVe 6B 50d",
    course_answers=Reported(1.0, two_sided=True),
    chip_chips=book(0.856),
    chip_intel=book(0.749),
    chip_electronics=book(0.749),
    baby_babies=book(0.839),
    beautiful_lovely=book(0.921),
)
def experiment(
    vectors: Annotated[str, "glove, glove-6b-50d, glove-6b-50d-top500, or a text file of vectors"] = "glove",
    words: Annotated[tuple[str, ...], "words whose neighbours are listed"] = WORDS,
    analogies: Annotated[
        tuple[str, ...], "a is to b as c is to what: the three words with a colon between two"
    ] = ANALOGIES,
    map_words: Annotated[int, "words of the map, the most frequent ones made of letters"] = 200,
) -> Procedure:
    """The neighbours and analogies of the book, thirteen sets of judgements, all analogies, two maps.

    The whole of GloVe 6B 50d comes with the extra `pretrained`; without it the 500 most frequent words stand in, and
    say what they can. `course_answers` is the share of the book's nine answers that come out, of those whose words are
    there. A word of the settings that has no vector is left out, the default ones in silence.
    Raises UsageError for an analogy that is no three words, and where no word is there.
    """
    asked = [analogy_of(analogy) for analogy in analogies]

    def steps(session: Session) -> Iterator[Event]:
        table = find_pretrained(vectors).vectors
        tell_missing(table, [*(set(words) - {*WORDS}), *chain(*map(analogy_of, set(analogies) - {*ANALOGIES}))])
        neighbors = {word: table.nearest(word, NEIGHBORS) for word in words if word in table}
        completed = {given: table.analogy(*given) for given in asked if all(word in table for word in given)}
        if not neighbors and not completed:
            raise UsageError(f"None of the words asked for is among those of {vectors}: name others with --words.")
        if neighbors:
            yield Wrote("neighbors.csv", as_csv(neighbors, completed))
        yield from drawn(table, completed, map_words, session.seed)
        yield Finished(
            {"num_words": len(table), "size": table.size}
            | found(neighbors)
            | found({"_".join(given): answer for given, answer in completed.items()})
            | course_answers(table)
            | word_metrics(table, among=AMONG)
        )

    def respondent() -> Trained:
        table = find_pretrained(vectors).vectors
        data = Splits(Batches(torch.zeros(1, 1), batch_size=1), name=vectors)
        return Trained(data, Given(table.vectors), WordLookup(lambda: table.words))

    return Procedure(
        steps,
        data=lambda: find_pretrained(vectors).fingerprints() | fingerprints("word-similarity"),
        asked=respondent,
        asked_with="word",
    )


class Given(nn.Module):
    """A table (words, size) that is neither trained nor recorded: the file has it."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, rows: Tensor) -> Tensor:
        return self.weight[rows]


def analogy_of(text: str) -> tuple[str, str, str]:
    words = text.split(":")
    if len(words) != 3 or not all(words):
        raise UsageError(f'An analogy is three words with a colon between two, as in "man:woman:son"; got "{text}".')
    a, b, c = words
    return a, b, c


def tell_missing(table: WordVectors, asked: Iterable[str]) -> None:
    """A note of each word that has no vector, with words that are spelt alike."""
    for word in sorted({word for word in asked if word not in table}):
        note(f'"{word}" has no vector: what asks for it is left out.{table.spelled_alike(word)}')


def found(answers: Mapping[str, Mapping[str, float]]) -> Metrics:
    """`chip_intel`: the cosine of each answer, by question and answer."""
    return {f"{question}_{word}": cosine for question, near in answers.items() for word, cosine in near.items()}


def course_answers(table: WordVectors) -> Metrics:
    """The share of the book's answers that come out, of those whose words are all there."""
    right = [
        list(table.nearest(word, len(answers))) == list(answers)
        for word, answers in COURSE_NEIGHBORS.items()
        if all(one in table for one in (word, *answers))
    ]
    right += [
        list(table.analogy(*given)) == [answer]
        for given, answer in COURSE_ANALOGIES.items()
        if all(one in table for one in (*given, answer))
    ]
    return {"course_answers": sum(right) / len(right)} if right else {}


def drawn(table: WordVectors, completed: Completed, map_words: int, seed: int) -> Iterator[Drew]:
    words = [word for word in table.words[: 3 * map_words] if word.isalpha()][:map_words]
    if len(words) >= 4:
        yield Drew("map", draw_map(table, words, seed))
    if completed:
        yield Drew("analogies", parallelograms(table, completed))


def parallelograms(table: WordVectors, completed: Completed) -> Figure:
    return draw_analogies(table, [(*given, next(iter(answer))) for given, answer in completed.items()])


def as_csv(neighbors: Mapping[str, Mapping[str, float]], completed: Completed) -> str:
    """A line for each neighbour and each completed analogy."""
    asked = {**neighbors, **{f"{b} - {a} + {c}": answer for (a, b, c), answer in completed.items()}}
    lines = [f'"{question}","{word}",{cosine:.3f}' for question, near in asked.items() for word, cosine in near.items()]
    return "\n".join(["asked,word,cosine", *lines, ""])

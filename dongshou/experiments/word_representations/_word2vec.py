"""What skip-gram, CBOW and fastText share: two layers of vectors, trained, then judged by people's judgements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

from torch import nn
from torch.optim import Adam, SparseAdam

from dongshou import models
from dongshou.data.sets.word_similarity import read_judgements
from dongshou.data.sources import SOURCES, files
from dongshou.data.text.word_contexts import ContextSplits
from dongshou.data.text.word_vectors import WordVectors
from dongshou.notes import note
from dongshou.tasks.pictures.words import draw_map
from dongshou.tasks.word_contexts import WordContexts, vectors_of
from dongshou.tasks.word_measures import word_metrics, word_similarities
from dongshou.training import Drew, Event, Experiment, Finished
from dongshou.training.events import Metrics, Wrote

VectorSize = Annotated[int, "numbers in the vector of a word"]
Window = Annotated[int, "words to each side of a center, at most"]
NumNegatives = Annotated[int, "words drawn from the noise for each true one"]
Subsample = Annotated[float, "share of the text above which a word is left out now and then; 0 keeps all"]
LeftOut = Annotated[int, "words that occur less often than this are left out"]
Redraw = Annotated[bool, "draw sub-sampling, windows and negatives anew in every epoch, not once for all"]
AskedWords = Annotated[tuple[str, ...], "words whose neighbours are listed"]

BESIDE_GENSIM = "gensim 4.4 on the same words, settings and epochs"
WORDS = ("chip", "bank", "president")
NEIGHBORS = 5
ON_MAP = 120  # words, the most frequent of some length
SHORTEST_ON_MAP = 4  # letters: the shorter ones are the, of, to
JUDGED = ("wordsim_353", "simlex_999", "men", "analogies")
UNSEEN = "rare_words_unseen"  # similarity of pairs with a word that the text does not have


def word_experiment(
    data: ContextSplits,
    words: Sequence[str],
    *,
    size: int,
    lr: float,
    epochs: int,
    new_words: Sequence[str] = (),
    sparse: bool = False,
) -> Experiment:
    """Vectors of `size` numbers, by Adam; with `sparse` a step moves the rows alone that its batch has read.

    words, new_words  whose neighbours are listed, those of the latter by their sub-words
    """
    model = models.word2vec(data.num_inputs, data.questions.num_outputs, size=size, sparse=sparse)
    return Experiment(
        data=data,
        model=model,
        task=WordContexts(),
        optimizer=SparseAdam(list(model.parameters()), lr=lr)
        if sparse
        else Adam(model.parameters(), lr=lr, fused=True),
        epochs=epochs,
        sample=neighbors_in(data, words, new_words),
        conclude=judged(words, new_words),
        higher_is_better=(*JUDGED, UNSEEN),
    )


def neighbors_in(data: ContextSplits, words: Sequence[str], new_words: Sequence[str]) -> Callable[[nn.Module], str]:
    """`chip: microprocessor 0.83, intel 0.78`, a line for each word."""

    def sample(model: nn.Module) -> str:
        listed = neighbors(vectors_of(model, data), words)
        listed |= neighbors_of_new(model, data, new_words) if new_words else {}
        lines = (", ".join(f"{near} {cosine:.2f}" for near, cosine in found.items()) for found in listed.values())
        return "\n".join(f"{word}: {line}" for word, line in zip(listed, lines, strict=True))

    return sample


def neighbors(vectors: WordVectors, words: Sequence[str]) -> dict[str, dict[str, float]]:
    """The nearest of each word that has a vector; of none, those of the most frequent words."""
    known = [word for word in words if word in vectors] or vectors.words[: len(words)]
    return {word: vectors.nearest(word, NEIGHBORS) for word in known}


def neighbors_of_new(model: nn.Module, data: ContextSplits, words: Sequence[str]) -> dict[str, dict[str, float]]:
    """The nearest words of the text to each of these, which are no neighbours of each other."""
    vectors = vectors_of(model, data, words)
    known = [word for word in words if word in vectors]
    return {word: vectors.nearest(word, NEIGHBORS, {*known} - {word}) for word in known}


def judged(words: Sequence[str], new_words: Sequence[str] = ()) -> Callable[[Experiment, Finished], Iterator[Event]]:
    """The neighbours as a table, a map, and what people's judgements and analogies say of the vectors."""

    def conclude(experiment: Experiment, finished: Finished) -> Iterator[Event]:
        data, task = experiment.data, experiment.task
        assert isinstance(data, ContextSplits) and isinstance(task, WordContexts)
        vectors = vectors_of(experiment.model, data)
        listed = neighbors(vectors, words)
        yield Wrote("neighbors.csv", as_csv(listed))
        if new_words:
            yield Wrote("new-words.csv", as_csv(neighbors_of_new(experiment.model, data, new_words)))
        on_map = [word for word in vectors.words if word.isalpha() and len(word) >= SHORTEST_ON_MAP][:ON_MAP]
        if len(on_map) > NEIGHBORS:
            yield Drew("map", draw_map(vectors, on_map))
        first = {f"{word}_{near}": cosine for word, found in listed.items() for near, cosine in [*found.items()][:1]}
        metrics = {"loss_over_epochs": task.overall} | first | measured(vectors)
        if data.subwords is not None:
            metrics |= measured_of_unseen(experiment.model, data)
        yield Finished(finished.metrics | metrics, finished.best, finished.reading)

    return conclude


def measured(vectors: WordVectors) -> Metrics:
    """Those of `word_metrics` that are `JUDGED`, and by how many pairs and analogies.

    A note where these do not lie here: what learns from a text that is always there needs no download.
    """
    source = SOURCES["word-similarity"]
    if not files.is_here(source):
        note("Similarity and analogies are not measured: dongshou data fetch word-similarity")
        return {}
    metrics = word_metrics(vectors)
    named = [name for judged in JUDGED for name in (judged, f"{judged}_pairs", f"{judged}_asked")]
    return {name: metrics[name] for name in named if name in metrics}


def measured_of_unseen(model: nn.Module, data: ContextSplits) -> Metrics:
    """Spearman's correlation by pairs of rare words, of which one or both are not in the text: by their n-grams alone.

    Guesses are within 2 / sqrt(pairs) of 0, nineteen times of twenty.
    """
    if not files.is_here(SOURCES["word-similarity"]):
        return {}
    pairs = read_judgements()["rare_words"]
    vectors = vectors_of(model, data, sorted({word.lower() for word in (*pairs.one, *pairs.other)}))
    found = word_similarities(vectors, num_seen=len(data.words()))["rare_words"]
    return {UNSEEN: found.spearman, f"{UNSEEN}_pairs": found.pairs} if found.pairs > 1 else {}


def as_csv(listed: dict[str, dict[str, float]]) -> str:
    rows = (f"{word},{near},{cosine:.4f}\n" for word, found in listed.items() for near, cosine in found.items())
    return "word,neighbor,cosine\n" + "".join(rows)

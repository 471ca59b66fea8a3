"""What word vectors of gensim are worth on the very words that ours learn from: the figures behind the goals."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch
from rich.console import Console
from rich.progress import track

from benchmarks.results import RESULTS, Sheet, circumstances, markdown, show, summary, write
from benchmarks.words import NEGATIVES, SIZE, SUBSAMPLE, WINDOW, lines_of, read, words_of
from dongshou.data import WordVectors
from dongshou.data.sets.word_similarity import read_judgements
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.word_representations._word2vec import JUDGED, UNSEEN
from dongshou.tasks.word_measures import word_metrics, word_similarities

KINDS: dict[str, dict[str, Any]] = {
    "skip-gram": {"sg": 1, "negative": NEGATIVES},
    "skip-gram, tree": {"sg": 1, "hs": 1, "negative": 0},
    "cbow": {"sg": 0, "negative": NEGATIVES},
    "cbow, tree": {"sg": 0, "hs": 1, "negative": 0},
    "fasttext": {"sg": 1, "negative": NEGATIVES, "bucket": 200_000},
}
COLUMNS = ("model", "epochs", *JUDGED, UNSEEN)
SEEDS = 3
ALL_WORDS = 1 << 60


def benchmark(text: str = "ptb", epochs: int = 5, kinds: tuple[str, ...] = tuple(KINDS), seeds: int = SEEDS) -> None:
    """Train gensim's models and measure their vectors as ours are measured.

    Args:
        text: One of `dongshou data list`, or a text file.
        epochs: Passes over it.
        kinds: Which models.
        seeds: How many of each.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise UsageError(f"gensim is asked for {', '.join(KINDS)}; got {', '.join(unknown)}.")
    if find_spec("gensim") is None:
        raise DongshouError("There is nothing to compare with: pip install 'dongshou[bench]' for the peers.")
    data = read(text, ALL_WORDS)
    words = data.vocabulary.to_list()
    lines = [[words[word] for word in line] for line in lines_of(words_of(data))]
    rows = [row(kind, lines, epochs, seeds) for kind in kinds]
    show(sheet(rows))
    content = circumstances() | {"text": text, "rows": rows}
    content["versions"] |= {"gensim": version("gensim")}
    write(RESULTS, "gensim_vectors", content, in_markdown(content))


def row(kind: str, lines: list[list[str]], epochs: int, seeds: int) -> dict[str, Any]:
    """The spread of every measure over the seeds, plain data."""
    found = [
        measured(lines, epochs, seed, **KINDS[kind]) for seed in track(range(seeds), kind, console=Console(stderr=True))
    ]
    return {"model": kind, "epochs": epochs} | {
        name: summary([one[name] for one in found]) for name in COLUMNS[2:] if name in found[0]
    }


def measured(lines: list[list[str]], epochs: int, seed: int, **settings: Any) -> dict[str, float]:
    """One model by one thread: its figures are those of the seed."""
    from gensim.models import FastText, Word2Vec  # pyright: ignore[reportMissingImports]

    kind = FastText if "bucket" in settings else Word2Vec
    model = kind(
        lines,
        vector_size=SIZE,
        window=WINDOW,
        sample=SUBSAMPLE,
        min_count=1,
        epochs=epochs,
        seed=seed + 1,
        workers=1,
        **settings,
    )
    words = list(model.wv.index_to_key)
    metrics = word_metrics(vectors_of(model, words))
    if kind is FastText:
        judged = {word.lower() for sets in read_judgements().values() for word in (*sets.one, *sets.other)}
        unseen = sorted(judged - {*words})
        table = vectors_of(model, [*words, *unseen])
        metrics[UNSEEN] = word_similarities(table, num_seen=len(words))["rare_words"].spearman
    return metrics


def vectors_of(model: Any, words: Sequence[str]) -> WordVectors:
    return WordVectors(words, torch.stack([torch.from_numpy(model.wv[word].copy()) for word in words]))


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        f"gensim's models, trained on the words of {content['text']} that ours learn from: {SIZE} numbers a word,"
        f" windows of up to {WINDOW} words to each side, {NEGATIVES} negatives or a Huffman tree, by one thread. Median"
        f" of the seeds, and their range. Similarity is Spearman's correlation with people's judgements; {UNSEEN}: of"
        " pairs with a word that the text does not have.",
    ]
    return markdown("Word vectors of gensim", paragraphs, content, [sheet(content["rows"])])


def sheet(rows: Sequence[dict[str, Any]]) -> Sheet:
    return Sheet("Word vectors of gensim", COLUMNS, [*map(in_words, rows)], COLUMNS[1:], [])


def in_words(row: dict[str, Any]) -> list[str]:
    """The cells of a row, in the order of the columns."""
    return [row["model"], str(row["epochs"]), *(in_range(row[name]) if name in row else "" for name in COLUMNS[2:])]


def in_range(figure: dict[str, float]) -> str:
    return f"{figure['median']:.3f} ({figure['min']:.3f}-{figure['max']:.3f})"

"""word2vec: words a second, ours beside gensim's compiled loop and the way of courses; the making of contexts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from torch.optim import Adam

from benchmarks import looped_words
from benchmarks.contenders import Target
from benchmarks.language.work import Clock, clock_of
from benchmarks.results import (
    RESULTS,
    VERDICTS,
    Sheet,
    circumstances,
    markdown,
    ratios,
    show,
    spread,
    summary,
    threads_in_words,
    write,
)
from benchmarks.rounds import cores
from dongshou import models
from dongshou.data import load_contexts
from dongshou.data.text.contexts import ContextBatches
from dongshou.data.text.word_contexts import ContextSplits
from dongshou.errors import UsageError
from dongshou.tasks.word_contexts import WordContexts

SIZE, WINDOW, NEGATIVES, SUBSAMPLE, RARE, BATCH, LR = 100, 5, 5, 1e-4, 10, 512, 0.002
COLUMNS = ("work", "contender", "words/s", "ours/it", "min-max", "target", "verdict")


@dataclass(frozen=True)
class Turn:
    """What a contender does with the words of the text once; `do` is timed, and prepared beforehand.

    target  for ours beside it
    """

    name: str
    do: Callable[[], object]
    target: Target | None = None


def benchmark(text: str = "ptb", rounds: int = 5, threads: int = 1, num_words: int = 200_000) -> None:
    """Time skip-gram with negatives on the beginning of a text, and the making of its contexts.

    Args:
        text: One of `dongshou data list`, or a text file.
        rounds: How often each contender has its turn.
        threads: Of torch and of gensim.
        num_words: Of the text, which all contenders read.
    """
    if rounds < 1 or not 1 <= threads <= cores():
        raise UsageError(f"rounds of 1 or more and 1 to {cores()} threads are needed; got {rounds} and {threads}.")
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        rows, left_out = compare(text, rounds, threads, num_words)
    finally:
        torch.set_num_threads(before)
    show(sheet(rows, left_out, threads))
    content = circumstances() | {"text": text, "rounds": rounds, "threads": threads, "rows": rows, "left_out": left_out}
    content["versions"] |= {name: version(name) for name in ("gensim",) if find_spec(name)}
    write(RESULTS, "words", content, in_markdown(content))


def compare(text: str, rounds: int, threads: int, num_words: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A row for each contender, plain data, and why others were left out."""
    data = read(text, num_words)
    train = words_of(data)
    lines = lines_of(train)
    left_out = {} if find_spec("gensim") else {"gensim": "not installed: pip install 'dongshou[bench]'"}
    works = {
        "training": [ours(data)] + ([gensim(lines, threads)] if not left_out else []),
        "training, drawn once": [ours(read(text, num_words, redraw=False)), course(data, lines)],
        "contexts": contexts(train, lines),
    }
    clock = clock_of("cpu", threads)
    rows = [row for work, turns in works.items() for row in measure(work, turns, rounds, train.num_examples, clock)]
    return rows, left_out


def read(text: str, num_words: int, redraw: bool = True) -> ContextSplits:
    """The beginning of the text."""
    data = load_contexts(
        text,
        BATCH,
        window=WINDOW,
        num_negatives=NEGATIVES,
        subsample=SUBSAMPLE,
        min_frequency=RARE,
        redraw=redraw,
    )
    train = words_of(data)
    train.limit(min(num_words, train.num_examples))
    return data


def words_of(data: ContextSplits) -> ContextBatches:
    train = data.train()
    assert isinstance(train, ContextBatches)
    return train


def lines_of(train: ContextBatches) -> list[list[int]]:
    _, lengths = train.lines.unique_consecutive(return_counts=True)
    return [part.tolist() for part in train.tokens.split(lengths.tolist())]


def ours(data: ContextSplits) -> Turn:
    """A pass over the text: contexts drawn, unless they are kept, and learnt."""
    model, task = models.word2vec(data.num_inputs, size=SIZE), WordContexts()
    optimizer = Adam(model.parameters(), lr=LR, fused=True)

    def do() -> None:
        for batch in words_of(data):
            task.step(model, batch, optimizer)

    return Turn("ours", do)


def course(data: ContextSplits, lines: list[list[int]]) -> Turn:
    """A pass over contexts that were drawn beforehand, once for all."""
    looped = looped_words.LoopedWord2Vec(data.num_inputs, SIZE)
    optimizer = Adam(looped.parameters(), lr=LR)
    made = looped_words.examples(looped_words.subsampled(lines, SUBSAMPLE), WINDOW, NEGATIVES)
    return Turn("course", lambda: looped_words.train(looped, made, BATCH, optimizer), Target("it", at_least=20))


def gensim(lines: list[list[int]], threads: int) -> Turn:
    from gensim.models import Word2Vec  # pyright: ignore[reportMissingImports]

    words = [[str(word) for word in line] for line in lines]
    model = Word2Vec(
        vector_size=SIZE, window=WINDOW, negative=NEGATIVES, sample=SUBSAMPLE, min_count=1, sg=1, workers=threads
    )
    model.build_vocab(words)
    return Turn("gensim", lambda: model.train(words, total_examples=len(words), epochs=1), Target("it", at_least=0.5))


def contexts(train: ContextBatches, lines: list[list[int]]) -> list[Turn]:
    """Sub-sampling, windows, negatives and batches of the whole text, without learning."""

    def looped() -> None:
        made = looped_words.examples(looped_words.subsampled(lines, SUBSAMPLE), WINDOW, NEGATIVES)
        for start in range(0, len(made), BATCH):
            looped_words.collate(made[start : start + BATCH])

    return [Turn("ours", lambda: [None for _ in train]), Turn("course", looped, Target("it", at_least=30))]


def measure(work: str, turns: Sequence[Turn], rounds: int, num_words: int, clock: Clock) -> list[dict[str, Any]]:
    """Let them take turns; what each did before the first round does not count."""
    rates: dict[str, list[float]] = {turn.name: [] for turn in turns}
    for number in track(range(rounds + 1), work, console=Console(stderr=True)):
        for turn in turns:
            start = clock()
            turn.do()
            if number > 0:
                rates[turn.name].append(num_words / (clock() - start))
    return [row(work, turn, rates) for turn in turns]


def row(work: str, turn: Turn, rates: dict[str, list[float]]) -> dict[str, Any]:
    ratio = summary(ratios(rates["ours"], rates[turn.name]))
    return {
        "work": work,
        "contender": turn.name,
        "words_a_second": summary(rates[turn.name]),
        "ours_to_it": ratio,
        "target": None if turn.target is None else f">= {turn.target.at_least:g}",
        "reached": None if turn.target is None else turn.target.is_reached(ratio["median"]),
    }


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        f"Skip-gram on the beginning of {content['text']}: {SIZE} numbers a word, windows of up to {WINDOW} words to"
        f" each side, {NEGATIVES} negatives; ours and course in batches of {BATCH} centers with Adam, gensim word by"
        " word with SGD. Words a second are those of the text, before sub-sampling.",
        f"The contenders take turns, {content['rounds']} rounds; ratios are taken within a round, of which the median"
        " is given. With one thread the time is the processor's, with more it is that on the clock.",
        "training: a pass, contexts drawn and learnt; drawn once: a pass over contexts that were drawn beforehand, as"
        " courses have it. contexts: drawn and put into batches, not learnt. course: loops over the words, padded"
        " batches, a matrix product for each center.",
    ]
    sheets = [sheet(content["rows"], content["left_out"], content["threads"])]
    return markdown("Words a second of word2vec", paragraphs, content, sheets)


def sheet(rows: Sequence[dict[str, Any]], left_out: dict[str, str], threads: int) -> Sheet:
    notes = [f"Left out: {name} ({reason})." for name, reason in left_out.items()]
    return Sheet(f"word2vec, {threads_in_words(threads).lower()}", COLUMNS, [*map(in_words, rows)], COLUMNS[2:5], notes)


def in_words(row: dict[str, Any]) -> list[str]:
    """The cells of a row, in the order of the columns."""
    ratio = row["ours_to_it"]
    rate = f"{row['words_a_second']['median']:,.0f}"
    figures = [rate, f"{ratio['median']:.2f}", spread(ratio)]
    return [row["work"], row["contender"], *figures, row["target"] or "", VERDICTS[row["reached"]]]

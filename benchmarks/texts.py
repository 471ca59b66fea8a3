"""TextCNN: an epoch of ours beside a bare loop over the same batches of texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from benchmarks.contenders import Target
from benchmarks.language.work import clock_of
from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, show, spread, threads_in_words, write
from benchmarks.rounds import cores
from benchmarks.turns import OURS, Turn, measure
from dongshou import experiments
from dongshou.data.text.padding import PaddedBatches
from dongshou.errors import UsageError
from dongshou.training import Evaluated, Experiment, Session, fit

COLUMNS = ("contender", "s/epoch", "ours/it", "min-max", "target", "verdict")
ENDLESS = 100_000  # epochs
AT_MOST = 1.05  # times as long as the bare loop


def benchmark(texts: str = "sst", rounds: int = 5, threads: int = 1, examples: int = 6920) -> None:
    """Time the training epoch of `sentiment-cnn`: batches, forward, backward, Adam, and the metrics that ours takes.

    Args:
        texts: Labelled texts of `dongshou data list`, or a file or folder of your own.
        rounds: How often each contender has its turn.
        threads: Of torch.
        examples: To train on, at most.
    """
    if rounds < 1 or not 1 <= threads <= cores() or examples < 1:
        raise UsageError(
            f"rounds and examples of 1 or more and 1 to {cores()} threads are needed; got {rounds}, {examples} and"
            f" {threads}."
        )
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        turns = [
            Turn(OURS, ours(made(texts, examples))),
            Turn("bare", bare(made(texts, examples)), Target("it", at_most=AT_MOST)),
        ]
        rows = measure("texts", turns, rounds, clock_of("cpu", threads))
    finally:
        torch.set_num_threads(before)
    content = circumstances() | {"texts": texts, "rounds": rounds, "threads": threads, "rows": rows}
    show(sheet(content))
    write(RESULTS, "texts", content, in_markdown(content))


def made(texts: str, examples: int) -> Experiment:
    """The experiment, from the same weights each time."""
    torch.manual_seed(0)
    experiment: Any = experiments.sentiment_cnn(texts=texts, epochs=ENDLESS)  # pyright: ignore[reportAttributeAccessIssue]
    experiment.data.train().limit(examples)
    return experiment


def ours(experiment: Experiment) -> Callable[[], None]:
    """As everybody runs it, through `fit`: each epoch ends with the accuracy on the validation and the test texts."""
    experiment.early_stopping = None
    events = fit(experiment, Session(device="cpu"))

    def epoch() -> None:
        next(event for event in events if isinstance(event, Evaluated))

    return epoch


def bare(experiment: Experiment) -> Callable[[], None]:
    """A plain loop over tensors in memory: texts of similar length share a batch, as in ours."""
    model, optimizer = experiment.model, experiment.optimizer
    parts = [experiment.data.train(), experiment.data.valid(), experiment.data.test()]
    train, *held_out = [tensors_of(part) for part in parts if isinstance(part, PaddedBatches)]

    def epoch() -> None:
        model.train()
        for inputs, labels in shuffled(*train):
            loss = cross_entropy(model(inputs), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for part in held_out:
                sum((model(inputs).argmax(1) == labels).sum() for inputs, labels in in_order(*part))

    return epoch


def tensors_of(part: PaddedBatches) -> tuple[Tensor, Tensor, Tensor, int]:
    """Tokens (texts, longest), lengths (texts,), classes (texts,), and the texts of a batch."""
    (tokens, lengths), labels = part.sequences[0], part.labels
    assert labels is not None, "every text has a class"
    return tokens, lengths, labels, part.batch_size


def shuffled(tokens: Tensor, lengths: Tensor, labels: Tensor, batch_size: int) -> Iterator[tuple[Any, Tensor]]:
    order = torch.randperm(len(labels))
    batches = order[lengths[order].argsort(stable=True)].split(batch_size)
    for number in torch.randperm(len(batches)).tolist():
        rows = batches[number]
        yield cut(tokens[rows], lengths[rows]), labels[rows]


def in_order(tokens: Tensor, lengths: Tensor, labels: Tensor, batch_size: int) -> Iterator[tuple[Any, Tensor]]:
    for rows in lengths.argsort(stable=True).split(batch_size):
        yield cut(tokens[rows], lengths[rows]), labels[rows]


def cut(tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """No longer than the longest text of the batch."""
    return tokens[:, : int(lengths.max())], lengths


def sheet(content: dict[str, Any]) -> Sheet:
    title = f"TextCNN on {content['texts']}, {threads_in_words(content['threads']).lower()}"
    return Sheet(title, COLUMNS, [in_words(row) for row in content["rows"]], COLUMNS[1:4])


def in_words(row: dict[str, Any]) -> list[str]:
    ratio = row["ours_to_it"]
    figures = [f"{row['seconds']['median']:.2f}", f"{ratio['median']:.3f}", spread(ratio)]
    return [row["contender"], *figures, row["target"] or "", VERDICTS[row["reached"]]]


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        "An epoch of `sentiment-cnn`: 300 numbers a word, a hundred filters of each width, batches of 50 texts, Adam;"
        " then the accuracy on the validation and the test texts. ours: through `fit`, with the losses and accuracies"
        " of all parts. bare: a plain loop over tensors in memory with the same model, whose texts of similar length"
        " share a batch, too; it counts what is right of what it has not trained on.",
        f"They take turns, {content['rounds']} rounds; ratios are taken within a round, of which the median is given."
        " With one thread the time is the processor's, with more it is that on the clock.",
    ]
    return markdown("An epoch of TextCNN", paragraphs, content, [sheet(content)])

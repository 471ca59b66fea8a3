"""BERT's pre-training: pairs of sentences a second, ours as everybody runs it beside Hugging Face's Trainer."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch
from rich.console import Console
from rich.progress import track

from benchmarks.contenders import Target
from benchmarks.language.work import Stepwise, Timed, clock_of
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
from dongshou.data import TextSplits
from dongshou.errors import UsageError
from dongshou.experiments.word_representations import bert_pretrain
from dongshou.training import Experiment, Session, Stepped, fit

SEED = 0
ENDLESS = 1_000_000  # epochs: a contender trains until nobody asks for another step
PEERS = ("transformers", "accelerate", "tokenizers")
TARGETS = {"ours": None, "trainer": Target("it", at_least=1.3), "trainer-grouped": Target("it", at_least=1.3)}
COLUMNS = ("contender", "pairs/s", "ours/it", "min-max", "target", "verdict")


def benchmark(text: str = "wikitext-2", rounds: int = 3, threads: int = 1, num_pairs: int = 640) -> None:
    """Time bert-pretrain:small and the same network in the hands of Hugging Face's Trainer.

    Args:
        text: A text of `dongshou data list`, or a text file.
        rounds: How often each contender has its turn.
        threads: Of torch.
        num_pairs: Pairs of sentences, of which a turn is one pass.
    """
    if rounds < 1 or not 1 <= threads <= cores():
        raise UsageError(f"rounds of 1 or more and 1 to {cores()} threads are needed; got {rounds} and {threads}.")
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        rows, left_out = compare(text, rounds, threads, num_pairs)
    finally:
        torch.set_num_threads(before)
    show(sheet(rows, left_out, threads))
    content = circumstances() | {"text": text, "rounds": rounds, "threads": threads, "num_pairs": num_pairs}
    content |= {"work": in_one_line(work(text, num_pairs)), "rows": rows, "left_out": left_out}
    content["versions"] |= {name: version(name) for name in PEERS if find_spec(name)}
    write(RESULTS, "pretraining", content, in_markdown(content))


def compare(text: str, rounds: int, threads: int, num_pairs: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A row for each contender, plain data, and why others were left out."""
    by_name: dict[str, Timed] = {"ours": ours(text, num_pairs)}
    missing = [name for name in PEERS if not find_spec(name)]
    if not missing:
        from benchmarks.bert_trainer import Trained

        made = {name: Trained(work(text, num_pairs), name.endswith("grouped")) for name in TARGETS if name != "ours"}
        by_name.update(made)
    reason = f"{', '.join(missing)} not installed: pip install 'dongshou[bench]'"
    left_out = {name: reason for name in TARGETS if name not in by_name}
    clock, experiment = clock_of("cpu", threads), work(text, num_pairs)
    num_steps, num_examples = len(experiment.data.train()), experiment.data.train().num_examples
    rates: dict[str, list[float]] = {name: [] for name in by_name}
    for number in track(range(rounds + 1), "pre-training", console=Console(stderr=True)):
        for name, timed in by_name.items():
            seconds = timed.seconds(num_steps, clock)
            if number > 0:  # what each did before the first round does not count
                rates[name].append(num_examples / seconds)
    return [row(name, rates) for name in by_name], left_out


def work(text: str, num_pairs: int) -> Experiment:
    """bert-pretrain:small on the first pairs of the text, from the same weights each time."""
    torch.manual_seed(SEED)
    experiment: Any = bert_pretrain.small(text, epochs=ENDLESS)
    data = experiment.data
    train = data.train()
    train.limit(min(num_pairs, train.num_examples))
    experiment.data = TextSplits(train, vocabulary=data.vocabulary, name=data.name)  # nothing is measured in between
    return experiment


def ours(text: str, num_pairs: int) -> Stepwise:
    """Through the loop that `dongshou run` has, its metrics being taken; pairs and gaps are drawn in each pass."""
    experiment = work(text, num_pairs)
    events = fit(experiment, Session())
    return Stepwise(experiment.model, (event for event in events if isinstance(event, Stepped)))


def row(name: str, rates: dict[str, list[float]]) -> dict[str, Any]:
    ratio, target = summary(ratios(rates["ours"], rates[name])), TARGETS[name]
    return {
        "contender": name,
        "pairs_a_second": summary(rates[name]),
        "ours_to_it": ratio,
        "target": None if target is None else f">= {target.at_least:g}",
        "reached": None if target is None else target.is_reached(ratio["median"]),
    }


def in_one_line(experiment: Experiment) -> str:
    model: Any = experiment.model
    batches: Any = experiment.data.train()
    num_parameters = sum(parameter.numel() for parameter in model.parameters())
    return (
        f"bert-pretrain:small, {num_parameters:,} parameters, on the first {batches.num_examples:,} pairs of sentences"
        f" of {experiment.data.name}, in batches of {batches.batch_size}."
    )


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        content["work"],
        f"The contenders take turns, a pass over the pairs each, {content['rounds']} rounds; ratios are taken within a"
        " round, of which the median is given. With one thread the time is the processor's, with more it is that on the"
        " clock.",
        "ours: through the loop of `dongshou run`; pairs and gaps are drawn anew in each pass, pairs of similar length"
        " share a batch, and words are computed where one is asked for. trainer: BertForPreTraining of transformers in"
        " the same size, trained by its Trainer; its pairs are made beforehand, its collator draws the gaps and pads"
        " each batch to its longest pair; words are computed at every position. trainer-grouped: pairs of similar"
        " length share a batch, there too.",
    ]
    sheets = [sheet(content["rows"], content["left_out"], content["threads"])]
    return markdown("Pairs of sentences a second in the pre-training of BERT", paragraphs, content, sheets)


def sheet(rows: Sequence[dict[str, Any]], left_out: dict[str, str], threads: int) -> Sheet:
    notes = [f"Left out: {name} ({reason})." for name, reason in left_out.items()]
    title = f"bert-pretrain:small, {threads_in_words(threads).lower()}"
    return Sheet(title, COLUMNS, [*map(in_words, rows)], COLUMNS[1:4], notes)


def in_words(row: dict[str, Any]) -> list[str]:
    """The cells of a row, in the order of the columns."""
    ratio = row["ours_to_it"]
    figures = [f"{row['pairs_a_second']['median']:,.0f}", f"{ratio['median']:.2f}", spread(ratio)]
    return [row["contender"], *figures, row["target"] or "", VERDICTS[row["reached"]]]

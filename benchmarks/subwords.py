"""Sub-words by byte-pair encoding: learning them and encoding with them, beside Hugging Face's tokenizers (Rust)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from time import process_time
from typing import Any

from benchmarks.results import RESULTS, VERDICTS, Sheet, circumstances, markdown, ratios, show, spread, summary, write
from dongshou.data import BytePairs
from dongshou.data.sets.corpora import read_corpus
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.word_representations._beside_tokenizers import learnt_by_them

COLUMNS = ("work", "tokenizers MB/s", "ours MB/s", "times as long", "min-max", "target", "verdict")
NUMBERS = COLUMNS[1:5]
MOST = {"learn": 3.0, "encode": 5.0, "encode again": 5.0}  # times as long as theirs, at most


def benchmark(
    text: str = "tiny-shakespeare", characters: int = 1_000_000, num_tokens: int = 8000, rounds: int = 7
) -> None:
    """Time both, in turns, in seconds of the processor.

    Args:
        text: A text of `dongshou data list`, or a text file.
        characters: So many of it.
        num_tokens: Of the vocabulary.
        rounds: How often each has its turn.
    """
    if rounds < 1 or characters < 1:
        raise UsageError(f"rounds and characters must be at least 1; got {rounds} and {characters}.")
    if find_spec("tokenizers") is None:
        raise DongshouError("There is nothing to compare with: pip install 'dongshou[bench]' for the peers.")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # one thread, as ours
    rows = compare(read_corpus(text).train[:characters], num_tokens, rounds)
    content = circumstances() | {"text": text, "characters": characters, "tokens": num_tokens}
    content["versions"] |= {"tokenizers": version("tokenizers")}
    content |= {"rounds": rounds, "rows": rows}
    show(sheet(content))
    write(RESULTS, "subwords", content, in_markdown(content))


def compare(text: str, num_tokens: int, rounds: int) -> list[dict[str, Any]]:
    """A row for each kind of work, plain data. Raises DongshouError when the two do not do the same work."""
    seconds: dict[str, dict[str, list[float]]] = {work: {"tokenizers": [], "ours": []} for work in MOST}
    for _ in range(rounds):
        theirs, learning = timed(lambda: learnt_by_them(text, num_tokens, by_bytes=True))
        ours, our_learning = timed(lambda: BytePairs.learn(text, num_tokens))
        of_round = {"learn": (learning, our_learning)}
        for work in ("encode", "encode again"):
            encoded, time = timed(lambda theirs=theirs: theirs.encode(text).ids)
            by_us, our_time = timed(lambda ours=ours: ours.encode(text))
            if encoded != by_us:
                raise DongshouError("The two encode the text in other numbers, not the same work.")
            of_round[work] = (time, our_time)
        for work, (time, our_time) in of_round.items():
            seconds[work]["tokenizers"].append(time)
            seconds[work]["ours"].append(our_time)
    return [row(work, times, len(text.encode()) / 1e6) for work, times in seconds.items()]


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    start = process_time()
    result = do()
    return result, process_time() - start


def row(work: str, seconds: dict[str, list[float]], megabytes: float) -> dict[str, Any]:
    times_as_long = summary(ratios(seconds["ours"], seconds["tokenizers"]))
    return {
        "work": work,
        "megabytes_a_second": {name: summary([megabytes / one for one in times]) for name, times in seconds.items()},
        "times_as_long": times_as_long,
        "target": f"<= {MOST[work]:g}",
        "reached": times_as_long["median"] <= MOST[work],
    }


def sheet(content: dict[str, Any]) -> Sheet:
    title = f"{content['characters']:,} characters of {content['text']}, {content['tokens']:,} tokens"
    return Sheet(title, COLUMNS, [in_words(row) for row in content["rows"]], NUMBERS)


def in_words(row: dict[str, Any]) -> Sequence[str]:
    rates = [f"{row['megabytes_a_second'][name]['median']:.2f}" for name in ("tokenizers", "ours")]
    long = row["times_as_long"]
    return [row["work"], *rates, f"{long['median']:.2f}", spread(long), row["target"], VERDICTS[row["reached"]]]


def in_markdown(content: dict[str, Any]) -> str:
    paragraphs = [
        "Byte-level byte-pair encoding: ours in Python, `tokenizers` in Rust, one thread each, the same merges and the"
        f" same numbers. They take turns, {content['rounds']} rounds; the times are the processor's, ratios are taken"
        " within a round, of which the median is given.",
        "encode: with what was just learnt, no word met before. encode again: the same text once more, when both"
        " remember their words.",
    ]
    return markdown("Sub-words, beside Hugging Face's tokenizers", paragraphs, content, [sheet(content)])

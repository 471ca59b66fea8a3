"""Byte-pair encoding: the sub-words of a text, learnt by merging what stands side by side most often.

A word that was never seen is no longer unknown: it is spelt in pieces that were. The vocabulary is as large as one
likes, between the bytes or characters, which make a text long, and the words, of which there are too many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import torch

from dongshou.data import Batches, BytePairs, Splits
from dongshou.data.sets.corpora import read_corpus
from dongshou.data.sources import SOURCES
from dongshou.data.text.subwords import plain
from dongshou.data.text.subwords.symbols import Symbols
from dongshou.drawing import new_axes
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import Encoding, Text
from dongshou.experiments.word_representations._beside_tokenizers import compared
from dongshou.experiments.word_representations._merge_trees import draw_trees, leaves_of, made_by
from dongshou.tasks.subwords import SubwordEncoding, Subwords
from dongshou.training import Drew, Event, Exact, Finished, Procedure, Reading, Reported, Session, Stepped, Wrote
from dongshou.training.events import Metrics, Sampled, learnt
from dongshou.training.work import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECTIONS = {"zh": "14.6", "en": "15.6"}

DRAWN = 6  # tokens as trees
LONG = 5  # symbols of such a token, at least
SAMPLE = 80  # characters of the text held out that are shown in sub-words

# The book's words, `_` at their ends, how often each occurs, and what it merges
BOOK = {"fast_": 4, "faster_": 3, "tall_": 5, "taller_": 4}
PRINTED = ["ta", "tal", "tall", "fa", "fas", "fast", "er", "er_", "tall_", "fast_"]

VocabularySize = Annotated[int, "tokens that the vocabulary is to have"]

NONE = Reported(0.0, two_sided=True)
ROUND_TRIP = Exact("a text comes back as it was", wrong_characters=NONE)
AS_TOKENIZERS = Exact("Hugging Face's tokenizers, the same text", different_merges=NONE, different_numbers=NONE)


@ROUND_TRIP
@AS_TOKENIZERS
def experiment(
    text: Text = "python-manual",
    num_tokens: VocabularySize = 4000,
    symbols: Annotated[Symbols, "what words are spelt in: the bytes of their UTF-8, or characters"] = "byte",
    held_out: Annotated[float, "share of the text held out, at its end"] = 0.1,
    encoding: Encoding = "utf-8",
) -> Procedure:
    """The sub-words of a text of yours: how much shorter it becomes, and the rest of it, which was not learnt from.

    times_shorter  symbols for each token; characters_a_token beside it. `merges.tsv` has the merges in their order,
    `tokenizer.json` is what Hugging Face's tokenizers open. `predict` gives the tokens of any text and their numbers.
    """
    if not 0 < held_out < 1:
        raise UsageError(f"0 < held-out < 1 must hold; got held-out {held_out}.")

    def steps(session: Session) -> Iterator[Event]:
        whole = read_corpus(text, encoding).train[: session.limit]
        learnt_from, rest = parted(whole, held_out)
        pairs = BytePairs.learn(learnt_from, num_tokens, symbols)
        yield learnt(Subwords(pairs).state_dict())
        growth = {}
        for number in numbers_of_merges(len(pairs.merges)):
            fewer = BytePairs(pairs.tokens, pairs.merges[:number], symbols)
            growth[number] = measured(fewer, learnt_from, "") | measured(fewer, rest, "test_")
            yield Stepped(number, 1, len(pairs.merges), metrics=growth[number])
        yield Sampled(len(pairs.merges), 1, in_subwords(pairs, rest))
        yield Drew("growth", draw_growth(growth, symbols))
        if tokens := often_and_long(pairs, learnt_from):
            yield Drew("merges", draw_trees(tokens, pairs.merges, lambda token: shown(pairs, token)))
        yield Wrote("merges.tsv", as_table(pairs, learnt_from))
        yield Wrote("tokenizer.json", pairs.to_json())
        wrong = sum(one != other for one, other in zip(pairs.decode(pairs.encode(whole)), whole, strict=True))
        metrics = {"num_merges": len(pairs.merges), "wrong_characters": wrong}
        metrics |= compared(pairs, learnt_from, num_tokens) | growth[len(pairs.merges)]
        yield Finished(metrics, reading=Reading("times_shorter", ("times_shorter", "characters_a_token")))

    def respondent() -> Trained:
        nothing = Splits(Batches(torch.zeros(1, 1), batch_size=1), name=text)
        return Trained(nothing, Subwords(), SubwordEncoding(shown))

    return Procedure(steps, data=text if text in SOURCES else None, asked=respondent, asked_with="text")


@ROUND_TRIP
@AS_TOKENIZERS
def poems(num_tokens: VocabularySize = 8000) -> Procedure:
    """Tang poems in characters: the first merges are words of two, such as bright moon and spring wind."""
    return experiment(text="tang-poems", num_tokens=num_tokens, symbols="character")


@Exact("the merges that the book prints, in their order", merges_as_printed=Reported(len(PRINTED), two_sided=True))
def book(num_merges: Annotated[int, "merges to learn"] = len(PRINTED)) -> Procedure:
    """The book's page: four words, ten merges, by the definition that counts all pairs again after each merge."""

    def steps(session: Session) -> Iterator[Event]:
        merges = plain.learn_merges(BOOK, num_merges)
        tokens = ["".join(pair) for pair in merges]
        known = {*"".join(BOOK), *tokens}
        words = ["tallest_", "fatter_"]
        yield Sampled(len(merges), 1, "\n".join(" ".join(plain.segment(word, known)) for word in words))
        roots = [token for token in tokens if not any(token in pair for pair in merges)]
        yield Drew("merges", draw_trees(roots, merges, str))
        yield Wrote("merges.tsv", "".join(f"{number}\t{a}\t{b}\n" for number, (a, b) in enumerate(merges, 1)))
        same = [ours == theirs for ours, theirs in zip(tokens, PRINTED, strict=False)]
        num_symbols = sum(len(word) * frequency for word, frequency in BOOK.items())
        num_left = sum(len(segmented(word, merges)) * frequency for word, frequency in BOOK.items())
        yield Finished({"merges_as_printed": sum(same), "times_shorter": num_symbols / num_left})

    return Procedure(steps)


def segmented(word: str, merges: Sequence[plain.Pair]) -> list[str]:
    """A word after all merges in their order."""
    symbols = list(word)
    for pair in merges:
        symbols = plain.merge(symbols, pair)
    return symbols


def parted(text: str, held_out: float) -> tuple[str, str]:
    """Raises UsageError where the text has too few characters for two parts."""
    num_train = round((1 - held_out) * len(text))
    if not 0 < num_train < len(text):
        raise UsageError(f"Of {len(text)} characters none are left with held-out {held_out}. Take a longer text.")
    return text[:num_train], text[num_train:]


def numbers_of_merges(most: int) -> list[int]:
    """0, 1, 2, 4, 8, ... up to all of them."""
    doubled = [2**power for power in range(most.bit_length()) if 2**power < most]
    return list(dict.fromkeys([0, *doubled, most]))


def measured(pairs: BytePairs, text: str, part: str) -> Metrics:
    """How much shorter a text is in tokens than in bytes or characters."""
    num_tokens = len(pairs.encode(text))
    num_symbols = len(text.encode("utf-8", "surrogatepass")) if pairs.symbols == "byte" else len(text)
    return {f"{part}times_shorter": num_symbols / num_tokens, f"{part}characters_a_token": len(text) / num_tokens}


def in_subwords(pairs: BytePairs, text: str) -> str:
    """The beginning of a text with a bar between any two tokens."""
    return "|".join(shown(pairs, token) for token in pairs.tokens_of(text.strip()[:SAMPLE]))


def often_and_long(pairs: BytePairs, text: str) -> list[str]:
    """The tokens of several symbols that a text has most often."""
    made = made_by(pairs.merges)
    often = Counter(pairs.tokens_of(text)).most_common()
    longest = max((len(leaves_of(token, made)) for token, _ in often), default=0)
    return [token for token, _ in often if len(leaves_of(token, made)) >= min(LONG, longest)][:DRAWN] if made else []


def shown(pairs: BytePairs, token: str) -> str:
    """A token to be read: ␣ for a space, the bytes of what is no whole character."""
    text = pairs.decode([pairs[token]])
    if "\ufffd" in text:
        return pairs.decode_bytes([pairs[token]]).hex(" ")
    return text.replace(" ", "␣").replace("\n", "\\n").replace("\t", "\\t")


def as_table(pairs: BytePairs, text: str) -> str:
    """A line for each merge: its number, the two, the token, and how often the encoded text has it."""
    counts = Counter(pairs.tokens_of(text))
    lines = ["merge\tleft\tright\ttoken\ttimes"]
    for number, (left, right) in enumerate(pairs.merges, 1):
        three = [shown(pairs, token) for token in (left, right, left + right)]
        lines.append("\t".join([str(number), *three, str(counts[left + right])]))
    return "\n".join(lines) + "\n"


def draw_growth(growth: dict[int, Metrics], symbols: Symbols) -> Figure:
    """How much shorter the text becomes with each doubling of the merges."""
    axes = new_axes(title="A text in sub-words", xlabel="merges", ylabel=f"{symbols}s in a token")
    for part, label in (("", "learnt from"), ("test_", "held out")):
        axes.plot(list(growth), [metrics[f"{part}times_shorter"] for metrics in growth.values()], "o-", label=label)
    axes.set_xscale("symlog", base=2, linthresh=1)
    return axes.figure  # pyright: ignore[reportReturnType]

"""n-grams: the next word by counting what followed the last ones, Zipf's law, and what to do about zero counts.

Most word pairs of a text have never been seen before, so that bare counts say of nearly every new sentence that it
is impossible. Two cures: pretend to have seen everything a little (Laplace), or ask a shorter history (back-off).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor, nn

from dongshou.data import TextSplits, Vocabulary
from dongshou.data.sets.corpora import read_corpus
from dongshou.data.sources import SOURCES
from dongshou.data.text.batches import TextBatches
from dongshou.data.text.ngrams import by_rank, count_ngrams, zipf_exponent
from dongshou.data.text.tokens import Tokenizer
from dongshou.drawing import new_axes
from dongshou.errors import UsageError
from dongshou.experiments._shared.settings import Encoding, MinFrequency, Text
from dongshou.tasks import LanguageModeling
from dongshou.training import Drew, Event, Finished, Procedure, Session
from dongshou.training.events import Snapshot
from dongshou.training.work import Trained

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

SECTIONS = {"zh": "8.3", "en": "9.3"}


NAMES = ("unigram", "bigram", "trigram")

Ngram = tuple[str, ...]
Probability = Callable[[Ngram], float]  # of the last token of an n-gram, given those before it


def experiment(
    text: Text = "time-machine",
    held_out: Annotated[float, "share of the text held out, at its end"] = 0.1,
    min_frequency: MinFrequency = 2,
    added: Annotated[float, "count added to every n-gram (Laplace smoothing)"] = 1.0,
    encoding: Encoding = "utf-8",
) -> Procedure:
    """Counts on the first nine tenths of a text; what each model makes of the last tenth, as perplexities.

    `added` is what Laplace's smoothing adds to every count. Words seen less often than min_frequency are <unk>, in
    both parts. `zipf_exponent` is near 1: the word of rank r occurs about 1/r times as often as the first.
    Raises UsageError for shares and counts that make no model, and for a text that is too short.
    """
    if not (0 < held_out < 1 and added > 0):
        raise UsageError(f"0 < held-out < 1 and added > 0 must hold; got held-out {held_out}, added {added}.")

    def steps(session: Session) -> Iterator[Event]:
        train, test, num_words = read_words(text, encoding, held_out, min_frequency, session.limit)
        counts = {name: count_ngrams(train, n) for n, name in enumerate(NAMES, 1)}
        metrics = {}
        for n, name in enumerate(NAMES, 1):
            metrics[f"laplace_{name}_perplexity"] = perplexity(laplace(counts[name], num_words, added), test, n)
            metrics[f"backoff_{name}_perplexity"] = perplexity(BackOff(counts[name], num_words), test, n)
        frequencies = {name: by_rank(of_length) for name, of_length in counts.items()}
        exponent = zipf_exponent(frequencies["unigram"])
        yield Snapshot("frequencies", {name: torch.from_numpy(ranked.copy()) for name, ranked in frequencies.items()})
        yield Drew("zipf", draw_zipf(frequencies))
        yield Finished({"zipf_exponent": exponent} | metrics)

    def back_off() -> Trained:
        words, _, _ = read_words(text, encoding, held_out, min_frequency)
        return writing(words)

    return Procedure(steps, data=text if text in SOURCES else None, asked=back_off, asked_with="text")


def manual() -> Procedure:
    """The manual that comes with every Python: no download."""
    return experiment(text="python-manual")


def read_words(
    text: str, encoding: str, held_out: float, min_frequency: int, limit: int | None = None
) -> tuple[list[str], list[str], int]:
    """The words to count, those held out, and how many different ones there are, <unk> among them.

    Raises UsageError where the words held out make no trigram.
    """
    words = list(Tokenizer("word", "letters")(read_corpus(text, encoding).train))[:limit]
    num_train = round((1 - held_out) * len(words))
    if len(words) - num_train < len(NAMES):
        raise UsageError(
            f"A trigram to judge by needs {len(NAMES)} words held out; got {len(words) - num_train} of {len(words)}. "
            "Take a longer text."
        )
    vocabulary = Vocabulary(words[:num_train], min_frequency=min_frequency)
    known = vocabulary.tokens(vocabulary.ids(words))
    return known[:num_train], known[num_train:], len(vocabulary)


def writing(words: Sequence[str]) -> Trained:
    """The trigram of these words with back-off, to go on from a prompt."""
    vocabulary, tokenizer = Vocabulary(words), Tokenizer("word", "letters")
    batches = TextBatches(vocabulary.encode(words), batch_size=1, num_steps=len(NAMES))
    data = TextSplits(batches, vocabulary=vocabulary, tokenize=tokenizer, join=tokenizer.join, name="words")
    trigram = BackOff(count_ngrams(words, len(NAMES)), len(vocabulary))
    return Trained(data, Ngrams(trigram, vocabulary), LanguageModeling())


class Ngrams(nn.Module):
    """log P of every word as the next one, (batch, steps) -> (batch, 1, vocabulary); the state: the last two words."""

    def __init__(self, trigram: BackOff, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.trigram = trigram
        self.vocabulary = vocabulary

    def forward(self, tokens: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        read = tokens if state is None else torch.cat([state, tokens], 1)
        last = read[:, 1 - len(NAMES) :]  # (batch, at most 2)
        return torch.stack([self.log_p(self.vocabulary.tokens(row)) for row in last.tolist()])[:, None], last

    def log_p(self, history: Sequence[str]) -> Tensor:
        """(vocabulary,); after a single word the bigram that the trigram backs off to."""
        probability: Probability = self.trigram if len(history) > 1 else self.trigram.shorter
        return torch.tensor([math.log(probability((*history, word))) for word in self.vocabulary.to_list()])


def laplace(counts: Counter[Ngram], num_words: int, added: float) -> Probability:
    """Laplace smoothing.

    P(w | h) = (count(h w) + a) / (count(h) + a V): every word is pretended to have been seen a times more."""
    of_history = histories(counts)
    return lambda ngram: (counts[ngram] + added) / (of_history[ngram[:-1]] + added * num_words)


class BackOff:
    """P(w | h) = max(count(h w) - d, 0) / count(h) + d N(h) / count(h) P(w | h without its first word).

    What is taken from the N(h) different words seen after h goes to the shorter history; it is asked alone where h
    was never seen. For it, an n-gram counts once for each different word before it: Francisco is frequent, but after
    San alone. Below the unigram all V words are equally probable. Kneser and Ney, 1995, in the form of Chen and
    Goodman, 1999.
    """

    def __init__(self, counts: Counter[Ngram], num_words: int) -> None:
        self.counts = counts
        self.discount = discount_of(counts)
        self.of_history = histories(counts)
        self.num_seen = Counter(ngram[:-1] for ngram in counts)
        is_unigram = () in self.num_seen
        shorter = Counter(ngram[1:] for ngram in counts)
        self.shorter: Probability = (lambda ngram: 1 / num_words) if is_unigram else BackOff(shorter, num_words)

    def __call__(self, ngram: Ngram) -> float:
        history = ngram[:-1]
        if not (times := self.of_history[history]):
            return self.shorter(ngram[1:])
        seen = max(self.counts[ngram] - self.discount, 0) / times
        return seen + self.discount * self.num_seen[history] / times * self.shorter(ngram[1:])


def discount_of(counts: Counter[Ngram]) -> float:
    """d = n_1 / (n_1 + 2 n_2), where n_k n-grams occur k times: about how much less often those seen come again.

    Kept between 0.1 and 0.9: a short text may have none that occur once, or twice. Ney, Essen and Kneser, 1994.
    """
    times = Counter(counts.values())
    return min(max(times[1] / max(1, times[1] + 2 * times[2]), 0.1), 0.9)


def histories(counts: Counter[Ngram]) -> Counter[Ngram]:
    """How often each history was followed by anything."""
    total: Counter[Ngram] = Counter()
    for ngram, count in counts.items():
        total[ngram[:-1]] += count
    return total


def perplexity(probability: Probability, tokens: Sequence[str], n: int) -> float:
    """exp(-mean log P) over the tokens that have n - 1 others before them."""
    ngrams = list(zip(*(tokens[start:] for start in range(n)), strict=False))
    return math.exp(-math.fsum(math.log(probability(ngram)) for ngram in ngrams) / len(ngrams))


def draw_zipf(frequencies: dict[str, np.ndarray]) -> Figure:
    """How often the n-gram of each rank occurs, on logarithmic axes: a straight line is Zipf's law."""
    axes = new_axes(xlabel="rank", ylabel="occurrences", title="Zipf's law: how often the n-gram of each rank occurs")
    for name, ranked in frequencies.items():
        axes.loglog(range(1, len(ranked) + 1), ranked, label=name)
    return axes.figure  # pyright: ignore[reportReturnType]

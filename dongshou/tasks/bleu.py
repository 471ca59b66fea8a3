"""BLEU: how many of the n-grams of a translation stand in a person's translation too (Papineni et al., 2002)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from dongshou.data.text.ngrams import count_ngrams
from dongshou.errors import UsageError

MAX_ORDER = 4  # of the n-grams that a corpus is judged by

Text = str | Sequence[str]  # tokens, or a text with spaces between them


def bleu(prediction: Text, reference: Text, k: int = 2) -> float:
    """The course's score of one sentence, from 0 to 1, the same words in the same order:

    exp(min(0, 1 - len_reference / len_prediction)) prod_(n=1..k) p_n^(1/2^n)

    p_n is the share of the prediction's n-grams that the reference has, each counted at most as often as there;
    long ones are rarely right and so count for more. A prediction of fewer than k tokens is judged by what it has.

    >>> round(bleu("he is calm .", "he is so calm ."), 3)
    0.704
    """
    words, reference_words = tokens(prediction), tokens(reference)
    if not words:
        return 0.0
    score = math.exp(min(0.0, 1 - len(reference_words) / len(words)))
    for n in range(1, min(k, len(words)) + 1):
        matched, total = matches(words, [reference_words], n)
        score *= (matched / total) ** (0.5**n)
    return score


def corpus_bleu(predictions: Sequence[Text], references: Sequence[Sequence[Text]]) -> float:
    """The score of a whole corpus, from 0 to 100, as `CorpusBleu` has it; each prediction has one reference or several.

    Raises UsageError unless each prediction has its references.
    """
    score = CorpusBleu()
    score.update((predictions, references))
    return score.finish()


class CorpusBleu:
    """The score of a corpus that comes in pieces, from 0 to 100:

    100 min(1, exp(1 - len_references / len_predictions)) (p_1 p_2 p_3 p_4)^(1/4)

    p_n is taken over the n-grams of all sentences together; of several references the one nearest in length counts
    for the length (brevity penalty). Where no n-gram of an order is right, p_n is 1/2, 1/4, ... of one match, as
    sacrebleu has it (Post, 2018). It is not a mean over sentences or batches.
    """

    higher_is_better = True

    def __init__(self) -> None:
        self.matched, self.totals = [0] * MAX_ORDER, [0] * MAX_ORDER
        self.length = self.reference_length = 0

    def update(self, outputs: tuple[Sequence[Text], Sequence[Sequence[Text]]]) -> None:
        """Take in predictions and, for each, its references. Raises UsageError where one has none."""
        predictions, references = outputs
        if len(predictions) != len(references) or not all(references):
            raise UsageError(
                f"Each prediction needs at least one reference; got {len(predictions)} predictions, and references "
                f"for {sum(map(bool, references))}."
            )
        for prediction, some in zip(predictions, references, strict=True):
            words, choices = tokens(prediction), [tokens(reference) for reference in some]
            self.length += len(words)
            self.reference_length += nearest_length(len(words), choices)
            for n in range(1, MAX_ORDER + 1):
                right, total = matches(words, choices, n)
                self.matched[n - 1] += right
                self.totals[n - 1] += total

    def merge(self, other: CorpusBleu) -> None:
        """Take in what another process has counted."""
        self.matched = [one + more for one, more in zip(self.matched, other.matched, strict=True)]
        self.totals = [one + more for one, more in zip(self.totals, other.totals, strict=True)]
        self.length += other.length
        self.reference_length += other.reference_length

    def finish(self) -> float:
        if not any(self.matched) or not all(self.totals):
            return 0.0
        mean_log = math.fsum(map(math.log, smoothed(self.matched, self.totals))) / MAX_ORDER
        return 100 * math.exp(min(0.0, 1 - self.reference_length / self.length) + mean_log)


def tokens(text: Text) -> list[str]:
    return text.split() if isinstance(text, str) else list(text)


def matches(words: Sequence[str], references: Sequence[Sequence[str]], n: int) -> tuple[int, int]:
    """How many n-grams of a sentence its references have, each counted at most as often as in any one of them; and
    how many it has."""
    found = count_ngrams(words, n)
    allowed: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        allowed |= count_ngrams(reference, n)  # the larger count of the two
    return (found & allowed).total(), found.total()


def nearest_length(length: int, references: Sequence[Sequence[str]]) -> int:
    """The length of the reference that is nearest to it, the shorter of two."""
    return min(map(len, references), key=lambda other: (abs(other - length), other))


def smoothed(matched: Sequence[int], totals: Sequence[int]) -> list[float]:
    """The share of n-grams that match, for each n; where none does, half of the last such share's numerator."""
    shares, least = [], 1.0
    for right, total in zip(matched, totals, strict=True):
        if not right:
            least /= 2
        shares.append((right or least) / total)
    return shares

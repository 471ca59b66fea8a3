"""A text with gaps, filled by a model that reads it from both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from dongshou.data.text.masked import CLASSIFY, MASK, NUM_RESERVED, RESERVED, SEPARATOR, fitting
from dongshou.data.text.tokens import UNKNOWN
from dongshou.data.text.vocabulary import Vocabulary
from dongshou.errors import UsageError
from dongshou.models.summary.watch import evaluating
from dongshou.notes import note
from dongshou.tasks.answers import Gaps

if TYPE_CHECKING:
    from dongshou.data import TextSplits
    from dongshou.models import BERT

SHOWN = 20  # words of each gap that are kept


class Read(NamedTuple):
    """A question as the model is given it: tokens (1, steps), segments (1, steps), lengths (1,)."""

    words: list[str]
    tokens: Tensor
    segments: Tensor
    lengths: Tensor

    @property
    def inputs(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.tokens, self.segments, self.lengths


@torch.no_grad()
def fill_gaps(task: Any, model: BERT, data: TextSplits, text: str) -> Gaps:
    """Every gap by itself, so that two of them get words that need not fit each other.

    Raises UsageError for a text without [MASK].
    """
    read = read_question(data, text, model)
    gaps = [place for place, word in enumerate(read.words) if word == MASK]
    with evaluating(model):
        probabilities = task.predict(model, read.inputs)[0, gaps].cpu()  # (gaps, vocabulary)
    found = [most_probable(one, data.vocabulary) for one in probabilities]
    words = list(read.words)
    for place, of_gap in zip(gaps, found, strict=True):
        words[place] = next(iter(of_gap))
    return Gaps(data.join([word for word in words if word not in RESERVED]), found)


def read_question(data: TextSplits, text: str, model: BERT) -> Read:
    """[CLS] text [SEP], or two texts with a [SEP] between them; unknown words are <unk>, which a note says."""
    if MASK not in text:
        raise UsageError(f'A text with a gap to fill has a {MASK} in it, as in "a {MASK} day"; got {text!r}.')
    sentences = [words_around(data, sentence) for sentence in text.split(SEPARATOR)[:2]]
    sentences = cut(sentences, model.encoder.max_len - 1 - len(sentences))
    words, segments = [CLASSIFY], [0]
    for segment, sentence in enumerate(sentences):
        words += [*sentence, SEPARATOR]
        segments += [segment] * (len(sentence) + 1)
    if unknown := [word for word in dict.fromkeys(words) if word not in data.vocabulary]:
        note(f"The model does not know {', '.join(unknown)}: read as {UNKNOWN}.")
    device = model.next_sentence.weight.device
    tokens, lengths = data.vocabulary.encode(words)[None].to(device), torch.tensor([len(words)], device=device)
    return Read(words, tokens, torch.tensor([segments], device=device), lengths)


def cut(sentences: list[list[str]], room: int) -> list[list[str]]:
    """The sentences, the longer one cut at its end where they are too long, which a note says. Raises UsageError where
    that leaves no gap."""
    num_words = [len(sentence) for sentence in sentences]
    if sum(num_words) <= room:
        return sentences
    note(f"The model reads {room} words at once: of {sum(num_words)} those at the end are cut off.")
    first, *second = map(torch.tensor, num_words)
    kept = map(int, fitting(first, second[0], room)) if second else [room]
    sentences = [sentence[:num] for sentence, num in zip(sentences, kept, strict=True)]
    if not any(MASK in sentence for sentence in sentences):
        raise UsageError(f"The gap lies behind the {room} words that the model reads at once: shorten the text.")
    return sentences


def words_around(data: TextSplits, sentence: str) -> list[str]:
    """The words of a sentence and its gaps."""
    parts = [list(data.tokenize(part)) for part in sentence.split(MASK)]
    return [word for part in parts for word in (MASK, *part)][1:]


def most_probable(probabilities: Tensor, vocabulary: Vocabulary) -> dict[str, float]:
    """The first words, without those that no text has."""
    order = probabilities.argsort(descending=True, stable=True).tolist()
    few = order[: SHOWN + NUM_RESERVED]
    words = zip(vocabulary.tokens(few), few, strict=True)
    seen = [(word, float(probabilities[index])) for word, index in words if word not in (*RESERVED, UNKNOWN)]
    return dict(seen[:SHOWN])

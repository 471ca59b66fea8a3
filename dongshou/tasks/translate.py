"""Sentences in, sentences out: translating with a trained model, judging it, and seeing what it looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.data import PairSplits, Vocabulary
from dongshou.data.text.padding import pad
from dongshou.data.text.tokens import BEGIN, END, PAD
from dongshou.errors import UsageError
from dongshou.models import EncoderDecoder
from dongshou.models.summary.watch import evaluating
from dongshou.tasks.beam_search import beam_search, greedy_search

AT_ONCE = 256  # sentences in a batch


def translate(model: EncoderDecoder, data: PairSplits, sentences: Sequence[str], *, width: int = 1) -> list[str]:
    """The translation of each sentence, by greedy search or with a beam of `width` sequences.

    The model writes as many words as the sentences that it has learnt from have at most.
    Raises UsageError for a sentence without words.
    """
    return [
        data.join(words) for words in translations(model, data, [words_in(data, text) for text in sentences], width)
    ]


def translations(
    model: EncoderDecoder, data: PairSplits, sources: Sequence[Sequence[str]], width: int = 1
) -> list[list[str]]:
    """The words of each translation, for sentences as words."""
    written: list[list[str]] = []
    for start in range(0, len(sources), AT_ONCE):
        some = encoded(model, data.source_vocabulary, sources[start : start + AT_ONCE])
        written += [sentence_of(row, data.target_vocabulary) for row in search(model, data, *some, width).tolist()]
    return written


def search(model: EncoderDecoder, data: PairSplits, source: Tensor, lengths: Tensor, width: int) -> Tensor:
    """Greedy for a width of 1, else the best of the beam: (batch, source steps), (batch,) -> (batch, steps)."""
    (max_len,) = data.shape
    begin, end = data.target_vocabulary[BEGIN], data.target_vocabulary[END]
    if width == 1:
        return greedy_search(model, source, lengths, begin=begin, end=end, max_len=max_len)
    return beam_search(model, source, lengths, width=width, begin=begin, end=end, max_len=max_len).best


class Look(NamedTuple):
    """What each word of one sentence looked at in another, or in its own.

    name     "attention" of the translation to the source; "encoder-attention", "decoder-attention" within each
    weights  (heads, queries, keys), by layer
    """

    name: str
    queries: list[str]
    keys: list[str]
    weights: list[Tensor]

    @property
    def is_causal(self) -> bool:
        """Whether no word looks at what comes after it."""
        return self.name == "decoder-attention"


@torch.no_grad()
def looks(model: EncoderDecoder, data: PairSplits, source: str, target: str) -> list[Look]:
    """All attention of a model that reads a sentence and writes this translation of it; none for one without attention.

    A word that is written looks before it is known: its query is made of the word before it.
    Raises UsageError for a source without words.
    """
    read, write = [*words_in(data, source), END], [*data.tokenize(target), END]
    given = [BEGIN, *write[:-1]]
    ids, lengths = encoded(model, data.source_vocabulary, [read[:-1]])
    decoder_input = data.target_vocabulary.encode(given)[None].to(ids.device)  # (1, steps)
    with evaluating(model):
        model.forward(ids, lengths, decoder_input)
    kinds = {
        "attention": (write, read, model.attention_weights),
        "encoder-attention": (read, read, getattr(model.encoder, "attention_weights", [])),
        "decoder-attention": (write, given, getattr(model.decoder, "self_attention_weights", [])),
    }
    return [
        Look(name, queries, keys, [of_layer[0].float().cpu() for of_layer in weights])
        for name, (queries, keys, weights) in kinds.items()
        if weights
    ]


def words_in(data: PairSplits, sentence: str) -> list[str]:
    """The words of a sentence as the data were cut. Raises UsageError when there are none."""
    if not (words := list(data.tokenize(sentence))):
        raise UsageError(f"A sentence needs at least one word; got {sentence!r}. Write one, such as: go .")
    return words


def encoded(model: EncoderDecoder, vocabulary: Vocabulary, sentences: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
    """Words as the model reads them, on its device: tokens (sentences, steps), each ending in <eos>, and lengths."""
    device = next(model.parameters()).device
    tokens, lengths = pad([vocabulary.ids([*words, END]) for words in sentences], vocabulary[PAD])
    return tokens.to(device), lengths.to(device)


def sentence_of(ids: Sequence[int], vocabulary: Vocabulary) -> list[str]:
    """The words before <eos>."""
    words = vocabulary.tokens(ids)
    return words[: words.index(END)] if END in words else words

"""Writing a sequence with an encoder and decoder, token by token: the best next one each time, or the best of several.

A sequence begins after the token `begin` and is over with the token `end`, or once it has max_len tokens; whatever
then follows in a tensor is `end` as well.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from dongshou.errors import UsageError
from dongshou.models import EncoderDecoder
from dongshou.models.summary.watch import evaluating


@torch.no_grad()
def greedy_search(
    model: EncoderDecoder, source: Tensor, source_lengths: Tensor, *, begin: int, end: int, max_len: int
) -> Tensor:
    """Greedy search: the most probable token of each step: y_t = argmax P(y | y_1, ..., y_(t-1), x).

    source (batch, source steps), source_lengths (batch,) -> (batch, steps), steps <= max_len.
    Raises UsageError unless max_len is at least 1.
    """
    check_search(max_len=max_len)
    with evaluating(model):
        memory, state = model.encode(source, source_lengths), None
        token = source.new_full((len(source), 1), begin)
        is_over = torch.zeros_like(token, dtype=torch.bool)
        written = []
        for _ in range(max_len):
            logits, state = model.decode(token, memory, state)  # (batch, 1, vocabulary)
            token = logits.argmax(2).masked_fill(is_over, end)  # (batch, 1)
            written.append(token)
            is_over |= token == end
            if is_over.all():
                break
    return torch.cat(written, 1)


class Beams(NamedTuple):
    """What a search kept for each sentence, the best first.

    tokens         (batch, width, steps)
    probabilities  log P of the sequence, (batch, width); -inf where there are fewer sequences than the beam is wide
    lengths        tokens of it, `end` included, (batch, width)
    """

    tokens: Tensor
    probabilities: Tensor
    lengths: Tensor

    @property
    def best(self) -> Tensor:
        """The best sequence of each sentence, (batch, steps)."""
        return self.tokens[:, 0]


@torch.no_grad()
def beam_search(
    model: EncoderDecoder,
    source: Tensor,
    source_lengths: Tensor,
    *,
    width: int,
    begin: int,
    end: int,
    max_len: int,
    length_normalization: float = 0.75,
) -> Beams:
    """Beam search.

    Each step goes on from the `width` best sequences so far with every token, and keeps the `width` best of those.

    score = log P(y_1, ..., y_L | x) / L^length_normalisation, the length penalty;  0 prefers short sequences, whose
    log P has few terms

    A sequence that is over keeps its place for as long as its score does. width=1 is greedy search; with every
    sequence in the beam it is exhaustive. source (batch, source steps), source_lengths (batch,) -> Beams.
    Graves, 2012; the normalisation is that of Wu et al., 2016, without its constant.
    Raises UsageError for a width or max_len below 1.
    """
    check_search(width=width, max_len=max_len)
    with evaluating(model):
        each = torch.arange(len(source), device=source.device).repeat_interleave(width)
        memory, state = model.encode(source[each], source_lengths[each]), None
        beams, is_over = first_beams(source, width)
        token = source.new_full((len(each), 1), begin)
        for _ in range(max_len):
            logits, state = model.decode(token, memory, state)  # (batch width, 1, vocabulary)
            log_p = logits[:, 0].float().log_softmax(1).unflatten(0, (-1, width))  # (batch, width, vocabulary)
            beams, is_over, rows = extended(beams, is_over, log_p, end, length_normalization)
            if is_over.all():
                break
            state = model.reorder(state, rows)
            token = beams.tokens[:, :, -1].reshape(-1, 1)
    return beams


def first_beams(source: Tensor, width: int) -> tuple[Beams, Tensor]:
    """A beam with nothing in it, and whether its sequences are over: all alike, so that one goes on and no other."""
    shape = len(source), width
    probabilities = torch.full(shape, -torch.inf, device=source.device)
    probabilities[:, 0] = 0.0
    lengths = torch.zeros(shape, dtype=torch.int64, device=source.device)
    return Beams(source.new_empty(*shape, 0), probabilities, lengths), torch.zeros_like(lengths, dtype=torch.bool)


def extended(
    beams: Beams, is_over: Tensor, log_p: Tensor, end: int, length_normalization: float
) -> tuple[Beams, Tensor, Tensor]:
    """The best of all sequences that are a token longer; whether each is over; the rows of the state they come from.

    is_over (batch, width), log_p (batch, width, vocabulary) -> rows (batch width,)
    """
    batch, width, vocabulary_size = log_p.shape
    num_choices = min(width, vocabulary_size)  # of one sequence: no more can be kept
    log_p, tokens = log_p.topk(num_choices)  # (batch, width, choices)
    stays = torch.full_like(log_p[0, 0], -torch.inf)
    stays[0] = 0.0  # what is over goes on in one way, which costs nothing
    log_p = torch.where(is_over[:, :, None], stays, log_p)
    tokens = tokens.masked_fill(is_over[:, :, None], end).flatten(1)  # (batch, width choices)
    probabilities = (beams.probabilities[:, :, None] + log_p).flatten(1)
    lengths = (beams.lengths + ~is_over).repeat_interleave(num_choices, 1)

    chosen = normalized(probabilities, lengths, length_normalization).topk(width).indices  # (batch, width)
    parents = chosen // num_choices
    history = beams.tokens.gather(1, parents[:, :, None].expand(-1, -1, beams.tokens.shape[2]))
    newest = tokens.gather(1, chosen)
    kept = Beams(
        torch.cat((history, newest[:, :, None]), 2), probabilities.gather(1, chosen), lengths.gather(1, chosen)
    )
    rows = parents + width * torch.arange(batch, device=parents.device)[:, None]
    return kept, newest == end, rows.flatten()


def normalized(probabilities: Tensor, lengths: Tensor, length_normalization: float) -> Tensor:
    """log P(y_1, ..., y_L | x) / L^length_normalisation"""
    return probabilities / lengths**length_normalization


def check_search(**numbers: int) -> None:
    """Raises UsageError for a width or a length below 1."""
    for name, number in numbers.items():
        if number < 1:
            raise UsageError(f"{name} must be at least 1; got {name}={number}.")

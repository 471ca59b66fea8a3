"""Greedy and beam search against every sequence there is, for small models of each kind."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor

from dongshou import models
from dongshou.errors import UsageError
from dongshou.models.encoder_decoder import EncoderDecoder
from dongshou.tasks.beam_search import Beams, beam_search, greedy_search

VOCABULARY, MAX_LEN = 4, 3
BEGIN, END = 2, 3
MODELS = ("seq2seq", "additive", "transformer")
SOURCE, LENGTHS = torch.tensor([[5, 1, 4, 0], [2, 2, 0, 0], [1, 3, 5, 5], [4, 0, 0, 0]]), torch.tensor([3, 2, 4, 1])


def made(name: str) -> EncoderDecoder:
    """A model with opinions: its logits are far apart."""
    if name == "transformer":
        model = models.transformer(6, VOCABULARY, num_hiddens=8, num_heads=2, ffn_size=8)
    else:
        model = models.seq2seq(6, VOCABULARY, num_hiddens=8, attention="additive" if name == "additive" else None)
    with torch.no_grad():
        model.decoder.output.weight.mul_(8)
    return model


def beams(model: EncoderDecoder, width: int, length_normalization: float = 0.75) -> Beams:
    settings = dict(begin=BEGIN, end=END, max_len=MAX_LEN)
    return beam_search(model, SOURCE, LENGTHS, width=width, length_normalization=length_normalization, **settings)


def greedy(model: EncoderDecoder) -> Tensor:
    return greedy_search(model, SOURCE, LENGTHS, begin=BEGIN, end=END, max_len=MAX_LEN)


def every_sequence() -> list[list[int]]:
    """All that end, and all that are cut off."""
    words = [word for word in range(VOCABULARY) if word != END]
    ending = [[*start, END] for steps in range(MAX_LEN) for start in product(words, repeat=steps)]
    return ending + [list(sequence) for sequence in product(words, repeat=MAX_LEN)]


@torch.no_grad()
def log_probability(model: EncoderDecoder, row: int, sequence: list[int]) -> float:
    """By one forward pass with the sequence given."""
    source = SOURCE[row : row + 1, : LENGTHS[row]]
    logits = model.eval()(source, LENGTHS[row : row + 1], torch.tensor([[BEGIN, *sequence[:-1]]]))
    return float(logits.log_softmax(2)[0].gather(1, torch.tensor(sequence)[:, None]).sum())


def cut(tokens: Tensor) -> list[int]:
    """A sequence up to its end."""
    sequence = tokens.tolist()
    return sequence[: sequence.index(END) + 1] if END in sequence else sequence


@pytest.mark.parametrize("length_normalization", [0.0, 0.75, 1.0])
@pytest.mark.parametrize("name", MODELS)
def test_a_beam_that_holds_every_sequence_finds_the_best(name: str, length_normalization: float):
    model = made(name)
    found = beams(model, VOCABULARY**MAX_LEN, length_normalization)
    for row in range(len(SOURCE)):
        scored = {tuple(sequence): log_probability(model, row, sequence) for sequence in every_sequence()}
        best = max(scored, key=lambda sequence: scored[sequence] / len(sequence) ** length_normalization)
        assert tuple(cut(found.best[row])) == best
        assert float(found.probabilities[row, 0]) == pytest.approx(scored[best], abs=1e-5)
        assert int(found.lengths[row, 0]) == len(best)
        kept = [tuple(cut(tokens)) for tokens in found.tokens[row, : len(scored)]]
        assert set(kept) == set(scored)  # all of them, once each
        assert found.probabilities[row, len(scored) :].eq(-torch.inf).all()


@pytest.mark.parametrize("name", MODELS)
def test_a_beam_of_one_is_greedy_search(name: str):
    model = made(name)
    assert torch.equal(beams(model, 1).best, greedy(model))


@pytest.mark.parametrize("name", MODELS)
def test_greedy_search_takes_what_is_most_probable_after_what_it_has_written(name: str):
    model = made(name)
    for row, written in enumerate(greedy(model)):
        sequence = cut(written)
        assert written[len(sequence) :].eq(END).all()
        given = torch.tensor([[BEGIN, *sequence[:-1]]])
        logits = model.eval()(SOURCE[row : row + 1, : LENGTHS[row]], LENGTHS[row : row + 1], given)
        assert logits[0].argmax(1).tolist() == sequence


@pytest.mark.parametrize("width", [2, 3, 8])
@pytest.mark.parametrize("name", MODELS)
def test_what_a_beam_keeps_has_the_probability_it_says_and_the_best_comes_first(name: str, width: int):
    model = made(name)
    found = beams(model, width)
    scores = found.probabilities / found.lengths**0.75
    assert (scores.diff(dim=1) <= 0).all()
    for row, column in product(range(len(SOURCE)), range(width)):
        expected = log_probability(model, row, cut(found.tokens[row, column]))
        assert float(found.probabilities[row, column]) == pytest.approx(expected, abs=1e-5)


def test_the_model_is_left_in_the_mode_that_it_was_in():
    model = made("transformer").train()
    assert torch.equal(beams(model, 2).tokens, beams(model, 2).tokens)  # without dropout
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("numbers", [{"width": 0}, {"max_len": 0}])
def test_a_search_needs_something_to_search(numbers):
    settings = dict(width=2, max_len=3) | numbers
    ((name, _),) = numbers.items()
    with pytest.raises(UsageError, match=f"{name} must be at least 1; got {name}=0"):
        beam_search(made("seq2seq"), SOURCE, LENGTHS, begin=BEGIN, end=END, **settings)

"""Recurrent layers and cells against torch's of that name."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.func import functional_call
from torch.nn.utils.rnn import pack_sequence

from dongshou import scratch
from dongshou.scratch import from_scratch
from dongshou.scratch.functional.recurrent import gate
from tests.bfloat16 import needs_bfloat16
from tests.scratch.same import same

LAYERS = [nn.RNN, nn.GRU, nn.LSTM]
CELLS = [nn.RNNCell, nn.GRUCell, nn.LSTMCell]


def packed(*lengths: int, sizes: int = 4):
    generator = torch.Generator().manual_seed(5)
    sequences = [torch.randn(length, sizes, dtype=torch.float64, generator=generator) for length in lengths]
    return pack_sequence(sequences, enforce_sorted=False)


def state(layer: type[nn.Module], *shape: int):
    """A start of the layer's kind: (h, c) for the LSTM, h for the others."""
    return (shape, shape) if "LSTM" in layer.__name__ else shape


@pytest.mark.parametrize("layer", LAYERS)
def test_layers(layer):
    same(layer, (4, 6), input=(5, 3, 4))
    same(layer, (4, 6), input=(5, 4))
    same(layer, (4, 6, 3), dict(bias=False), input=(5, 3, 4))
    same(layer, (4, 6, 2), dict(batch_first=True, bidirectional=True), input=(3, 5, 4))
    same(layer, (4, 6, 2), dict(batch_first=True), input=(5, 4))
    same(layer, (4, 6), dict(bidirectional=True), input=(1, 1, 4))


@pytest.mark.parametrize("layer", LAYERS)
def test_a_start_of_ones_own(layer):
    same(layer, (4, 6, 2), input=[(5, 3, 4), state(layer, 2, 3, 6)])
    same(layer, (4, 6), dict(bidirectional=True, batch_first=True), input=[(3, 5, 4), state(layer, 2, 3, 6)])
    same(layer, (4, 6, 2), input=[(5, 4), state(layer, 2, 6)])


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("lengths", [(5, 3, 3, 1), (2, 5, 1, 5), (1,), (3, 3)])
def test_packed_sequences(layer, lengths):
    same(layer, (4, 6), input=packed(*lengths))
    same(layer, (4, 6, 2), dict(bidirectional=True, batch_first=True), input=packed(*lengths))
    same(layer, (4, 6), dict(bidirectional=True), input=[packed(*lengths), state(layer, 2, len(lengths), 6)])


def test_variants():
    same(nn.RNN, (4, 6, 2, "relu"), input=(5, 3, 4))
    same(nn.LSTM, (4, 6, 2), dict(proj_size=2, bidirectional=True), input=(5, 3, 4))
    same(nn.LSTM, (4, 6, 2), dict(proj_size=2, bias=False), input=packed(2, 4))
    same(nn.LSTM, (4, 6), dict(proj_size=2), input=[(5, 3, 4), ((1, 3, 2), (1, 3, 6))])


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("dropout", [0.4, 1.0])
def test_dropout_between_layers_draws_torchs_mask(layer, dropout):
    for batch_first in (True, False):
        same(layer, (4, 6, 3), dict(dropout=dropout, batch_first=batch_first, bidirectional=True), input=(5, 3, 4))
    same(layer, (4, 6, 2), dict(dropout=dropout), input=packed(2, 4, 3))


@pytest.mark.parametrize("cell", CELLS)
def test_cells(cell):
    same(cell, (4, 6), input=(3, 4))
    same(cell, (4, 6, False), input=(4,))
    same(cell, (4, 6), input=[(3, 4), state(cell, 3, 6)])
    same(cell, (4, 6), input=[(4,), state(cell, 6)])


def test_the_cell_of_rnn_bends_as_it_is_told():
    same(nn.RNNCell, (4, 6), dict(nonlinearity="relu"), input=(3, 4))
    with pytest.raises(RuntimeError, match="Unknown nonlinearity"):
        scratch.nn.RNNCell(4, 6, nonlinearity="step")(torch.ones(3, 4))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    ("error", "arguments", "keywords"),
    [
        (ValueError, (4, 0), {}),
        (ValueError, (0, 4), {}),
        (ValueError, (4, 6, 0), {}),
        (TypeError, (4, 6.0), {}),
        (TypeError, (4.0, 6), {}),
        (TypeError, (4, 6), dict(bias=1)),
        (TypeError, (4, 6), dict(batch_first="yes")),
        (ValueError, (4, 6), dict(dropout=1.5)),
        (ValueError, (4, 6), dict(dropout=True)),
    ],
)
def test_refuses_what_torchs_refuses(layer, error, arguments, keywords):
    for module in (nn, scratch.nn):
        with pytest.raises(error):
            getattr(module, layer.__name__)(*arguments, **keywords)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    ("error", "shapes"),
    [
        (ValueError, [(4,)]),
        (RuntimeError, [(5, 3, 2)]),
        (RuntimeError, [(0, 3, 4)]),
        (RuntimeError, [(5, 3, 4), (1, 2, 6)]),
        (RuntimeError, [(5, 3, 4), (1, 6)]),
        (RuntimeError, [(5, 4), (1, 3, 6)]),
    ],
)
def test_refuses_inputs_that_do_not_fit(layer, error, shapes):
    inputs = [torch.ones(shapes[0])]
    for shape in shapes[1:]:
        hx = torch.ones(shape)
        inputs.append((hx, hx) if layer is nn.LSTM else hx)
    for module in (nn, scratch.nn):
        with pytest.raises(error):
            getattr(module, layer.__name__)(4, 6)(*inputs)
        with pytest.raises(ValueError, match="dtype"):
            getattr(module, layer.__name__)(4, 6)(torch.ones(5, 3, 4).double())


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    ("error", "shapes"),
    [
        (ValueError, [(2, 3, 4)]),
        (RuntimeError, [(3, 5)]),
        (RuntimeError, [(3, 4), (2, 6)]),
        (RuntimeError, [(3, 4), (3, 5)]),
    ],
)
def test_cells_refuse_inputs_that_do_not_fit(cell, error, shapes):
    inputs = [torch.ones(shapes[0])]
    for shape in shapes[1:]:
        inputs.append((torch.ones(shape), torch.ones(shape)) if cell is nn.LSTMCell else torch.ones(shape))
    for module in (nn, scratch.nn):
        with pytest.raises(error):
            getattr(module, cell.__name__)(4, 6)(*inputs)


def test_other_refusals():
    for module in (nn, scratch.nn):
        with pytest.raises(ValueError, match="nonlinearity"):
            module.RNN(4, 6, nonlinearity="step")
        for proj_size in (-1, 6):
            with pytest.raises(ValueError, match="proj_size"):
                module.LSTM(4, 6, proj_size=proj_size)
        with pytest.warns(UserWarning, match="dropout"):
            module.GRU(4, 6, dropout=0.5)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(1, 3), st.booleans())
def test_packed_sequences_of_any_lengths(lengths, num_layers, bidirectional):
    for layer in LAYERS:
        same(layer, (4, 3, num_layers), dict(bidirectional=bidirectional), input=packed(*lengths))


def test_the_gate_is_the_sigmoid():
    x = torch.linspace(-800, 800, 33, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(gate(x), torch.sigmoid(x))
    torch.testing.assert_close(*(torch.autograd.grad(f(x).sum(), x) for f in (gate, torch.sigmoid)))


@pytest.mark.parametrize("layer", LAYERS)
def test_autocast_shortens_as_torchs(layer):
    theirs, x = layer(4, 6), torch.randn(5, 3, 4)
    needs_bfloat16(theirs)
    with torch.autocast("cpu", torch.bfloat16):
        expected = theirs(x)[0]
        ours = from_scratch(theirs)(x)[0]
    torch.testing.assert_close(ours, expected, rtol=2e-2, atol=2e-2, check_dtype=False)


@pytest.mark.parametrize("layer", LAYERS)
def test_copies_and_files(layer, tmp_path):
    ours = getattr(scratch.nn, layer.__name__)(4, 6, 2)
    x = torch.randn(5, 3, 4)
    torch.save(ours, tmp_path / "layer.pt")
    for copied in (copy.deepcopy(ours), torch.load(tmp_path / "layer.pt", weights_only=False)):
        assert torch.equal(copied(x)[0], ours(x)[0])
        assert copied._flat_weights[0] is copied.weight_ih_l0
    assert [len(weights) for weights in ours.all_weights] == [4, 4]
    ours.flatten_parameters()


def test_weights_from_elsewhere_are_the_ones_that_count():
    ours, theirs, x = scratch.nn.LSTM(4, 6), nn.LSTM(4, 6), torch.randn(5, 3, 4)
    weights = {name: torch.randn_like(weight) for name, weight in theirs.named_parameters()}
    torch.testing.assert_close(functional_call(ours, weights, x), functional_call(theirs, weights, x))

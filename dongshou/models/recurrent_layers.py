"""Stacks of recurrent layers: one name for RNN, GRU and LSTM, one form for their states, sequences of any lengths."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from dongshou.errors import DongshouError
from dongshou.models.checks import check_choice, check_counts, check_dropout

Kind = Literal["rnn", "gru", "lstm"]
KINDS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}

Layers = nn.RNN | nn.GRU | nn.LSTM
State = tuple[Tensor, ...]  # (h,), or (h, c) of an LSTM; each (num_layers directions, batch, num_hiddens)


def recurrent_layers(
    kind: Kind,
    num_inputs: int,
    num_hiddens: int,
    *,
    num_layers: int = 1,
    bidirectional: bool = False,
    dropout: float = 0.0,
) -> Layers:
    """Layers on top of one another, batch first: h_t = f(x_t, h_(t-1)), with dropout between the layers.

    (batch, steps, num_inputs) -> (batch, steps, directions num_hiddens). Elman, 1990, for "rnn"; Cho et al., 2014,
    for "gru"; Hochreiter and Schmidhuber, 1997, for "lstm".
    Raises UsageError for an unknown kind or for sizes below 1.
    """
    check_choice("kind", kind, KINDS)
    check_counts(num_hiddens=num_hiddens, num_layers=num_layers)
    check_dropout(dropout)
    return KINDS[kind](
        num_inputs,
        num_hiddens,
        num_layers,
        batch_first=True,
        dropout=dropout if num_layers > 1 else 0.0,  # there is nothing between one layer
        bidirectional=bidirectional,
    )


def run(layers: Layers, inputs: Tensor, state: State | None = None) -> tuple[Tensor, State]:
    """The last layer's h of every step, (batch, steps, directions num_hiddens), and the state after the last one."""
    if state is None:
        outputs, end = layers(inputs)
    elif is_single_step(layers, inputs):
        outputs, end = single_step(layers, inputs, state)
    else:
        outputs, end = layers(inputs, state if len(state) == 2 else state[0])
    return outputs, end if isinstance(end, tuple) else (end,)


def is_single_step(layers: Layers, inputs: Tensor) -> bool:
    """Whether `single_step` computes it: one step upwards through torch's own LSTM, without dropout, on a processor."""
    is_plain = type(layers) is nn.LSTM and not layers.bidirectional and not (layers.training and layers.dropout)
    return is_plain and inputs.size(1) == 1 and inputs.device.type == "cpu"


def single_step(layers: Layers, inputs: Tensor, state: State) -> tuple[Tensor, State]:
    """The same cell by cell: on a processor torch's LSTM rearranges its weights in each call, which takes longer."""
    x, ends = inputs[:, 0], []  # (batch, num_inputs)
    for weights, h, c in zip(layers.all_weights, *state, strict=True):
        x, c = torch.lstm_cell(x, (h, c), *weights)
        ends.append((x, c))
    h, c = (torch.stack(part) for part in zip(*ends, strict=True))  # (num_layers, batch, num_hiddens)
    return x[:, None], (h, c)


def run_lengths(layers: Layers, inputs: Tensor, lengths: Tensor) -> tuple[Tensor, State]:
    """`run` over sequences that end at their own lengths (batch,): zeros after that, and the state at the end of each.

    What stands behind the end is not looked at, by the direction that comes from there either.
    Raises DongshouError for a length below 1 or above the number of steps.
    """
    num_steps = inputs.size(1)
    lengths = lengths.cpu()  # what is packed is cut on the CPU
    if len(lengths) and not 1 <= int(lengths.min()) <= int(lengths.max()) <= num_steps:
        raise DongshouError(
            f"Every sequence has from 1 to {num_steps} steps; got lengths from {int(lengths.min())} to "
            f"{int(lengths.max())}. Leave out empty sequences, and pad to the longest."
        )
    packed, end = layers(pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False))
    outputs, _ = pad_packed_sequence(packed, batch_first=True, total_length=num_steps)
    return outputs, end if isinstance(end, tuple) else (end,)

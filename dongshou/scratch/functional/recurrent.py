"""One step of each recurrent network, and the loop through time.

A state is a tuple: (h,), or (h, c) for the LSTM. x is the input's share of a step, W_ih x_t + b_ih. It does not
depend on the state, so one matrix product gives it for all times before the loop begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dongshou.scratch.functional.activation import relu, tanh
from dongshou.scratch.functional.linear import linear

State = tuple[Tensor, ...]
Step = Callable[[Tensor, State], State]


def rnn_step(
    x: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor | None = None, nonlinearity: str = "tanh"
) -> State:
    """h' = tanh(x + W_hh h + b_hh), or relu in place of tanh.

    x, h (batch, hidden). Elman, Finding structure in time, 1990. Raises RuntimeError for other nonlinearities.
    """
    (h,) = state
    if nonlinearity not in ("tanh", "relu"):
        raise RuntimeError(f"Unknown nonlinearity: {nonlinearity}. Select from 'tanh' or 'relu'.")
    activation = tanh if nonlinearity == "tanh" else relu
    return (activation(x + linear(h, weight_hh, bias_hh)),)


def gru_step(x: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor | None = None) -> State:
    """Gated recurrent unit, update gate z and reset gate r.

    h' = (1 - z) n + z h: how far z keeps the old, and how far r lets the old into the new n.

    r = sigmoid(x_r + h_r),  z = sigmoid(x_z + h_z),  n = tanh(x_n + r h_n),  [h_r, h_z, h_n] = W_hh h + b_hh
    x (batch, 3 hidden), h (batch, hidden). Cho et al., 2014.
    """
    (h,) = state
    x_r, x_z, x_n = x.chunk(3, -1)  # (batch, hidden) each
    h_r, h_z, h_n = linear(h, weight_hh, bias_hh).chunk(3, -1)
    r = gate(x_r + h_r)
    z = gate(x_z + h_z)
    n = tanh(x_n + r * h_n)
    return ((1 - z) * n + z * h,)


def lstm_step(
    x: Tensor, state: State, weight_hh: Tensor, bias_hh: Tensor | None = None, weight_hr: Tensor | None = None
) -> State:
    """Long short-term memory, forget gate f, input gate i, output gate o.

    c' = f c + i g,  h' = o tanh(c'): what to forget, what to let in, what to show.

    [i, f, g, o] = x + W_hh h + b_hh, then sigmoid of i, f, o and tanh of g; with weight_hr, h' = W_hr (o tanh(c'))
    x (batch, 4 hidden), c (batch, hidden), h (batch, hidden or projection). Hochreiter and Schmidhuber, 1997.
    """
    h, c = state
    i, f, g, o = (x + linear(h, weight_hh, bias_hh)).chunk(4, -1)  # (batch, hidden) each
    c = gate(f) * c + gate(i) * tanh(g)
    h = gate(o) * tanh(c)
    return (h if weight_hr is None else linear(h, weight_hr)), c


def gate(x: Tensor) -> Tensor:
    """sigmoid(x) = (1 + tanh(x / 2)) / 2: the same function in half the operations.

    `functional.sigmoid` is exact far below 0 as well; a gate that is shut needs no more digits.
    """
    return 0.5 * tanh(0.5 * x) + 0.5


def unroll(step: Step, inputs: Sequence[Tensor], start: State) -> tuple[list[Tensor], State]:
    """Steps through the inputs (batch_t, gates) in their order: h of every step, and every sequence's last state.

    The longest sequences stand first. Where a batch is smaller than the one before it, its last sequences have
    ended; where it is larger, as in a packed batch read backwards, they begin, each from its row of start.
    """
    outputs, ended = [], []
    state = tuple(part[: len(inputs[0])] for part in start)
    for x in inputs:
        rows, present = len(x), len(state[0])
        if rows < present:
            ended.append(tuple(part[rows:] for part in state))
            state = tuple(part[:rows] for part in state)
        elif rows > present:
            state = tuple(torch.cat([part, new[present:rows]]) for part, new in zip(state, start, strict=True))
        state = step(x, state)
        outputs.append(state[0])
    return outputs, tuple(torch.cat(parts) for parts in zip(state, *reversed(ended), strict=True))

"""Recurrent layers; the equations of one step stand in `functional/recurrent.py`.

input (time, batch, input_size), or (batch, time, input_size) with batch_first, or a PackedSequence, or one
example without its batch axis -> output, the last layer's h of every step, (time, batch, directions hidden_size),
and the last state of each layer and direction, (num_layers directions, batch, hidden_size).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.scratch.functional.recurrent import State, gru_step, lstm_step, rnn_step
from dongshou.scratch.nn.container import torch_nn
from dongshou.scratch.nn.recurrent_stack import Device, RecurrentStack, Sequences


class RNN(RecurrentStack, torch_nn.RNN):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu in place of tanh. Elman, 1990.

    Raises ValueError for other nonlinearities.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        flags = bias, batch_first, dropout, bidirectional
        mode = f"RNN_{nonlinearity.upper()}"
        super().__init__(mode, input_size, hidden_size, num_layers, *flags, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def step(self, x: Tensor, state: State, weights: dict[str, Any]) -> State:
        return rnn_step(x, state, weights["weight_hh"], weights["bias_hh"], self.nonlinearity)

    def forward(self, input: Sequences, hx: Tensor | None = None) -> tuple[Sequences, Tensor]:
        output, (h,) = self.run(input, None if hx is None else (hx,))
        return output, h


class GRU(RecurrentStack, torch_nn.GRU):
    """h_t = (1 - z) n + z h_(t-1), with the gates r, z and the new n of x_t and h_(t-1). Cho et al., 2014."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        flags = bias, batch_first, dropout, bidirectional
        super().__init__("GRU", input_size, hidden_size, num_layers, *flags, device=device, dtype=dtype)

    def step(self, x: Tensor, state: State, weights: dict[str, Any]) -> State:
        return gru_step(x, state, weights["weight_hh"], weights["bias_hh"])

    def forward(self, input: Sequences, hx: Tensor | None = None) -> tuple[Sequences, Tensor]:
        output, (h,) = self.run(input, None if hx is None else (hx,))
        return output, h


class LSTM(RecurrentStack, torch_nn.LSTM):
    """c_t = f c_(t-1) + i g,  h_t = o tanh(c_t), with the gates i, f, g, o of x_t and h_(t-1).

    The state is (h, c). With proj_size, h_t = W_hr (o tanh(c_t)) has that size, and c_t keeps hidden_size
    (Sak et al., 2014). Hochreiter and Schmidhuber, 1997; the gate f is of Gers et al., 2000.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        flags = bias, batch_first, dropout, bidirectional, proj_size
        super().__init__("LSTM", input_size, hidden_size, num_layers, *flags, device=device, dtype=dtype)

    def step(self, x: Tensor, state: State, weights: dict[str, Any]) -> State:
        return lstm_step(x, state, weights["weight_hh"], weights["bias_hh"], weights["weight_hr"])

    def forward(
        self, input: Sequences, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Sequences, tuple[Tensor, Tensor]]:
        output, (h, c) = self.run(input, hx)
        return output, (h, c)

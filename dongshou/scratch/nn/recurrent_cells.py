"""One step of a recurrent network as a layer; the equations stand in `functional/recurrent.py`."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.functional.recurrent import State, gru_step, lstm_step, rnn_step
from dongshou.scratch.nn.container import Layer, Parameter, torch_nn

Device = torch.device | str | int | None


class RecurrentCell(Layer):
    """What all cells have: weights for the input and for the state, num_chunks gates one below the other.

    weight_ih (gates, input_size), weight_hh (gates, hidden_size), bias_ih and bias_hh (gates), where
    gates = num_chunks hidden_size; all start uniform between -1 / sqrt(hidden_size) and 1 / sqrt(hidden_size).
    """

    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        gates = num_chunks * hidden_size
        self.weight_ih = Parameter(torch.empty(gates, input_size, device=device, dtype=dtype))
        self.weight_hh = Parameter(torch.empty(gates, hidden_size, device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            start = torch.empty(gates, device=device, dtype=dtype)
            self.register_parameter(name, Parameter(start) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all weights anew."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else f", bias={self.bias}")


class RNNCell(RecurrentCell, torch_nn.RNNCell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu.

    input (batch, input_size), hx (batch, hidden_size) -> (batch, hidden_size); without hx, h is 0. One example
    may come without its batch axis. Raises ValueError for other axes.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        (h,) = start(self, input, None if hx is None else (hx,), states=1)
        x = F.linear(input, self.weight_ih, self.bias_ih)
        return rnn_step(x, (h,), self.weight_hh, self.bias_hh, self.nonlinearity)[0]

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")


class GRUCell(RecurrentCell, torch_nn.GRUCell):
    """One step of the GRU, the gates r, z, n. Shapes and errors as RNNCell. Cho et al., 2014."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        (h,) = start(self, input, None if hx is None else (hx,), states=1)
        x = F.linear(input, self.weight_ih, self.bias_ih)
        return gru_step(x, (h,), self.weight_hh, self.bias_hh)[0]


class LSTMCell(RecurrentCell, torch_nn.LSTMCell):
    """One step of the LSTM, the gates i, f, g, o: (h, c) -> (h', c'). Shapes and errors as RNNCell.

    Hochreiter and Schmidhuber, 1997.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        state = start(self, input, hx, states=2)
        x = F.linear(input, self.weight_ih, self.bias_ih)
        h, c = lstm_step(x, state, self.weight_hh, self.bias_hh)
        return h, c


def start(cell: RecurrentCell, input: Tensor, hx: State | None, states: int) -> State:
    """The state that a cell starts from: hx, or zeros.

    Raises ValueError for inputs that are no batch and no example, RuntimeError for sizes that do not fit.
    """
    name = type(cell).__name__
    for word, tensor in (("input", input), *(("hidden", part) for part in hx or ())):
        if tensor.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected {word} to be 1D or 2D, got {tensor.dim()}D instead")
    if input.size(-1) != cell.input_size:
        raise RuntimeError(f"input has inconsistent input_size: got {input.size(-1)} expected {cell.input_size}")
    shape = (*input.shape[:-1], cell.hidden_size)
    if hx is None:
        return (input.new_zeros(shape),) * states
    for part in hx:
        if part.shape != shape:
            raise RuntimeError(f"{name}: hidden has inconsistent size: got {tuple(part.shape)} expected {shape}")
    return hx

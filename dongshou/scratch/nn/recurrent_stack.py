"""The way through layers, directions and time that RNN, GRU and LSTM share."""

from __future__ import annotations

import math
import warnings
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.functional.recurrent import State, unroll
from dongshou.scratch.nn.container import Layer, Parameter, torch_nn

Device = torch.device | str | int | None
Sequences = Tensor | PackedSequence
GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "GRU": 3, "LSTM": 4}
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")


class RecurrentStack(Layer, torch_nn.RNNBase):
    """What all recurrent layers have: num_layers on top of one another, each in one or two directions.

    For layer k and either direction weight_ih_lk (gates, input), weight_hh_lk (gates, state), bias_ih_lk,
    bias_hh_lk (gates), and weight_hr_lk (proj_size, hidden_size) for a projected state; the names of the way
    back end in _reverse. All start uniform between -1 / sqrt(hidden_size) and 1 / sqrt(hidden_size).
    Raises ValueError and TypeError for sizes and flags that make no layer.
    """

    def __init__(
        self,
        mode: str,
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
        super().__init__()
        _require_flags(bias=bias, batch_first=batch_first)
        _require_sizes(input_size, hidden_size, num_layers, proj_size)
        _require_dropout(dropout, num_layers)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._all_weights: list[list[str]] = []  # the names, for each layer and direction
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                shapes = self._shapes(layer)
                for name, shape in shapes.items():
                    start = torch.empty(shape, device=device, dtype=dtype)
                    self.register_parameter(name + suffix, Parameter(start))
                self._all_weights.append([name + suffix for name in shapes])
        # torch's own forward reads its weights from lists, which RNNBase keeps: for the day the layer is torch's again
        self._flat_weights_names = [name for names in self._all_weights for name in names]
        self._init_flat_weights()
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all weights anew."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Nothing: torch's lays the weights side by side for cuDNN, which is not called here."""

    def permute_hidden(self, hx: State, permutation: Tensor | None) -> State:
        """The state with the examples of the batch in another order."""
        return hx if permutation is None else tuple(part[:, permutation] for part in hx)

    def step(self, x: Tensor, state: State, weights: dict[str, Any]) -> State:
        """The state after the one given, from the input's share x of the gates."""
        raise NotImplementedError

    def run(self, input: Sequences, state: State | None) -> tuple[Sequences, State]:
        """The last layer's h of every time step, and all layers' states after the last one."""
        if isinstance(input, PackedSequence):
            data, batch_sizes, order, back = input
            self._require_input(data, axes=2)
            state = None if state is None else self.permute_hidden(state, order)
            state = self._start(data, int(batch_sizes[0]), state)
            output, state = self._through_layers(data, batch_sizes.tolist(), state)
            return PackedSequence(output, batch_sizes, order, back), self.permute_hidden(state, back)
        batched = _is_batch(type(self).__name__, input, state)
        sequence = input if batched else input.unsqueeze(1)
        sequence = sequence.transpose(0, 1) if batched and self.batch_first else sequence  # (time, batch, input)
        self._require_input(sequence, axes=3)
        time, batch = sequence.shape[:2]
        if state is not None and not batched:
            state = tuple(part.unsqueeze(1) for part in state)
        # a batch of equal lengths is a packed one from which no sequence drops out
        output, state = self._through_layers(
            sequence.flatten(0, 1), [batch] * time, self._start(sequence, batch, state)
        )
        output = output.unflatten(0, (time, batch))  # (time, batch, directions state)
        if not batched:
            return output.squeeze(1), tuple(part.squeeze(1) for part in state)
        return (output.transpose(0, 1) if self.batch_first else output), state

    def _through_layers(self, data: Tensor, batch_sizes: list[int], start: State) -> tuple[Tensor, State]:
        """data (rows of all times, input): what is packed, step by step, batch_sizes rows at each."""
        ends: list[State] = []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in self._suffixes(layer):
                state = tuple(part[len(ends)] for part in start)  # (batch, state) each
                output, end = self._one_way(data, batch_sizes, state, suffix)
                outputs.append(output)
                ends.append(end)
            data = torch.cat(outputs, -1)  # (rows, directions state)
            if layer < self.num_layers - 1:
                data = F.dropout(data, self.dropout, self.training)
        return data, tuple(torch.stack(parts) for parts in zip(*ends, strict=True))

    def _one_way(self, data: Tensor, batch_sizes: list[int], start: State, suffix: str) -> tuple[Tensor, State]:
        """One layer in one direction."""
        weights: dict[str, Any] = {name: getattr(self, name + suffix, None) for name in WEIGHTS}
        x = F.linear(data, weights.pop("weight_ih"), weights.pop("bias_ih")).split(batch_sizes)  # all times at once
        start = tuple(part.to(x[0].dtype) for part in start)  # under autocast the product is shorter than the state
        backwards = suffix.endswith("_reverse")
        outputs, end = unroll(lambda x, state: self.step(x, state, weights), x[::-1] if backwards else x, start)
        return torch.cat(outputs[::-1] if backwards else outputs), end

    def _suffixes(self, layer: int) -> list[str]:
        """How the names of a layer's weights end, for each direction."""
        return [f"_l{layer}", f"_l{layer}_reverse"] if self.bidirectional else [f"_l{layer}"]

    def _shapes(self, layer: int) -> dict[str, tuple[int, ...]]:
        gates = GATES[self.mode] * self.hidden_size
        state_size = self.proj_size or self.hidden_size
        input_size = self.input_size if layer == 0 else state_size * (2 if self.bidirectional else 1)
        biases = {"bias_ih": (gates,), "bias_hh": (gates,)} if self.bias else {}
        projection = {"weight_hr": (self.proj_size, self.hidden_size)} if self.proj_size else {}
        return {"weight_ih": (gates, input_size), "weight_hh": (gates, state_size), **biases, **projection}

    def _start(self, data: Tensor, batch: int, state: State | None) -> State:
        """The state that was given, when its sizes fit, or zeros."""
        stack = self.num_layers * (2 if self.bidirectional else 1)
        shapes = [(stack, batch, self.proj_size or self.hidden_size)]
        if self.mode == "LSTM":
            shapes.append((stack, batch, self.hidden_size))
        if state is None:
            return tuple(data.new_zeros(shape) for shape in shapes)
        for part, shape in zip(state, shapes, strict=True):
            if part.shape != shape:
                raise RuntimeError(f"Expected hidden size {shape}, got {list(part.shape)}")
        return state

    def _require_input(self, data: Tensor, axes: int) -> None:
        weight: Tensor = getattr(self, self._all_weights[0][0])
        if data.dtype != weight.dtype and not torch.is_autocast_enabled(data.device.type):
            raise ValueError(
                f"RNN input dtype ({data.dtype}) does not match weight dtype ({weight.dtype}). "
                f"Convert input: input.to({weight.dtype}), or convert model: model.to({data.dtype})"
            )
        if data.dim() != axes:
            raise RuntimeError(f"input must have {axes} dimensions, got {data.dim()}")
        if data.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {data.size(-1)}"
            )
        if len(data) == 0:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")

    def extra_repr(self) -> str:
        shown = f"{self.input_size}, {self.hidden_size}"
        shown += f", proj_size={self.proj_size}" if self.proj_size != 0 else ""
        shown += f", num_layers={self.num_layers}" if self.num_layers != 1 else ""
        shown += "" if self.bias else ", bias=False"
        shown += ", batch_first=True" if self.batch_first else ""
        shown += f", dropout={self.dropout}" if self.dropout != 0 else ""
        return shown + (", bidirectional=True" if self.bidirectional else "")


def _is_batch(name: str, input: Tensor, state: State | None) -> bool:
    if input.dim() not in (2, 3):
        raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.dim()}D tensor instead")
    if any(part.dim() != input.dim() for part in state or ()):
        kind = "batched 3-D" if input.dim() == 3 else "unbatched 2-D"
        got = ", ".join(f"{part.dim()}-D" for part in state or ())
        raise RuntimeError(f"For {kind} input, hx should also be {input.dim()}-D but got {got} tensors")
    return input.dim() == 3


def _require_flags(**flags: bool) -> None:
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")


def _require_sizes(input_size: int, hidden_size: int, num_layers: int, proj_size: int) -> None:
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
        if not isinstance(value, int):
            raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero; got {value}")
    if not 0 <= proj_size < hidden_size:
        raise ValueError(f"proj_size has to be 0 (no projection) or smaller than hidden_size; got {proj_size}")


def _require_dropout(dropout: float, num_layers: int) -> None:
    if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1:
        raise ValueError(f"dropout should be a number in range [0, 1], the probability of a zero; got {dropout}")
    if dropout > 0 and num_layers == 1:
        warnings.warn(f"dropout={dropout} has no effect: it stands between layers, and there is one", stacklevel=4)

"""The gates of an LSTM over a sentence: what it forgets, lets in, and shows at each token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from dongshou.drawing import new_figure
from dongshou.models.summary.watch import evaluating
from dongshou.scratch.functional.recurrent import gate
from dongshou.tasks.pictures.attention import shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = 24  # in the picture
GATES = ("forget", "input", "output")


def first_lstm(model: nn.Module) -> nn.Module | None:
    """The first LSTM among the layers, torch's or ours."""
    return next((layer for layer in model.modules() if getattr(layer, "mode", None) == "LSTM"), None)


@torch.no_grad()
def gates_of(model: nn.Module, lstm: nn.Module, tokens: Tensor) -> dict[str, Tensor]:
    """Each gate, 0 shut and 1 open, and the cell after each token: (steps, hiddens), of the first layer forwards.

    [i, f, g, o] = W_ih x + b_ih + W_hh h + b_hh;  c' = sigmoid(f) c + sigmoid(i) tanh(g);  h' = sigmoid(o) tanh(c')
    """
    (x,) = inputs_of(lstm, model, tokens)  # (steps, inputs)
    weights = dict(lstm.named_parameters())
    W_ih, W_hh, b = weights["weight_ih_l0"], weights["weight_hh_l0"], weights["bias_ih_l0"] + weights["bias_hh_l0"]
    h = c = x.new_zeros(W_hh.shape[1])  # (hiddens,)
    seen: dict[str, list[Tensor]] = {name: [] for name in (*GATES, "cell")}
    for x_t in x:
        i, f, g, o = (W_ih @ x_t + W_hh @ h + b).chunk(4)
        c = gate(f) * c + gate(i) * torch.tanh(g)
        h = gate(o) * torch.tanh(c)
        for name, values in zip(seen, (gate(f), gate(i), gate(o), c), strict=True):
            seen[name].append(values)
    return {name: torch.stack(values).cpu() for name, values in seen.items()}


def inputs_of(layer: nn.Module, model: nn.Module, tokens: Tensor) -> Tensor:
    """What the layer is given when the model reads the tokens."""
    given: list[Tensor] = []
    hook = layer.register_forward_pre_hook(lambda layer, inputs: given.append(inputs[0]))
    try:
        with evaluating(model):
            model.forward(tokens)
    finally:
        hook.remove()
    return given[0]


def draw_gates(gates: dict[str, Tensor], tokens: list[str]) -> Figure:
    """A row for each gate and one for the cell: tokens from left to right, the units that forget most unevenly."""
    units = gates["forget"].std(0).argsort(descending=True)[:UNITS]
    figure = new_figure(max(6.4, 0.2 * len(tokens) + 1.5), 9.0)
    panels = figure.subplots(len(gates), 1, sharex=True)
    for axes, (name, values) in zip(panels, gates.items(), strict=True):
        is_cell = name == "cell"
        most = float(values.abs().max()) if is_cell else 1.0
        colors = dict(cmap="RdBu", vmin=-most, vmax=most) if is_cell else dict(cmap="viridis", vmin=0.0, vmax=1.0)
        image = axes.imshow(values[:, units].T.numpy(), aspect="auto", **colors)
        axes.set(title=name if is_cell else f"{name} gate", ylabel="unit", yticks=[])
        figure.colorbar(image, ax=axes)
    panels[-1].set_xticks(range(len(tokens)), map(shown, tokens))
    panels[-1].tick_params(axis="x", labelrotation=90 if max(map(len, tokens)) > 1 else 0)
    return figure

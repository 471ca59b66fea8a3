"""The gates of an LSTM over a sentence: what it forgets, lets in, and shows at each token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from dongshou.drawing import DIVERGING, color_bar, new_panels
from dongshou.models.summary.watch import evaluating
from dongshou.scratch.functional.recurrent import gate
from dongshou.tasks.pictures.attention import shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = 24  # in the picture
GATES = ("forget", "input", "output")
HALF_OPEN = 0.5
TOKEN = 0.2  # inches between two tokens


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
    """A row for each gate and one for the cell: tokens from left to right, the units that forget most unevenly.

    The gates have one scale, half open in its middle, that reaches as far as they do.
    """
    units = gates["forget"].std(0).argsort(descending=True)[:UNITS]
    shown_gates = {name: values[:, units].T for name, values in gates.items()}  # (units, steps)
    swing = max(float((shown_gates[name] - HALF_OPEN).abs().max()) for name in GATES)
    most = float(shown_gates["cell"].abs().max())
    titles = [f"{name} gate" for name in GATES] + ["cell"]
    figure, panels = new_panels(
        titles,
        heading=f"Gates of an LSTM: the {len(units)} units that forget most unevenly",
        columns=1,
        panel=(max(6.4, TOKEN * len(tokens) + 1.5), 1.9),
        ylabel="unit",
    )
    for axes, (name, values) in zip(panels, shown_gates.items(), strict=True):
        middle, reach = (0.0, most) if name == "cell" else (HALF_OPEN, swing)
        image = axes.imshow(values.numpy(), aspect="auto", cmap=DIVERGING, vmin=middle - reach, vmax=middle + reach)
        axes.set_yticks([])
        axes.set_xticks(range(len(tokens)), map(shown, tokens), rotation=90 if max(map(len, tokens)) > 1 else 0)
        axes.tick_params(labelbottom=name == "cell")
        if name in (GATES[-1], "cell"):
            beside = panels[-1:] if name == "cell" else panels[:-1]
            color_bar(image, beside, label="value" if name == "cell" else "0 closed, 1 open")
    panels[-1].set_xlabel("token read")
    return figure

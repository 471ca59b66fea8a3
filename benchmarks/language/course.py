"""How the course writes an LSTM: one-hot tokens, and in Python a loop over the steps of time, gate by gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD

from benchmarks.language.bare import recurrent_steps
from benchmarks.language.work import Stepwise, Work
from benchmarks.work import Device
from dongshou.training import Experiment

GATES = ("input", "forget", "cell", "output")
State = tuple[Tensor, Tensor]


class LoopedLSTM(nn.Module):
    """c_t = f c_(t-1) + i g, h_t = o tanh(c_t), where each of i, f, g, o is a function of x_t W_x + h_(t-1) W_h + b.

    tokens (batch, steps), state -> logits (batch, steps, vocabulary_size), state. Hochreiter and Schmidhuber, 1997.
    """

    def __init__(self, vocabulary_size: int, num_hiddens: int) -> None:
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.num_hiddens = num_hiddens
        self.W_x = nn.ParameterDict({gate: normal(vocabulary_size, num_hiddens) for gate in GATES})
        self.W_h = nn.ParameterDict({gate: normal(num_hiddens, num_hiddens) for gate in GATES})
        self.b = nn.ParameterDict({gate: nn.Parameter(torch.zeros(num_hiddens)) for gate in GATES})
        self.W_output = normal(num_hiddens, vocabulary_size)
        self.b_output = nn.Parameter(torch.zeros(vocabulary_size))

    def forward(self, tokens: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        xs = F.one_hot(tokens.T, self.vocabulary_size).float()  # (steps, batch, vocabulary_size)
        zeros = self.b_output.new_zeros(len(tokens), self.num_hiddens)
        h, c = (zeros, zeros) if state is None else state
        logits = []
        for x in xs:
            i = torch.sigmoid(self.gate("input", x, h))
            f = torch.sigmoid(self.gate("forget", x, h))
            g = torch.tanh(self.gate("cell", x, h))
            o = torch.sigmoid(self.gate("output", x, h))
            c = f * c + i * g
            h = o * torch.tanh(c)
            logits.append(h @ self.W_output + self.b_output)
        return torch.stack(logits, 1), (h, c)

    def gate(self, name: str, x: Tensor, h: Tensor) -> Tensor:
        """Before its function, (batch, num_hiddens)."""
        return x @ self.W_x[name] + h @ self.W_h[name] + self.b[name]


def normal(*shape: int) -> nn.Parameter:
    return nn.Parameter(0.01 * torch.randn(shape))


def looped(work: Work) -> Experiment:
    """The same experiment with that model."""
    experiment = work.make()
    ours: Any = experiment.model
    model = LoopedLSTM(ours.vocabulary_size, ours.recurrent.hidden_size).to(work.device)
    return replace(experiment, model=model, optimizer=SGD(model.parameters(), experiment.optimizer.defaults["lr"]))


def training(work: Work) -> Stepwise:
    experiment = looped(work)
    return Stepwise(experiment.model, recurrent_steps(experiment))


def writing(work: Work) -> Callable[[], Tensor]:
    experiment = looped(work)
    model = experiment.model.eval()
    first = int(work.prompt(experiment))
    return lambda: written(model, first, work.num_written(model), work.device)


@torch.no_grad()
def written(model: nn.Module, token: int, num_tokens: int, device: Device) -> Tensor:
    """The most probable token each time, which becomes a number of Python's and a tensor again, (1, num_tokens)."""
    tokens, state = [token], None
    for _ in range(num_tokens):
        logits, state = model(torch.tensor([[tokens[-1]]], device=device), state)
        tokens.append(int(logits[0, -1].argmax()))
    return torch.tensor([tokens[1:]], device=device)

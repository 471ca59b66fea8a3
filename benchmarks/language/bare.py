"""The yardstick: a bare loop over a text in memory, with nothing around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from benchmarks.language.work import Stepwise, Work, batches_of
from dongshou.training import Experiment


def training(work: Work) -> Stepwise:
    experiment = work.make()
    steps = recurrent_steps if batches_of(experiment).sampling == "sequential" else window_steps
    return Stepwise(experiment.model, steps(experiment))


def recurrent_steps(experiment: Experiment) -> Iterator[None]:
    """Rows of the text side by side; the state goes on from batch to batch."""
    batches = batches_of(experiment)
    batch_size, num_steps = batches.batch_size, batches.num_steps
    num_tokens = len(batches) * batch_size * num_steps
    while True:
        offset = int(torch.randint(num_steps, ()))
        text = batches.tokens[offset : offset + num_tokens + 1]
        inputs = text[:-1].view(batch_size, -1).split(num_steps, dim=1)
        targets = text[1:].view(batch_size, -1).split(num_steps, dim=1)
        state = None
        for x, y in zip(inputs, targets, strict=True):
            logits, state = experiment.model(x, state)
            state = tuple(part.detach() for part in state)
            descend(experiment, logits, y)
            yield


def window_steps(experiment: Experiment) -> Iterator[None]:
    """Windows from anywhere in the text; the rate of learning changes with every step."""
    batches = batches_of(experiment)
    tokens, num_steps = batches.tokens, batches.num_steps
    schedule = None if experiment.schedule is None else experiment.schedule(experiment.optimizer)
    while True:
        starts = torch.randint(len(tokens) - num_steps, (batches.batch_size, 1), device=tokens.device)
        windows = tokens[starts + torch.arange(num_steps + 1, device=tokens.device)]  # (batch, steps + 1)
        logits, _ = experiment.model(windows[:, :-1])
        descend(experiment, logits, windows[:, 1:])
        if schedule is not None:
            schedule.step()
        yield


def descend(experiment: Experiment, logits: Tensor, targets: Tensor) -> None:
    loss = cross_entropy(logits.flatten(0, 1), targets.flatten())
    experiment.optimizer.zero_grad()
    loss.backward()
    if experiment.clip is not None:
        clip_grad_norm_(experiment.model.parameters(), experiment.clip)
    experiment.optimizer.step()


def writing(work: Work) -> Callable[[], Tensor]:
    experiment = work.make()
    model = experiment.model.eval()
    return lambda: written(model, work.prompt(experiment), work.num_written(model))


@torch.no_grad()
def written(model: nn.Module, token: Tensor, num_tokens: int) -> Tensor:
    """The most probable token each time, (1, num_tokens)."""
    tokens, state = [], None
    for _ in range(num_tokens):
        logits, state = model(token, state)
        token = logits[:, -1].argmax(1, keepdim=True)
        tokens.append(token)
    return torch.cat(tokens, 1)

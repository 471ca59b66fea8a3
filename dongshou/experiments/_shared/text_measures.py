"""What a loss does not tell of a language model."""

from __future__ import annotations

import re

import torch
from torch import nn
from torch.nn import functional as F

from dongshou.data import Split, TextSplits
from dongshou.models.summary.watch import evaluating
from dongshou.tasks.generation import generate
from dongshou.tasks.language_model import perplexity
from dongshou.training.events import Metrics

ROWS = 8  # of a batch: enough to measure by
POEMS = 64  # that are written: some 900 lines, whose share is known to two points

MARKS = "[，。！？；：、\n]+"
REGULAR = (5, 7)  # characters in a line of verse


@torch.no_grad()
def without_future(model: nn.Module, batches: Split) -> Metrics:
    """The perplexity where the model is given a text up to each token, and asked for the next.

    What reads one way gives the same as on the whole text at once; what reads both ways no longer sees the answer.
    """
    state = batches.state_dict()
    inputs, targets, _ = next(iter(batches))
    batches.load_state_dict(state)  # as if nobody had looked
    inputs, targets = inputs[:ROWS], targets[:ROWS]  # (rows, steps)
    with evaluating(model):
        ends = [model.forward(inputs[:, : step + 1])[0][:, -1] for step in range(inputs.shape[1])]
    logits = torch.stack(ends, 1)  # (rows, steps, vocabulary)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    return {"perplexity_without_future": perplexity(float(loss))}


def regular_lines(model: nn.Module, data: TextSplits, num_tokens: int = 96) -> Metrics:
    """The share of lines with five or seven characters among those that the model writes, whole ones only."""
    device = next(model.parameters()).device
    prompt = data.vocabulary.encode("\n")[None].expand(POEMS, 1).to(device)
    generator = torch.Generator(device).manual_seed(0)
    unknown = data.vocabulary.unknown  # no character
    written = generate(model, prompt, num_tokens, temperature=0.8, never=unknown, generator=generator)  # (rows, tokens)
    texts = ["".join(data.vocabulary.tokens(row)) for row in written.tolist()]
    lines = [line for text in texts for line in re.split(MARKS, text)[:-1] if line]  # the last one is cut off
    regular = sum(len(line) in REGULAR for line in lines)
    return {"regular_lines": regular / max(1, len(lines))}

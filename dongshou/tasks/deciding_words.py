"""Which words of a text decide for a class: what is lost without each, and what the gradient says of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from dongshou.models.summary.watch import evaluating


class Deciding(NamedTuple):
    """By how much each token raises the log odds of a class, log p / (1 - p); below 0 it speaks against it.

    occlusion  (tokens,) without the token, <unk> in its place, they are so much less
    gradient   (tokens,) its vector times their gradient: the same to first order, were the vector 0; None of a network
               without an embedding
    """

    occlusion: Tensor
    gradient: Tensor | None


def deciding_words(model: nn.Module, inputs: tuple[Tensor, Tensor], chosen: int, unknown: int) -> Deciding:
    """Of one text: tokens (1, steps) and its length (1,). The model's mode and gradients stay as they are."""
    with evaluating(model):
        gradient = gradient_times_input(model, inputs, chosen)
        return Deciding(occlusion(model, inputs, chosen, unknown), gradient)


@torch.no_grad()
def occlusion(model: nn.Module, inputs: tuple[Tensor, Tensor], chosen: int, unknown: int) -> Tensor:
    """log odds of the text - log odds of the text without the token, for each token (steps,).

    Zeiler and Fergus, 2014, of pictures; Li, Monroe and Jurafsky, 2016, of texts.
    """
    tokens, lengths = inputs
    steps = int(lengths)
    without = tokens[:, :steps].repeat(steps, 1).fill_diagonal_(unknown)  # (steps, steps): a text for each token
    whole = log_odds(model(inputs), chosen)  # (1,)
    return whole - log_odds(model((without, lengths.repeat(steps))), chosen)


def gradient_times_input(model: nn.Module, inputs: tuple[Tensor, Tensor], chosen: int) -> Tensor | None:
    """sum over the numbers of its vector e of e d(log odds) / de, for each token (steps,). Simonyan et al., 2014."""
    embedding = getattr(model, "embedding", None)
    if not isinstance(embedding, nn.Module):
        return None
    vectors: list[Tensor] = []

    def keep(_: Any, __: Any, output: Tensor) -> Tensor:
        vectors.append(output.detach().requires_grad_())  # also of vectors that are frozen
        return vectors[0]

    hook = embedding.register_forward_hook(keep)
    try:
        # cuDNN's recurrent layers have no gradient while they are evaluated
        with torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
            odds = log_odds(model(inputs), chosen)
            (gradient,) = torch.autograd.grad(odds.sum(), vectors[0])
    finally:
        hook.remove()
    return (vectors[0] * gradient).sum(-1)[0, : int(inputs[1])].detach()


def log_odds(logits: Tensor, chosen: int) -> Tensor:
    """log p / (1 - p) of one class, (batch, classes) -> (batch,): its logit less the log-sum-exp of the others."""
    others = torch.cat([logits[:, :chosen], logits[:, chosen + 1 :]], 1)
    return logits[:, chosen] - others.logsumexp(1)

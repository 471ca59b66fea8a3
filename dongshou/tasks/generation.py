"""Writing with a language model: one token after the other, each drawn from what the model thinks comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from dongshou.data.text.vocabulary import check_prompt
from dongshou.errors import UsageError
from dongshou.models.summary.watch import evaluating

if TYPE_CHECKING:
    from dongshou.data import TextSplits


def generate(
    model: nn.Module,
    tokens: Tensor,
    num_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    never: int | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """How the model goes on after the tokens of a prompt: (batch, steps) -> (batch, num_tokens).

    P(token) = softmax(logits / temperature), of the tokens that are left by top_k and top_p (see `filtered`);
    a temperature of 0 always takes the most probable token. `never` is not written, as what stands for unknown
    tokens should not be. `generator` draws, on the device of the model.

    No token is read twice: the state, or the cache of keys and values, stands for those before. A model with a
    context of so many positions starts over from the latter half of its context whenever that is full.
    Raises UsageError for an empty prompt, and for numbers that leave no choice.
    """
    check_choice(tokens, num_tokens, temperature, top_k, top_p)
    context: int | None = getattr(model, "context", None)
    text, unread, state, num_read = tokens, tokens, None, 0
    with evaluating(model), torch.inference_mode():
        for _ in range(num_tokens):
            if context is not None and num_read + unread.shape[1] > context:
                unread, state, num_read = text[:, -max(1, context // 2) :], None, 0
            logits, state = model.forward(unread, state)  # (batch, steps, vocabulary); forward: never recompiled
            num_read += unread.shape[1]
            last = logits[:, -1].float()  # (batch, vocabulary)
            if never is not None:
                last = last.index_fill(1, torch.tensor([never], device=last.device), -torch.inf)
            unread = chosen(last, temperature, top_k, top_p, generator)  # (batch, 1)
            text = torch.cat([text, unread], 1)
    return text[:, tokens.shape[1] :].clone()  # an ordinary tensor again, which a model may learn from


def chosen(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None, generator: torch.Generator | None
) -> Tensor:
    """One token for each row: (batch, vocabulary) -> (batch, 1)."""
    if temperature == 0:
        return logits.argmax(1, keepdim=True)
    below_best = (logits - logits.amax(1, keepdim=True)).double()  # 0 / temperature is 0, however cold it is
    probabilities = filtered((below_best / temperature).float(), top_k, top_p).softmax(1)
    return torch.multinomial(probabilities, 1, generator=generator)


def filtered(logits: Tensor, top_k: int | None = None, top_p: float | None = None) -> Tensor:
    """Top-k and nucleus sampling: logits (batch, vocabulary) with -inf for the tokens that must not be drawn.

    top_k  leaves the k most probable, no more where some are equally probable (Fan et al., 2018)
    top_p  leaves the fewest that have a probability of p together (nucleus sampling; Holtzman et al., 2020); 1: all
    """
    if top_k is not None:
        values, kept = logits.topk(min(top_k, logits.shape[1]), dim=1)  # (batch, k)
        logits = torch.full_like(logits, -torch.inf).scatter_(1, kept, values)
    if top_p is not None and top_p < 1:  # rounded, the probabilities before the last token may sum to 1
        ranked, order = logits.sort(dim=1, descending=True)
        probabilities = ranked.softmax(1)
        before = probabilities.cumsum(1) - probabilities  # of all more probable tokens together
        ranked = ranked.masked_fill(before >= top_p, -torch.inf)
        logits = torch.empty_like(logits).scatter_(1, order, ranked)
    return logits


def check_choice(tokens: Tensor, num_tokens: int, temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Raise UsageError for a prompt without tokens, and for numbers that choose nothing."""
    if tokens.dim() != 2 or tokens.shape[1] == 0:
        raise UsageError(f"A prompt is tokens (batch, steps), at least one; got {tuple(tokens.shape)}.")
    if num_tokens < 1:
        raise UsageError(f"At least 1 token is to be written; got {num_tokens}.")
    if not temperature >= 0:
        raise UsageError(f"temperature must be at least 0, the most probable token; got {temperature}.")
    if top_k is not None and top_k < 1:
        raise UsageError(f"top_k leaves at least 1 token to draw from; got {top_k}.")
    if top_p is not None and not 0 < top_p <= 1:
        raise UsageError(f"top_p is a probability above 0 and up to 1; got {top_p}.")


def continue_text(
    model: nn.Module, data: TextSplits, prompt: str, num_tokens: int = 50, seed: int | None = None, **choice: Any
) -> str:
    """The prompt, cut into tokens as the data were, and what the model writes after it, `<unk>` never.

    seed    what is drawn is the same each time; None draws differently each time
    choice  temperature, top_k, top_p: see `generate`

    Raises UsageError for a prompt with tokens that the text it has learnt from does not contain.
    """
    tokens = list(data.tokenize(prompt))
    check_prompt(data.vocabulary, tokens)
    device = next(model.parameters(), torch.empty(0)).device
    generator = None if seed is None else torch.Generator(device).manual_seed(seed)
    ids = data.vocabulary.encode(tokens)[None].to(device)  # (1, steps)
    written = generate(model, ids, num_tokens, never=data.vocabulary.unknown, generator=generator, **choice)
    return data.join([*tokens, *data.vocabulary.tokens(written[0].tolist())])


@torch.inference_mode()
def transcribed(model: nn.Module, data: TextSplits, text: str) -> str:
    """The most probable token in the place of each of the text, `<unk>` never.

    Raises UsageError for a text with tokens that the model has not learnt from.
    """
    tokens = list(data.tokenize(text))
    check_prompt(data.vocabulary, tokens)
    device = next(model.parameters(), torch.empty(0)).device
    with evaluating(model):
        logits, _ = model(data.vocabulary.encode(tokens)[None].to(device))  # (1, steps, vocabulary)
    never = torch.tensor([data.vocabulary.unknown], device=device)
    return data.join(data.vocabulary.tokens(logits[0].index_fill(1, never, -torch.inf).argmax(1).tolist()))

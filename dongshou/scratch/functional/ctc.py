"""Connectionist temporal classification: a loss for a sequence whose labels have no times.

A path gives every time step a label or the blank; it spells the target once repetitions are merged and
blanks are taken out. The loss is the negative log-probability of all paths that do. Graves et al., 2006.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dongshou.scratch.functional.checks import can_be_read
from dongshou.scratch.functional.precision import float32_under_autocast
from dongshou.scratch.functional.reduction import reduced

IMPOSSIBLE = -1e30  # the logarithm of a probability of 0; finite, because inf - inf is no number
Lengths = Tensor | Sequence[int]


@float32_under_autocast
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """CTC, connectionist temporal classification.

    -log p(target), p summed over all paths that spell it by the forward algorithm, in log space.

    log_probs (time, batch, classes), the result of a log_softmax; targets (batch, longest), or all of them
    one after the other, without blanks; lengths (batch). Or one example: (time, classes), (labels), ().
    The mean divides each loss by its target's length first. A target too long for its input costs infinity,
    or nothing with zero_infinity. Raises RuntimeError when the shapes do not fit.
    """
    is_single = log_probs.dim() == 2
    if is_single:
        log_probs, targets = log_probs.unsqueeze(1), targets.reshape(1, -1)
    times = _lengths(input_lengths, log_probs)  # (batch)
    sizes = _lengths(target_lengths, log_probs)  # (batch)
    labels = _in_rows(targets, sizes)  # (batch, longest)
    _require_fitting(log_probs, labels, times, sizes, blank)
    log_probs = log_probs.float() if log_probs.dtype in (torch.float16, torch.bfloat16) else log_probs
    losses = _of_normalized(log_probs, times) - _log_likelihood(log_probs, labels, times, sizes, blank)
    is_infinite = losses > -IMPOSSIBLE / 2
    losses = torch.where(is_infinite, 0 if zero_infinity else torch.inf, losses)
    if reduction == "mean":
        losses = losses / sizes.clamp(min=1)
    return reduced(losses.squeeze(0) if is_single else losses, reduction)


def _log_likelihood(log_probs: Tensor, labels: Tensor, times: Tensor, sizes: Tensor, blank: int) -> Tensor:
    """log p(target) by the forward algorithm: (batch).

    alpha_t(s) is the probability of all beginnings of paths that are in state s at time t, where the states
    are the labels with blanks around them. A path stays, goes on by one, or skips a blank between two
    different labels: alpha_t(s) = p_t(s) (alpha(s) + alpha(s - 1) + alpha(s - 2)), all at time t - 1.
    """
    states = _with_blanks(labels, blank)  # (batch, states)
    emissions = log_probs.gather(2, states.expand(len(log_probs), *states.shape))  # (time, batch, states)
    emissions = emissions.clamp(min=IMPOSSIBLE)
    skip = torch.full_like(emissions[0], IMPOSSIBLE)  # (batch, states), the logarithm of 0 or 1
    skip[:, 2:].masked_fill_((states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2]), 0)
    state = torch.arange(states.size(1), device=states.device)
    before = torch.where(state == 0, 0.0, IMPOSSIBLE)  # what an input of no time steps can say: nothing
    alpha = torch.where(state < 2, emissions[0], IMPOSSIBLE)  # (batch, states): a blank, or the first label
    alpha = torch.where((times > 0).unsqueeze(1), alpha, before)
    edge = alpha.new_full((len(alpha), 2), IMPOSSIBLE)  # what comes before the first state
    time = torch.arange(len(log_probs), device=times.device).reshape(-1, 1, 1)
    for emission, is_in_time in zip(emissions[1:], time[1:] < times.unsqueeze(1), strict=True):
        behind = torch.cat([edge, alpha], dim=1)  # (batch, 2 + states)
        ways = torch.stack([alpha, behind[:, 1:-1], behind[:, :-2] + skip])  # (3, batch, states)
        alpha = torch.where(is_in_time, emission + _log_sum_exp(ways), alpha)
    last = (2 * sizes).unsqueeze(1)  # the blank at the end; or the label before it, where there is one
    ends = torch.cat([last, (last - 1).clamp(min=0)], dim=1)
    paths = alpha.gather(1, ends)  # (batch, 2)
    is_label = torch.stack([sizes >= 0, sizes > 0], dim=1)
    return _log_sum_exp(torch.where(is_label, paths, IMPOSSIBLE).t())


def _of_normalized(log_probs: Tensor, times: Tensor) -> Tensor:
    """0 for every example, with the derivative of the time steps' log(sum of probabilities): (batch).

    Like torch's, the gradient is the one by logits, p - p(state | target), whoever takes the log_softmax.
    """
    is_in_time = torch.arange(len(log_probs), device=log_probs.device).unsqueeze(1) < times  # (time, batch)
    total = torch.where(is_in_time, log_probs.exp().sum(2), 0).sum(0)
    return total - total.detach()


def _with_blanks(labels: Tensor, blank: int) -> Tensor:
    """a b c -> _ a _ b _ c _: (batch, 2 longest + 1)."""
    states = labels.new_full((labels.size(0), 2 * labels.size(1) + 1), blank)
    states[:, 1::2] = labels
    return states


def _log_sum_exp(values: Tensor) -> Tensor:
    """log(sum exp) over the first axis."""
    largest = values.detach().amax(0)
    return largest + (values - largest).exp().sum(0).log()


def _lengths(lengths: Lengths, like: Tensor) -> Tensor:
    """One length for every example, beside the others' data: (batch)."""
    return torch.as_tensor(lengths, device=like.device).long().reshape(-1)


def _in_rows(targets: Tensor, sizes: Tensor) -> Tensor:
    """One row of labels for every example, 0 behind its end: (batch, longest)."""
    step = torch.arange(_longest(targets, sizes), device=sizes.device)
    is_label = step < sizes.unsqueeze(1)  # (batch, longest)
    targets = targets.long().to(sizes.device)
    if targets.dim() == 1:
        if can_be_read(sizes) and len(targets) != int(sizes.sum()):
            raise RuntimeError(f"targets hold {len(targets)} labels, target_lengths sum up to {int(sizes.sum())}")
        begins = sizes.cumsum(0) - sizes
        targets = targets[torch.where(is_label, begins.unsqueeze(1) + step, 0)] if len(targets) > 0 else is_label.long()
    if targets.size(1) < len(step):
        raise RuntimeError(f"a target has {len(step)} labels, but targets has room for {targets.size(1)}")
    return torch.where(is_label, targets[:, : len(step)], 0)


def _longest(targets: Tensor, sizes: Tensor) -> int:
    """The number of labels of the longest target; where no lengths can be read, what no target is longer than."""
    if not can_be_read(sizes) and sizes.device.type == "cpu":
        return targets.size(-1)
    return int(sizes.amax()) if len(sizes) > 0 else 0


def _require_fitting(log_probs: Tensor, labels: Tensor, times: Tensor, sizes: Tensor, blank: int) -> None:
    """Raises RuntimeError unless there is one of each for every example, and time and classes suffice."""
    time, batch, classes = log_probs.shape
    if not len(times) == len(sizes) == len(labels) == batch:
        counts = f"{len(labels)} targets, {len(times)} input_lengths and {len(sizes)} target_lengths"
        raise RuntimeError(f"a batch of {batch} needs as many targets and lengths; got {counts}")
    if not 0 <= blank < classes:
        raise RuntimeError(f"blank must be in label range: 0 to {classes - 1}, got {blank}")
    if can_be_read(times) and ((times > time).any() or (times < 0).any()):
        raise RuntimeError(f"input_lengths must be from 0 to {time}, got {times.tolist()}")

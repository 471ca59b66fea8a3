"""Ours as everybody runs it: the experiment through `fit`, its metrics being taken; texts by `generate`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from benchmarks.language.work import Stepwise, Work
from dongshou.models import DotProductAttention
from dongshou.tasks.generation import generate
from dongshou.training import Experiment, Session, Stepped, fit


def training(work: Work, *, fused: bool = True, **options: Any) -> Stepwise:
    """`options` are those of `dongshou run`: precision, compile."""
    experiment = with_attention(work.make(), fused)
    events = fit(experiment, Session(device=work.device, **options))
    return Stepwise(experiment.model, (event for event in events if isinstance(event, Stepped)))


def writing(work: Work, *, fused: bool = True, **options: Any) -> Callable[[], Tensor]:
    experiment = with_attention(work.make(), fused)
    model, session = experiment.model, Session(device=work.device, **options)

    def write() -> Tensor:
        with session.autocast():
            return generate(model, work.prompt(experiment), work.num_written(model), temperature=0.0)

    return write


def with_attention(experiment: Experiment, fused: bool) -> Experiment:
    """Attention in one kernel, or written out formula by formula, its weights being kept."""
    for module in experiment.model.modules():
        if isinstance(module, DotProductAttention):
            module.need_weights = not fused
    return experiment

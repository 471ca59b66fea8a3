"""Bring a model and its optimiser to compute as a choice says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.optim import Optimizer

from dongshou.training.fast.formulations import reformulate
from dongshou.training.parts import Optimizers, by_name

if TYPE_CHECKING:
    from dongshou.training.fast.choice import Choice


def apply(choice: Choice, model: nn.Module, optimizer: Optimizers) -> None:
    """All but precision and threads, which belong to the moment of the step. Parameters keep names and values."""
    if choice.channels_last:
        model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    if choice.reformulated:
        reformulate(model)
    if choice.fused:
        for one in by_name(optimizer).values():
            fuse(one)
    if choice.compile:
        compile_for(model)


def compile_for(model: nn.Module) -> None:
    """One program for each shape of batch; on a GPU recorded as a CUDA graph, which is launched whole."""
    is_on_gpu = next(model.parameters()).device.type == "cuda"
    model.compile(dynamic=False, mode="reduce-overhead" if is_on_gpu else None)


def can_fuse(optimizer: Optimizers) -> bool:
    """Whether torch has a kernel that takes the whole step of this optimiser, or of each of several."""
    return all(
        all("fused" in group for group in one.param_groups) and not one.state for one in by_name(optimizer).values()
    )


def fuse(optimizer: Optimizer) -> None:
    """As if it had been made with `fused=True`, for which it must not have taken a step yet."""
    for group in optimizer.param_groups:
        group["fused"], group["foreach"] = True, False


@contextmanager
def threads_of(choice: Choice | None) -> Iterator[None]:
    """Compute on that many threads of the processor, and on as many as before afterwards."""
    former = torch.get_num_threads()
    if choice is not None:
        torch.set_num_threads(choice.threads)
    try:
        yield
    finally:
        torch.set_num_threads(former)

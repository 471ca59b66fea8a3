"""The momentum that some schedules move against the learning rate: SGD's, or the first beta of Adam."""

from __future__ import annotations

from typing import Any

from torch.optim import Optimizer

from dongshou.scratch.optim.lr_scheduler.chainable import for_each_group


def has_beta1(optimizer: Optimizer) -> bool:
    """Whether betas[0] is the momentum. Raises ValueError for an optimiser without any."""
    if not optimizer.defaults.keys() & {"momentum", "betas"}:
        name = type(optimizer).__name__
        raise ValueError(f"cycle_momentum needs an optimiser with momentum or beta1, which {name} does not have")
    return "betas" in optimizer.defaults


def set_momentum(group: dict[str, Any], momentum: float, use_beta1: bool) -> None:
    if use_beta1:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


def begin_high(optimizer: Optimizer, base_momentums: list[float], max_momentums: list[float], use_beta1: bool) -> None:
    """Where the rate is lowest the momentum is highest; both ends are kept in the group."""
    for group, base, top in zip(optimizer.param_groups, base_momentums, max_momentums, strict=True):
        set_momentum(group, top, use_beta1)
        group["max_momentum"], group["base_momentum"] = top, base


def momentum_ends(optimizer: Optimizer, base_momentum: Any, max_momentum: Any) -> tuple[list[float], list[float]]:
    """For each group; ValueError for a list of another length."""
    return (
        for_each_group(optimizer, base_momentum, "base_momentum"),
        for_each_group(optimizer, max_momentum, "max_momentum"),
    )

"""Averaged SGD: the mean of the path is nearer to the minimum than its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from dongshou.scratch.optim.common import (
    UpdateRule,
    begin,
    decayed,
    evaluate,
    gradients,
    number,
    refuse_negative,
    require_real_and_dense,
    scheduling,
)


class ASGD(UpdateRule):
    """w <- (1 - lambd eta) w - eta g, and beside it the average ax of where w has been.

    g <- g + weight_decay w
    ax <- ax + mu (w - ax): w itself until t0, from then on the mean, mu = 1 / max(1, t - t0)
    eta = lr / (1 + lambd lr t)^alpha
    The average is left in state[w]["ax"] for the caller to use. Polyak and Juditsky, 1992.
    Raises ValueError for a negative learning rate or decay.
    """

    _numbers = ("step", "eta", "mu")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        refuse_negative(lr=lr, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "maximize": maximize,
            **scheduling(foreach=foreach, differentiable=differentiable, capturable=capturable),
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group, parameter, gradient in gradients(self):
            require_real_and_dense(self, gradient)
            lr, lambd = float(group["lr"]), group["lambd"]
            state = self.state[parameter] or self._begin(parameter, lr)
            state["step"] += 1
            t, eta = state["step"].item(), state["eta"].item()
            gradient = decayed(gradient, parameter, group["weight_decay"])
            parameter.mul_(1 - lambd * eta).add_(gradient, alpha=-eta)
            state["ax"].lerp_(parameter, state["mu"].item())
            state["eta"].fill_(lr / (1 + lambd * lr * t) ** group["alpha"])
            state["mu"].fill_(1 / max(1, t - group["t0"]))
        return loss

    def _begin(self, parameter: Tensor, lr: float) -> dict[str, Tensor]:
        state = begin(self.state[parameter], parameter, "ax")
        state["eta"], state["mu"] = number(lr), number(1)
        return state

"""Stochastic gradient descent: downhill, one batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from dongshou.scratch.optim.common import UpdateRule, decayed, evaluate, gradients, refuse_negative, scheduling


class SGD(UpdateRule):
    """w <- w - lr v, where v remembers the gradients g.

    g <- g + weight_decay w
    v <- momentum v + (1 - dampening) g, beginning with v = g;  v = g without momentum
    nesterov: w <- w - lr (g + momentum v), the gradient looked up one step ahead (Sutskever et al., 2013).
    Robbins and Monro, 1951; momentum: Polyak, 1964. Raises ValueError for negative hyper-parameters.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        refuse_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "fused": fused,
            **scheduling(foreach=foreach, differentiable=differentiable, fused=fused),
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group, parameter, gradient in gradients(self):
            gradient = decayed(gradient, parameter, group["weight_decay"])
            if group["momentum"] != 0:
                velocity = self._velocity(parameter, gradient, group["momentum"], group["dampening"])
                gradient = gradient.add(velocity, alpha=group["momentum"]) if group["nesterov"] else velocity
            parameter.add_(gradient, alpha=-float(group["lr"]))
        return loss

    def _velocity(self, parameter: Tensor, gradient: Tensor, momentum: float, dampening: float) -> Tensor:
        """v <- momentum v + (1 - dampening) g."""
        state = self.state[parameter]
        if state.get("momentum_buffer") is None:
            state["momentum_buffer"] = gradient.clone()
            return state["momentum_buffer"]
        return state["momentum_buffer"].mul_(momentum).add_(gradient, alpha=1 - dampening)

"""AdaDelta: AdaGrad without a learning rate to choose."""

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
    refuse_negative,
    require_real_and_dense,
    scheduling,
)


class Adadelta(UpdateRule):
    """w <- w - lr d, d = g sqrt(u + eps) / sqrt(s + eps): a step has the size of the steps before.

    g <- g + weight_decay w
    s <- rho s + (1 - rho) g^2
    u <- rho u + (1 - rho) d^2, after the step
    Zeiler, 2012. Raises ValueError for hyper-parameters out of range.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        refuse_negative(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)
        if rho > 1:
            raise ValueError(f"Invalid rho value: {rho}")
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            **scheduling(capturable=capturable, foreach=foreach, differentiable=differentiable),
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group, parameter, gradient in gradients(self):
            require_real_and_dense(self, gradient)
            rho, eps = group["rho"], group["eps"]
            state = self.state[parameter] or begin(self.state[parameter], parameter, "square_avg", "acc_delta")
            state["step"] += 1
            gradient = decayed(gradient, parameter, group["weight_decay"])
            gradient_square = state["square_avg"].mul_(rho).addcmul_(gradient, gradient, value=1 - rho)
            delta = (state["acc_delta"] + eps).div_(gradient_square + eps).sqrt_().mul_(gradient)
            state["acc_delta"].mul_(rho).addcmul_(delta, delta, value=1 - rho)
            parameter.add_(delta, alpha=-float(group["lr"]))
        return loss

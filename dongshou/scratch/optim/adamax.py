"""Adamax: Adam with the largest gradient in place of the mean square."""

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
    refuse_betas,
    refuse_negative,
    require_real_and_dense,
    scheduling,
)


class Adamax(UpdateRule):
    """w <- w - lr m_t / u: no step is longer than lr.

    g <- g + weight_decay w
    m <- beta1 m + (1 - beta1) g,  m_t = m / (1 - beta1^t)
    u <- max(beta2 u, |g| + eps): the infinity norm of the gradients so far, slowly forgotten
    Kingma and Ba, 2015, section 7.1. Raises ValueError for hyper-parameters out of range.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        refuse_negative(lr=lr, eps=eps)
        refuse_betas(betas)
        refuse_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
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
            beta1, beta2 = group["betas"]
            state = self.state[parameter] or begin(self.state[parameter], parameter, "exp_avg", "exp_inf")
            state["step"] += 1
            gradient = decayed(gradient, parameter, group["weight_decay"])
            mean = state["exp_avg"].lerp_(gradient, 1 - beta1)
            largest = state["exp_inf"].mul_(beta2)
            torch.maximum(largest, gradient.abs().add_(group["eps"]), out=largest)
            parameter.addcdiv_(mean, largest, value=-float(group["lr"]) / (1 - beta1 ** state["step"].item()))
        return loss

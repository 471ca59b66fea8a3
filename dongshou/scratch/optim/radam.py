"""RAdam: Adam that does not trust its variance before it has seen enough of it."""

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


class RAdam(UpdateRule):
    """w <- w - lr r_t m_t / (sqrt(v_t) + eps), and w <- w - lr m_t in the first steps.

    g <- g + weight_decay w, or w <- (1 - lr weight_decay) w when decoupled, as in AdamW
    m_t and v_t as in Adam
    rho_t = rho - 2 t beta2^t / (1 - beta2^t), rho = 2 / (1 - beta2) - 1: how many gradients v_t is worth
    r_t^2 = (rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t), once rho_t > 5
    Liu et al., 2020. Raises ValueError for hyper-parameters out of range.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        refuse_negative(lr=lr, eps=eps)
        refuse_betas(betas)
        refuse_negative(weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            **scheduling(foreach=foreach, capturable=capturable, differentiable=differentiable),
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group, parameter, gradient in gradients(self):
            require_real_and_dense(self, gradient)
            lr, (beta1, beta2), decay = float(group["lr"]), group["betas"], group["weight_decay"]
            state = self.state[parameter] or begin(self.state[parameter], parameter, "exp_avg", "exp_avg_sq")
            state["step"] += 1
            t = state["step"].item()
            if group["decoupled_weight_decay"]:
                parameter.mul_(1 - lr * decay)
            else:
                gradient = decayed(gradient, parameter, decay)
            mean = state["exp_avg"].lerp_(gradient, 1 - beta1)
            square = state["exp_avg_sq"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
            rate = lr / (1 - beta1**t)
            rectification = _rectification(beta2, t)
            if rectification is None:
                parameter.add_(mean, alpha=-rate)
            else:
                size = square.sqrt().add_(group["eps"])
                parameter.addcdiv_(mean, size, value=-rate * rectification * (1 - beta2**t) ** 0.5)
        return loss


def _rectification(beta2: float, t: float) -> float | None:
    """r_t; None while the variance rests on too few gradients."""
    rho = 2 / (1 - beta2) - 1
    rho_t = rho - 2 * t * beta2**t / (1 - beta2**t)
    if rho_t <= 5:
        return None
    return ((rho_t - 4) * (rho_t - 2) * rho / ((rho - 4) * (rho - 2) * rho_t)) ** 0.5

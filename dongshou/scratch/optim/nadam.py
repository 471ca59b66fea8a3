"""NAdam: Adam that looks one step ahead, as Nesterov's momentum does."""

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
    refuse_betas,
    refuse_negative,
    require_real_and_dense,
    scheduling,
)


class NAdam(UpdateRule):
    """w <- w - lr ((1 - mu_t) / (1 - M) g + mu_{t+1} / (1 - M mu_{t+1}) m) / (sqrt(v_t) + eps).

    g <- g + weight_decay w, or w <- (1 - lr weight_decay) w when decoupled, as in AdamW
    mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2), M = mu_1 ... mu_t
    m <- beta1 m + (1 - beta1) g,    v <- beta2 v + (1 - beta2) g^2,  v_t = v / (1 - beta2^t)
    Dozat, 2016. Raises ValueError for hyper-parameters out of range.
    """

    _numbers = ("step", "mu_product")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        refuse_negative(lr=lr, eps=eps)
        refuse_betas(betas)
        refuse_negative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
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
            state = self.state[parameter] or self._begin(parameter)
            state["step"] += 1
            t = state["step"].item()
            if group["decoupled_weight_decay"]:
                parameter.mul_(1 - lr * decay)
            else:
                gradient = decayed(gradient, parameter, decay)
            momentum, next_momentum = (_momentum(beta1, s, group["momentum_decay"]) for s in (t, t + 1))
            product = state["mu_product"].mul_(momentum).item()
            mean = state["exp_avg"].lerp_(gradient, 1 - beta1)
            square = state["exp_avg_sq"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
            size = (square / (1 - beta2**t)).sqrt_().add_(group["eps"])
            parameter.addcdiv_(gradient, size, value=-lr * (1 - momentum) / (1 - product))
            parameter.addcdiv_(mean, size, value=-lr * next_momentum / (1 - product * next_momentum))
        return loss

    def _begin(self, parameter: Tensor) -> dict[str, Tensor]:
        state = begin(self.state[parameter], parameter, "exp_avg", "exp_avg_sq")
        state["mu_product"] = number(1)
        return state


def _momentum(beta: float, t: float, decay: float) -> float:
    """mu_t: from beta / 2 at the beginning up to beta."""
    return beta * (1 - 0.96 ** (t * decay) / 2)

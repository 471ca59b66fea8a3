"""RMSProp: AdaGrad that forgets."""

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


class RMSprop(UpdateRule):
    """RMSprop: w <- w - lr v, v = g / (sqrt(s) + eps): steps of a like size, however large the gradient.

    g <- g + weight_decay w
    s <- alpha s + (1 - alpha) g^2
    centered: s less the square of m <- alpha m + (1 - alpha) g, the variance in place of the square
    momentum: v <- momentum v + g / (sqrt(s) + eps)
    Tieleman and Hinton, 2012; centered: Graves, 2013. Raises ValueError for negative hyper-parameters.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        refuse_negative(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
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
            state = self.state[parameter] or self._begin(parameter, group)
            state["step"] += 1
            gradient = decayed(gradient, parameter, group["weight_decay"])
            size = _gradient_size(state, gradient, group["alpha"], group["centered"]).add_(group["eps"])
            if group["momentum"] > 0:
                velocity = state["momentum_buffer"].mul_(group["momentum"]).addcdiv_(gradient, size)
                parameter.add_(velocity, alpha=-float(group["lr"]))
            else:
                parameter.addcdiv_(gradient, size, value=-float(group["lr"]))
        return loss

    def _begin(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        momentum = ["momentum_buffer"] if group["momentum"] > 0 else []
        center = ["grad_avg"] if group["centered"] else []
        return begin(self.state[parameter], parameter, "square_avg", *momentum, *center)


def _gradient_size(state: dict[str, Tensor], gradient: Tensor, alpha: float, centered: bool) -> Tensor:
    """sqrt(s), or sqrt(s - m^2) when centered."""
    square_avg = state["square_avg"].mul_(alpha).addcmul_(gradient, gradient, value=1 - alpha)
    if not centered:
        return square_avg.sqrt()
    grad_avg = state["grad_avg"].lerp_(gradient, 1 - alpha)
    return square_avg.addcmul(grad_avg, grad_avg, value=-1).sqrt_()

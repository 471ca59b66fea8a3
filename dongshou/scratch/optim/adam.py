"""Adam: momentum and RMSProp in one, and AdamW with the weight decay outside of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from dongshou.scratch.optim.common import (
    UpdateRule,
    begin,
    evaluate,
    gradients,
    refuse_betas,
    refuse_negative,
    require_real_and_dense,
    scheduling,
)


class Adam(UpdateRule):
    """Adam: w <- w - lr m_t / (sqrt(v_t) + eps).

    g <- g + weight_decay w
    m <- beta1 m + (1 - beta1) g,    m_t = m / (1 - beta1^t)
    v <- beta2 v + (1 - beta2) g^2,  v_t = v / (1 - beta2^t): the averages began at 0, this makes up for it
    amsgrad: the largest v so far in place of v (Reddi et al., 2018).
    Kingma and Ba, 2015. Raises ValueError for hyper-parameters out of range.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        refuse_negative(lr=lr, eps=eps, weight_decay=weight_decay)
        refuse_betas(betas)
        _refuse_tensors(lr, betas, foreach is True and not capturable)
        defaults = {
            "lr": lr,
            "betas": (float(betas[0]), float(betas[1])),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
            "fused": fused,
            **scheduling(foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused),
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group, parameter, gradient in gradients(self):
            require_real_and_dense(self, gradient)
            lr, (beta1, beta2), decay = float(group["lr"]), group["betas"], group["weight_decay"]
            state = self.state[parameter] or self._begin(parameter, group)
            state["step"] += 1
            t = state["step"].item()
            if decay != 0 and group["decoupled_weight_decay"]:
                parameter.mul_(1 - lr * decay)
            elif decay != 0:
                gradient = gradient.add(parameter, alpha=decay)
            mean = state["exp_avg"].lerp_(gradient, 1 - beta1)
            square = state["exp_avg_sq"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
            if group["amsgrad"]:
                square = torch.maximum(state["max_exp_avg_sq"], square, out=state["max_exp_avg_sq"])
            size = (square.sqrt() / (1 - beta2**t) ** 0.5).add_(group["eps"])
            parameter.addcdiv_(mean, size, value=-lr / (1 - beta1**t))
        return loss

    def _begin(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Tensor]:
        largest = ["max_exp_avg_sq"] if group["amsgrad"] else []
        return begin(self.state[parameter], parameter, "exp_avg", "exp_avg_sq", *largest)


class AdamW(Adam):
    """Adam with the decay outside the averages: w <- (1 - lr weight_decay) w before every step.

    So the decay is the same for all parameters, however large their gradients. Loshchilov and Hutter, 2019.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        # a state saved by Adam brings its own flag along
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True


def _refuse_tensors(lr: float | Tensor, betas: tuple[float | Tensor, float | Tensor], only_numbers: bool) -> None:
    """Raises ValueError for settings held as tensors where torch does not take them."""
    if only_numbers and isinstance(lr, Tensor):
        raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
    types = {Tensor if isinstance(beta, Tensor) else type(beta) for beta in betas}
    if types not in ({float}, {Tensor}):
        raise ValueError("betas must be either both floats or both Tensors")
    if only_numbers and types == {Tensor}:
        raise ValueError("betas[0] as a Tensor is not supported for capturable=False and foreach=True")

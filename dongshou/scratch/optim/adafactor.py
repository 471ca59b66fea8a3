"""Adafactor: Adam's second moment from the sums of its rows and columns, with hardly any memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from dongshou.scratch.optim.common import UpdateRule, evaluate, gradients, number, require_real_and_dense


class Adafactor(UpdateRule):
    """w <- w - alpha_t u / max(1, RMS(u) / d), u = g / sqrt(v), after w <- (1 - lr weight_decay) w.

    alpha_t = max(eps2, RMS(w)) min(lr, 1 / sqrt(t)): steps in proportion to the parameter
    v = r c / mean(r): r and c average g^2 over each row and over each column; a vector keeps v itself
    r <- r + t^beta2_decay (mean(g^2) - r), and so c and v: longer memory as time goes on
    eps = (eps1, eps2); eps1 keeps v away from 0, None is the precision of the parameter.
    Shazeer and Stern, 2018. Raises ValueError for hyper-parameters out of range.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        _require(lr >= 0, "Learning rate", ">= 0", lr)
        _require(beta2_decay <= 0, "beta2_decay", "<= 0", beta2_decay)
        _require(eps[0] is None or eps[0] >= 0, "epsilon1", ">= 0", eps[0])
        _require(eps[1] >= 0, "epsilon2", ">= 0", eps[1])
        _require(d >= 1, "Clipping threshold d", ">= 1", d)
        _require(weight_decay >= 0, "weight_decay", ">= 0", weight_decay)
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group, parameter, gradient in gradients(self):
            require_real_and_dense(self, gradient)
            lr, (eps1, eps2) = float(group["lr"]), group["eps"]
            eps1 = torch.finfo(parameter.dtype).eps if eps1 is None else eps1
            state = self.state[parameter] or self._begin(parameter, gradient)
            state["step"] += 1
            t = state["step"].item()
            rate = max(eps2, _rms(parameter)) * min(lr, t**-0.5)
            if group["weight_decay"] != 0:
                parameter.mul_(1 - lr * group["weight_decay"])
            variance = _variance(state, gradient.square(), t ** group["beta2_decay"], eps1)
            update = gradient / variance.clamp(min=eps1**2).sqrt_()
            parameter.add_(update, alpha=-rate / max(1.0, _rms(update) / group["d"]))
        return loss

    def _begin(self, parameter: Tensor, gradient: Tensor) -> dict[str, Tensor]:
        state = self.state[parameter]
        state["step"] = number(0)
        if gradient.dim() > 1:
            state["row_var"] = torch.zeros_like(gradient[..., :1])  # (..., rows, 1)
            state["col_var"] = torch.zeros_like(gradient[..., :1, :])  # (..., 1, columns)
        else:
            state["variance"] = torch.zeros_like(gradient)
        return state


def _variance(state: dict[str, Tensor], square: Tensor, weight: float, eps: float) -> Tensor:
    """The averages moved towards the new g^2, and v made of them."""
    if square.dim() <= 1:
        return state["variance"].lerp_(square, weight)
    rows = state["row_var"].lerp_(square.mean(-1, keepdim=True), weight)
    columns = state["col_var"].lerp_(square.mean(-2, keepdim=True), weight)
    return rows * columns / rows.mean(-2, keepdim=True).clamp_(min=eps)


def _rms(x: Tensor) -> float:
    """sqrt(mean(x^2))."""
    return x.square().mean().sqrt().item()


def _require(holds: bool | Tensor, name: str, range: str, value: object) -> None:
    if not holds:
        raise ValueError(f"{name} should be {range} but is: {value}")

"""AdaGrad: a learning rate of its own for every parameter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from dongshou.scratch.optim.common import (
    UpdateRule,
    decayed,
    evaluate,
    gradients,
    number,
    refuse_negative,
    require_real,
    rows_and_values,
    scheduling,
)


class Adagrad(UpdateRule):
    """Adagrad: w <- w - lr_t g / (sqrt(s) + eps): what has moved much moves less.

    g <- g + weight_decay w
    s <- s + g^2, beginning with initial_accumulator_value
    lr_t = lr / (1 + (t - 1) lr_decay)
    Sparse gradients are taken: a row without one stays as it is. Duchi et al., 2011.
    Raises ValueError for negative hyper-parameters, RuntimeError for sparse gradients with weight_decay.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        refuse_negative(
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "maximize": maximize,
            "fused": fused,
            **scheduling(foreach=foreach, differentiable=differentiable, fused=fused),
        }
        super().__init__(params, defaults)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Takes parameters in; unlike the other optimisers', their state begins here."""
        super().add_param_group(param_group)
        start = self.defaults["initial_accumulator_value"]
        for parameter in self.param_groups[-1]["params"]:
            self.state[parameter] = {"step": number(0), "sum": torch.full_like(parameter, start)}

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group, parameter, gradient in gradients(self):
            require_real(self, gradient)
            state = self.state[parameter]
            state["step"] += 1
            lr = float(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
            if gradient.is_sparse:
                _move_rows(parameter, gradient, state["sum"], lr, group)
            else:
                gradient = decayed(gradient, parameter, group["weight_decay"])
                state["sum"].addcmul_(gradient, gradient)
                parameter.addcdiv_(gradient, state["sum"].sqrt().add_(group["eps"]), value=-lr)
        return loss


def _move_rows(parameter: Tensor, gradient: Tensor, squares: Tensor, lr: float, group: dict[str, Any]) -> None:
    """The rule on the rows that a sparse gradient names."""
    if group["weight_decay"] != 0:
        raise RuntimeError("weight_decay option is not compatible with sparse gradients")
    rows, values = rows_and_values(gradient)
    squares[rows] += values.square()
    parameter[rows] -= lr * values / (squares[rows].sqrt() + group["eps"])

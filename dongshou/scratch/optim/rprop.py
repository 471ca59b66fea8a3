"""Rprop: only the sign of the gradient counts."""

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
    refuse_negative,
    require_real_and_dense,
    scheduling,
)


class Rprop(UpdateRule):
    """w <- w - e sign(g), with a step size e of its own for every parameter, beginning with lr.

    The sign of g is that of the last step: e <- e etas[1], on with longer steps.
    It has turned: e <- e etas[0], and no step this time, for the minimum has been passed.
    e stays within step_sizes. For whole batches: the noise of small ones turns signs.
    Riedmiller and Braun, 1993. Raises ValueError unless 0 < etas[0] < 1 < etas[1].
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        refuse_negative(lr=lr)
        if not 0 < etas[0] < 1 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
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
            shrink, grow = group["etas"]
            state = self.state[parameter] or self._begin(parameter, group["lr"])
            state["step"] += 1
            agreement = gradient * state["prev"]
            factor = torch.ones_like(agreement).masked_fill_(agreement > 0, grow).masked_fill_(agreement < 0, shrink)
            step_size = state["step_size"].mul_(factor).clamp_(*group["step_sizes"])
            gradient = gradient.masked_fill(agreement < 0, 0)
            parameter.addcmul_(gradient.sign(), step_size, value=-1)
            state["prev"].copy_(gradient)
        return loss

    def _begin(self, parameter: Tensor, lr: float | Tensor) -> dict[str, Tensor]:
        state = begin(self.state[parameter], parameter, "prev")
        state["step_size"] = torch.full_like(parameter, float(lr))
        return state

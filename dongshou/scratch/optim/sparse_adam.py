"""SparseAdam: Adam on the rows that the batch has touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from dongshou.scratch.optim.common import UpdateRule, evaluate, gradients, refuse_betas, rows_and_values


class SparseAdam(UpdateRule):
    """Adam for embeddings with sparse=True: rows without a gradient keep their averages and their place.

    So the averages m and v of a rare word are not forgotten while it does not occur; t counts all steps.
    Raises ValueError for hyper-parameters out of range and for sparse or complex parameters, RuntimeError
    for dense gradients.
    """

    _numbers = ()  # this one counts in plain numbers, as torch's does

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if not lr > 0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps > 0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        refuse_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        for group in self.param_groups:
            _require_dense_and_real(group["params"])

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group, parameter, gradient in gradients(self):
            if not gradient.is_sparse:
                raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
            beta1, beta2 = group["betas"]
            state = self.state[parameter] or self._begin(parameter)
            state["step"] += 1
            t = state["step"]
            rows, gradient = rows_and_values(gradient)
            mean = state["exp_avg"][rows].lerp_(gradient, 1 - beta1)
            square = state["exp_avg_sq"][rows].lerp_(gradient.square(), 1 - beta2)
            state["exp_avg"][rows], state["exp_avg_sq"][rows] = mean, square
            rate = float(group["lr"]) * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
            parameter[rows] -= rate * mean / (square.sqrt() + group["eps"])
        return loss

    def _begin(self, parameter: Tensor) -> dict[str, Any]:
        zeros = {name: torch.zeros_like(parameter) for name in ("exp_avg", "exp_avg_sq")}
        self.state[parameter].update(step=0, **zeros)
        return self.state[parameter]


def _require_dense_and_real(parameters: list[Tensor]) -> None:
    for index, parameter in enumerate(parameters):
        if parameter.is_sparse:
            raise ValueError(f"Sparse params at indices {index}: SparseAdam requires dense parameter tensors")
        if parameter.is_complex():
            raise ValueError(f"Complex params at indices {index}: SparseAdam does not support complex parameters")

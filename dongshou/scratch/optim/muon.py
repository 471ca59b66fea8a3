"""Muon: momentum with all directions made equally long."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from dongshou.scratch.optim.common import UpdateRule, evaluate, require_real_and_dense


class Muon(UpdateRule):
    """W <- (1 - lr weight_decay) W - lr' O, where O is nearly U V^T of the momentum B = U S V^T.

    B <- momentum B + (1 - momentum) G;  nesterov: momentum B + (1 - momentum) G in its place
    lr' = lr sqrt(max(1, rows / columns)), or lr 0.2 sqrt(max(rows, columns)) for match_rms_adamw
    For the weights between the layers; embeddings, biases and the last layer are left to AdamW.
    Equal to torch's bit by bit, but for bfloat16 parameters without nesterov: there torch divides B itself by its norm.
    Jordan et al., 2024; match_rms_adamw: Liu et al., 2025.
    Raises ValueError for hyper-parameters out of range, and for parameters that are no matrices.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        for name, value in {"Learning rate": lr, "momentum": momentum, "weight decay": weight_decay}.items():
            if not value >= 0:
                raise ValueError(f"{name} should be >= 0 but is: {value}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for parameter in (parameter for group in self.param_groups for parameter in group["params"]):
            if parameter.ndim != 2:
                size = parameter.size()
                raise ValueError(f"Muon only supports 2D parameters whereas we found a parameter with size: {size}")

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Moves every parameter once, and returns the closure's loss."""
        loss = evaluate(closure)
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)
        return loss

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        require_real_and_dense(self, gradient)
        lr, momentum = float(group["lr"]), group["momentum"]
        state = self.state[parameter]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(gradient)
        update = state["momentum_buffer"].lerp_(gradient, 1 - momentum)
        if group["nesterov"]:
            update = gradient.lerp(update, momentum)
        update = orthogonalised(update, group["ns_coefficients"], group["ns_steps"], group["eps"])
        parameter.mul_(1 - lr * group["weight_decay"])
        parameter.add_(update, alpha=-lr * _adjustment(parameter, group["adjust_lr_fn"]))


def orthogonalised(matrix: Tensor, coefficients: tuple[float, float, float], num_steps: int, eps: float) -> Tensor:
    """X <- a X + b (X X^T) X + c (X X^T)^2 X, from X = matrix / ||matrix||: Newton and Schulz.

    Each step does a s + b s^3 + c s^5 to the singular values s, which drives them all towards 1; the
    usual coefficients get near it quickly and stay about it. In bfloat16, which is exact enough; the products
    are fused with the sums (addmm), for each rounding in between would be another result.
    Raises ValueError for 100 steps or more, and for other than 3 coefficients.
    """
    if num_steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    x = matrix.bfloat16()
    is_tall = x.size(0) > x.size(1)
    x = x.T if is_tall else x  # the smaller of the two products X X^T
    x = x / x.norm().clamp(min=eps)
    for _ in range(num_steps):
        gram = x @ x.T
        polynomial = torch.addmm(gram, gram, gram, beta=b, alpha=c)  # b X X^T + c (X X^T)^2
        x = torch.addmm(x, polynomial, x, beta=a)
    return x.T if is_tall else x


def _adjustment(parameter: Tensor, rule: str | None) -> float:
    """What the learning rate is multiplied by, for steps of a like size whatever the shape."""
    rows, columns = parameter.shape
    if rule == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))

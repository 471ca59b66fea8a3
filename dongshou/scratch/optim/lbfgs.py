"""L-BFGS: Newton's method with the curvature read off the last steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from dongshou.scratch.optim.common import UpdateRule, refuse_negative
from dongshou.scratch.optim.line_search import Point, strong_wolfe


class LBFGS(UpdateRule):
    """w <- w - t H g, H the inverse of the Hessian as the last steps s and changes y of the gradient show it.

    Of all H with H y = s for the history, BFGS takes the one nearest to y.s / y.y I; the product H g needs
    no matrix. t is lr, or what the line search strong_wolfe finds.
    For whole batches and a closure: one step is up to max_iter iterations and max_eval evaluations.
    Liu and Nocedal, 1989. Raises ValueError for a negative lr or several groups, RuntimeError for another search.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        refuse_negative(lr=lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @torch.no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Iterates until the loss is flat or the budget is spent; returns the loss at the beginning."""
        closure = torch.enable_grad()(closure)
        group, state = self.param_groups[0], self.state[self._parameters[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = closure()
        state["func_evals"] += 1
        loss, gradient, evaluations = float(first_loss), self._gradient(), 1
        for iteration in range(1, group["max_iter"] + 1):
            if gradient.abs().amax() <= group["tolerance_grad"]:
                break
            direction = self._direction(gradient, state)
            slope = gradient.dot(direction).item()
            here = Point(0.0, loss, slope, gradient)
            state.update(d=direction, t=self._first_step(gradient, state), prev_flat_grad=gradient, prev_loss=loss)
            if slope > -group["tolerance_change"]:
                break
            is_last = iteration == group["max_iter"]
            there, tried = self._go(closure, here, state, is_last, group["max_eval"] - evaluations)
            loss, gradient = there.loss, there.gradient
            evaluations += tried
            state["func_evals"] += tried
            length = (direction * state["t"]).abs().amax()
            is_stuck = length <= group["tolerance_change"] or abs(loss - here.loss) < group["tolerance_change"]
            if evaluations >= group["max_eval"] or is_stuck:
                break
        return first_loss

    def _direction(self, gradient: Tensor, state: dict[str, Any]) -> Tensor:
        """-H g: through the history backwards, then forwards (the two-loop recursion)."""
        state["n_iter"] += 1
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return -gradient
        self._remember(gradient, state)
        history = list(zip(state["old_dirs"], state["old_stps"], state["ro"], strict=True))  # (y, s, 1 / y.s)
        direction, weights = -gradient, []
        for y, s, ro in reversed(history):
            weights.append(ro * s.dot(direction))
            direction = direction - weights[-1] * y
        direction = direction * state["H_diag"]
        for (y, s, ro), weight in zip(history, reversed(weights), strict=True):
            direction = direction + (weight - ro * y.dot(direction)) * s
        return direction

    def _remember(self, gradient: Tensor, state: dict[str, Any]) -> None:
        """The last step joins the history, if the loss was curved upwards along it."""
        y = gradient - state["prev_flat_grad"]
        s = state["d"] * state["t"]
        curvature = y.dot(s)
        if curvature <= 1e-10:
            return
        for name, value in {"old_dirs": y, "old_stps": s, "ro": 1 / curvature}.items():
            state[name] = [*state[name], value][-self.param_groups[0]["history_size"] :]
        state["H_diag"] = curvature / y.dot(y)

    def _first_step(self, gradient: Tensor, state: dict[str, Any]) -> float:
        """lr; at the very beginning, when the scale of H is not known, a step no longer than lr."""
        lr = float(self.param_groups[0]["lr"])
        return min(1.0, 1 / gradient.abs().sum().item()) * lr if state["n_iter"] == 1 else lr

    def _go(
        self, closure: Callable[[], Any], here: Point, state: dict[str, Any], is_last: bool, budget: int
    ) -> tuple[Point, int]:
        """Moves the parameters along d; the new point, and how many evaluations it took."""
        direction, search = state["d"], self.param_groups[0]["line_search_fn"]
        start = [parameter.clone() for parameter in self._parameters]

        def at(step: float) -> Point:
            self._move(start, step * direction)
            loss, gradient = float(closure()), self._gradient()
            return Point(step, loss, gradient.dot(direction).item(), gradient)

        if search == "strong_wolfe":
            tolerance = 1e-9 / direction.abs().amax().item()
            there, tried = strong_wolfe(at, here, state["t"], tolerance, budget)
            state["t"] = there.step
            self._move(start, there.step * direction)
            return there, tried
        if search is not None:
            raise RuntimeError("only 'strong_wolfe' is supported")
        if is_last:  # nobody will ask for the loss there
            self._move(start, state["t"] * direction)
            return here, 0
        return at(state["t"]), 1

    @property
    def _parameters(self) -> list[Tensor]:
        return self.param_groups[0]["params"]

    def _gradient(self) -> Tensor:
        """All gradients in one vector."""
        return torch.cat(
            [
                torch.zeros_like(parameter).view(-1)
                if parameter.grad is None
                else parameter.grad.to_dense().reshape(-1)
                for parameter in self._parameters
            ]
        )

    def _move(self, start: list[Tensor], change: Tensor) -> None:
        """w = start + change."""
        parts = change.split([parameter.numel() for parameter in start])
        for parameter, before, part in zip(self._parameters, start, parts, strict=True):
            parameter.copy_(before + part.view_as(before))

"""What every update rule needs before it can begin."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer


class UpdateRule(Optimizer):
    """torch's Optimizer, which also loads what an older torch has saved.

    A setting that was not known then was off: each absent one whose default is False, None or 0 gets its default.
    What was counted in plain numbers becomes a tensor.
    """

    _numbers: ClassVar[tuple[str, ...]] = ("step",)  # in the state of a parameter

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        arguments = inspect.signature(type(self)).parameters.values()
        off = {argument.name: argument.default for argument in arguments if not argument.default}
        for group in self.param_groups:
            group.update({name: default for name, default in off.items() if name not in group})
        for parameter_state in self.state.values():
            for name in self._numbers:
                if name in parameter_state and not isinstance(parameter_state[name], Tensor):
                    parameter_state[name] = number(parameter_state[name])


def number(value: float) -> Tensor:
    """A single number of a state, in double precision where that is the default, and never in half."""
    is_double = torch.get_default_dtype() == torch.float64
    return torch.tensor(float(value), dtype=torch.float64 if is_double else torch.float32)


def gradients(optimizer: Optimizer) -> Iterator[tuple[dict[str, Any], Tensor, Tensor]]:
    """(group, parameter, gradient) for every parameter with a gradient; to maximise, its negative."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                yield group, parameter, -parameter.grad if group["maximize"] else parameter.grad


def begin(state: dict[str, Any], parameter: Tensor, *names: str) -> dict[str, Any]:
    """A parameter's state before its first step: a count of steps, and zeros under every name."""
    state["step"] = number(0)
    for name in names:
        state[name] = torch.zeros_like(parameter)
    return state


def decayed(gradient: Tensor, parameter: Tensor, weight_decay: float) -> Tensor:
    """g + weight_decay w: the gradient of the loss with weight_decay / 2 ||w||^2 added to it."""
    return gradient.add(parameter, alpha=weight_decay) if weight_decay != 0 else gradient


def rows_and_values(gradient: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
    """Where a sparse gradient is not 0, as an index, and what it is there; each place once."""
    gradient = gradient.coalesce()
    return tuple(gradient.indices()), gradient.values()


def evaluate(closure: Callable[[], float] | None) -> float | None:
    """The loss, where the caller gave a closure that computes it and its gradients."""
    if closure is None:
        return None
    with torch.enable_grad():
        return closure()


def scheduling(
    *, differentiable: bool = False, fused: bool | None = None, foreach: bool | None = None, **others: bool
) -> dict[str, Any]:
    """The settings that tell torch how to run a step: kept for the state_dict, without an effect here.

    Raises RuntimeError for settings that exclude each other, and for a step that is to be differentiated.
    """
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    if differentiable:
        raise RuntimeError("The steps of scratch.optim cannot be differentiated; leave out `differentiable`")
    return {"differentiable": differentiable, "foreach": foreach, **others}


def require_real_and_dense(optimizer: Optimizer, gradient: Tensor) -> None:
    """Raises RuntimeError for gradients whose elements cannot simply be squared."""
    name = type(optimizer).__name__
    if gradient.is_sparse:
        raise RuntimeError(f"{name} does not support sparse gradients; use SGD, or an embedding with sparse=False")
    require_real(optimizer, gradient)


def require_real(optimizer: Optimizer, gradient: Tensor) -> None:
    """Raises RuntimeError for the gradients of complex parameters."""
    if gradient.is_complex():
        name = type(optimizer).__name__
        raise RuntimeError(f"{name} does not support complex parameters; hold them as view_as_real")


def refuse_negative(**values: float | Tensor) -> None:
    """Raises ValueError naming the hyper-parameter that is below 0, or is several numbers."""
    for name, value in values.items():
        if isinstance(value, Tensor) and value.numel() != 1:
            raise ValueError(f"Tensor {name} must be 1-element")
        if not value >= 0:
            raise ValueError(f"Invalid {_WORDS.get(name, f'{name} value')}: {value}")


def refuse_betas(betas: tuple[float | Tensor, float | Tensor]) -> None:
    """Raises ValueError for a rate of forgetting that is not in [0, 1)."""
    for index, beta in enumerate(betas):
        if isinstance(beta, Tensor) and beta.numel() != 1:
            raise ValueError(f"Tensor betas[{index}] must be 1-element")
        if not 0 <= beta < 1:
            raise ValueError(f"Invalid beta parameter at index {index}: {beta}")


_WORDS = {"lr": "learning rate", "eps": "epsilon value"}

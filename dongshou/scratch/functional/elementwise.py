"""Functions of single numbers beside their derivatives: every way of differentiating them follows from the two.

Backward and forward mode, second derivatives, `torch.func` (grad, jvp, vmap, hessian, ...), `torch.compile`, and
half precision, which is computed in float32.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor

from dongshou.scratch.functional.precision import precise

Formula = Callable[..., Any]
FunctionClass: TypeAlias = type[torch.autograd.Function]


def with_derivative(derivative: Formula, of_output: bool = False) -> Callable[[Formula], Callable[..., Tensor]]:
    """Decorator of y = value(x, *settings), whose dy/dx is derivative(x, *settings), or derivative(y) if of_output.

    A value (y, *kept) has intermediate results kept for derivative(x, *kept, *settings). Neither function may
    change x, or give back x itself. A second derivative is the one of the derivative's own operations.
    """

    def decorate(value: Formula) -> Callable[..., Tensor]:
        backward_mode, both_modes = _functions(value, derivative, of_output)

        @functools.wraps(value)
        def apply(input: Tensor, *settings: Any) -> Tensor:
            outputs: Any
            if torch.compiler.is_compiling():  # it refuses a function that has a jvp
                outputs = backward_mode.apply(input, settings)
            else:
                outputs = both_modes.apply(input, _Settings(settings))
            return outputs[0]

        return apply

    return decorate


def _functions(value: Formula, derivative: Formula, of_output: bool) -> tuple[FunctionClass, FunctionClass]:
    """The formulas for backward mode alone, and for backward and forward mode."""

    def values(input: Tensor, settings: Sequence[Any]) -> tuple[Tensor, ...]:
        outputs = value(precise(input), *settings)
        return outputs if isinstance(outputs, tuple) else (outputs,)

    def slope(saved: Tensor, kept: Sequence[Tensor], settings: Sequence[Any]) -> Tensor:
        # a second derivative wants to see how it depends on x, and a compiler computes it in passing
        if kept and (torch.is_grad_enabled() or torch.compiler.is_compiling()):
            kept = values(saved, settings)[1:]
        return derivative(precise(saved), *kept, *settings)

    class BackwardMode(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(input: Tensor, settings: tuple[Any, ...]) -> tuple[Tensor, ...]:
            output, *kept = values(input, settings)
            return output.to(input.dtype), *kept

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
            ctx.settings = inputs[1]
            ctx.mark_non_differentiable(*output[1:])
            ctx.save_for_backward(output[0] if of_output else inputs[0], *output[1:])

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
            saved, *kept = ctx.saved_tensors
            factor = slope(saved, kept, ctx.settings).conj()
            return times(factor, gradients[0]).to(saved.dtype), None

    class BothModes(BackwardMode):
        @staticmethod
        def forward(input: Tensor, settings: _Settings) -> tuple[Tensor, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
            return BackwardMode.forward(input, settings.values)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Tensor, _Settings], output: tuple[Tensor, ...]) -> None:
            input, settings = inputs
            BackwardMode.setup_context(ctx, (input, settings.values), output)
            ctx.save_for_forward(output[0] if of_output else input, *output[1:])

        @staticmethod
        def jvp(ctx: Any, *tangents: Any) -> tuple[Tensor | None, ...]:
            saved, *kept = ctx.saved_tensors
            tangent = (slope(saved, kept, ctx.settings) * tangents[0]).to(saved.dtype)
            return tangent, *[None] * len(kept)

    return BackwardMode, BothModes


@dataclass(frozen=True)
class _Settings:
    """Numbers as one thing: torch.func takes a tuple apart, and then misses the tangents of its parts."""

    values: tuple[Any, ...]


def times(fresh: Tensor, factor: Tensor) -> Tensor:
    """fresh * factor, written over the first, which nothing else may use."""
    # gradients of many directions at once (is_grads_batched) are a batch in an older way than torch.func's
    is_batch = not torch.compiler.is_compiling() and torch._C._functorch.is_legacy_batchedtensor(factor)  # pyright: ignore[reportAttributeAccessIssue]
    return torch.mul(fresh, factor, out=None if is_batch else reuse(fresh))


def reuse(fresh: Tensor) -> Tensor | None:
    """`out` of an operation: the tensor itself, where no derivative and no transform looks at it, otherwise None.

    Memory costs more than the arithmetic: one tensor less is worth an operation or two.
    """
    is_watched = torch.is_grad_enabled() or torch.compiler.is_compiling() or is_transformed()
    return None if is_watched else fresh


def is_transformed() -> bool:
    """Whether torch.func is at work: tensors may then stand for whole batches and tangents."""
    return torch._C._are_functorch_transforms_active()


def indicator(compare: Formula, input: Tensor, bound: float) -> Tensor:
    """1 where compare(x, bound) holds, 0 elsewhere, as numbers at once: times booleans would be far slower."""
    input = input.detach()
    if torch.compiler.is_compiling() or is_transformed():
        return compare(input, bound).to(input.dtype)
    return compare(input, bound, out=torch.empty_like(input))

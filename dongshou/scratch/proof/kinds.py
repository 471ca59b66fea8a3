"""The kinds of comparison that an operator and its twin go through; each raises AssertionError on a difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.func import jvp, vjp, vmap

from dongshou.scratch.permitted import OnlyPermitted
from dongshou.scratch.proof.calls import Call, Operator, differentiable, direction

Values = Sequence[Tensor | None]


def same_output(theirs: Operator, ours: Operator, sample: Any) -> None:
    """The same values, dtypes and shapes, the arguments left as torch leaves them, on permitted operators alone."""
    _same_output(theirs, ours, lambda: Call.of(sample.transform(_clone)), OnlyPermitted())


def same_output_of_strided(theirs: Operator, ours: Operator, sample: Any) -> None:
    """The same for tensors that do not lie in memory without gaps."""
    _same_output(theirs, ours, lambda: Call.of(sample.transform(_clone).noncontiguous()))


def same_output_of_nothing(theirs: Operator, ours: Operator, sample: Any) -> None:
    """The same for a batch of no examples: the first axis is cut off from all tensors that share it."""
    batch = Call.of(sample).tensors[0].shape[:1]

    def cut(value: Any) -> Any:
        shares = isinstance(value, Tensor) and value.dim() > 0 and value.shape[:1] == batch
        return value[:0].clone() if shares else value

    _same_output(theirs, ours, lambda: Call.of(sample.transform(cut)))


def _same_output(
    theirs: Operator, ours: Operator, make_call: Callable[[], Call], guard: AbstractContextManager[Any] | None = None
) -> None:
    their_call, our_call = make_call(), make_call()
    expected = _attempt(lambda: their_call.run(theirs, their_call.tensors))
    with guard or nullcontext():
        answer = _attempt(lambda: our_call.run(ours, our_call.tensors))
    _same(answer, expected, "the output")
    if not isinstance(expected, Exception):
        close(our_call.tensors, their_call.tensors, "an argument, after the call,")


def _clone(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def same_gradient(theirs: Operator, ours: Operator, sample: Any) -> None:
    """The same gradients of every argument that wants one."""
    call = Call.of(sample)
    _same(_attempt(lambda: _gradients(ours, call)), _attempt(lambda: _gradients(theirs, call)), "the gradient")


def same_second_gradient(theirs: Operator, ours: Operator, sample: Any) -> None:
    """The same gradients of the gradients, where torch has them."""
    call = Call.of(sample)
    expected = _attempt(lambda: _second_gradients(theirs, call))
    if not isinstance(expected, Exception):
        _same(_attempt(lambda: _second_gradients(ours, call)), expected, "the second gradient")


def same_forward_mode(theirs: Operator, ours: Operator, sample: Any) -> None:
    """The same outputs and tangents by torch.func.jvp."""
    call = Call.of(sample)
    expected = _attempt(lambda: _tangents(theirs, call))
    if not isinstance(expected, Exception):
        _same(_attempt(lambda: _tangents(ours, call)), expected, "the tangent")


def same_batched(theirs: Operator, ours: Operator, sample: Any) -> None:
    """The same outputs and gradients by torch.func.vmap, where torch's function can be vmapped."""
    call = Call.of(sample)
    for function, name in ((_batched, "the output under vmap"), (_batched_gradients, "the gradient under vmap")):
        expected = _attempt(lambda function=function: function(theirs, call))
        if not isinstance(expected, Exception):
            _same(_attempt(lambda function=function: function(ours, call)), expected, name)


def same_in_short(theirs: Operator, ours: Operator, sample: Any, *, is_elementwise: bool) -> None:
    """In bfloat16 and float16 close to torch's, or no further from the result in float64 than torch's by one rounding.

    The rounding is one of each number, or, unless is_elementwise, of the largest.
    """
    call = Call.of(sample)
    for function, name in ((_outputs, "the output"), (_gradients, "the gradient")):
        expected = _attempt(lambda function=function: function(theirs, call))
        answer = _attempt(lambda function=function: function(ours, call))
        try:
            _same(answer, expected, name)
        except AssertionError:
            if isinstance(expected, Exception) or isinstance(answer, Exception):
                raise
            exact = _attempt(lambda function=function: function(theirs, _in_double(call)))
            if isinstance(exact, Exception):  # torch has it in short types only; ours is torch's equal elsewhere
                exact = function(ours, _in_double(call))
            _no_further(answer, expected, exact, name, is_elementwise)


def same_under_autocast(theirs: Operator, ours: Operator, sample: Any) -> None:
    """Under torch.autocast to bfloat16 the same dtypes, and values no further from float64 by one such rounding."""
    call = Call.of(sample)
    expected, answer = (_attempt(lambda operator=operator: _autocast(operator, call)) for operator in (theirs, ours))
    try:
        _same(answer, expected, "the output")
    except AssertionError:
        if isinstance(expected, Exception) or isinstance(answer, Exception):
            raise
        _no_further(answer, expected, _outputs(theirs, _in_double(call)), "the output", False, torch.bfloat16)


def refused(theirs: Operator, ours: Operator, error: Any) -> None:
    """The kind of error that torch raises."""
    call = Call.of(error.sample_input)
    try:
        call.run(ours, call.tensors)
    except error.error_type:
        return
    raise AssertionError(f"accepted what torch refuses: {error.error_regex}")


def _outputs(operator: Operator, call: Call) -> Values:
    return call.run(operator, [tensor.detach().clone() for tensor in call.tensors])


def _autocast(operator: Operator, call: Call) -> Values:
    with torch.autocast("cpu", torch.bfloat16):
        return _outputs(operator, call)


def _gradients(operator: Operator, call: Call) -> Values:
    """The outputs, and a gradient for every leaf."""
    leaves = [leaf.detach().clone().requires_grad_() for leaf in call.leaves]
    outputs = [output for output in call.of_leaves(operator)(*leaves) if output.requires_grad]
    if not outputs or not leaves:
        return outputs
    directions = [direction(output) for output in outputs]
    gradients = torch.autograd.grad(outputs, leaves, directions, allow_unused=True)
    return [*(output.detach() for output in outputs), *gradients]


def _second_gradients(operator: Operator, call: Call) -> Values:
    """The gradients of the gradients, by every leaf and by the gradient of the output."""
    leaves = [leaf.detach().clone().requires_grad_() for leaf in call.leaves]
    outputs = [output for output in call.of_leaves(operator)(*leaves) if output.requires_grad]
    directions = [direction(output).requires_grad_() for output in outputs]
    if not outputs or not leaves:
        return []
    first = torch.autograd.grad(outputs, leaves, directions, create_graph=True, allow_unused=True)
    first = [gradient for gradient in first if gradient is not None and gradient.requires_grad]
    roots = [*leaves, *directions]
    if not first:
        return [torch.zeros_like(root) for root in roots]
    seconds = [direction(gradient, 0.7) for gradient in first]
    found = torch.autograd.grad(first, roots, seconds, allow_unused=True)
    # torch itself gives None or zeros for the same thing, by what its formula happens to look at
    return [torch.zeros_like(root) if value is None else value for root, value in zip(roots, found, strict=True)]


def _tangents(operator: Operator, call: Call) -> Values:
    leaves = tuple(leaf.detach() for leaf in call.leaves)
    if not leaves:
        return []
    found = jvp(call.of_leaves(operator), leaves, tuple(direction(leaf) for leaf in leaves))
    return [*found[0], *found[1]]


def _batched(operator: Operator, call: Call) -> Values:
    """Every tensor twice, the second time with its first axis turned round: what is one domain stays in it."""
    pairs = tuple(_pair(tensor.detach()) for tensor in call.tensors)

    def run(*tensors: Tensor) -> tuple[Tensor, ...]:
        return call.run(operator, tensors)

    return vmap(run)(*pairs)


def _batched_gradients(operator: Operator, call: Call) -> Values:
    """Gradients for each of two examples: a gradient under vmap."""
    leaves = [_pair(leaf.detach()) for leaf in call.leaves]
    if not leaves:
        return []

    def gradients(*leaves: Tensor) -> tuple[Tensor, ...]:
        found = vjp(call.of_leaves(operator), *leaves)  # outputs, and the function from their gradients to the leaves'
        return found[1](tuple(direction(output) for output in found[0]))

    return vmap(gradients)(*leaves)


def _pair(tensor: Tensor) -> Tensor:
    return torch.stack([tensor, tensor.flip(0) if tensor.dim() else tensor])


def _in_double(call: Call) -> Call:
    tensors = tuple(
        tensor.detach().double().requires_grad_(tensor.requires_grad) if differentiable(tensor) else tensor
        for tensor in call.tensors
    )
    return Call(tensors, call.rest, call.places, call.structure)


def _attempt(compute: Callable[[], Values]) -> Values | Exception:
    try:
        return compute()
    except Exception as error:
        return error


def _same(answer: Values | Exception, expected: Values | Exception, name: str) -> None:
    """Both the same values, or both refused."""
    if isinstance(expected, Exception):
        assert isinstance(answer, Exception), f"{name}: accepted what torch refuses: {expected}"
        assert "not permitted" not in str(answer), f"{name}: {answer}"
        return
    if isinstance(answer, Exception):
        raise AssertionError(f"{name}: {type(answer).__name__}: {answer}") from answer
    close(answer, expected, name)


def close(ours: Values, theirs: Values, name: str) -> None:
    """Raises AssertionError unless the tensors have the same values (NaN too), dtypes and shapes."""
    assert len(ours) == len(theirs), f"{name}: {len(ours)} tensors in place of {len(theirs)}"
    for our, their in zip(ours, theirs, strict=True):
        torch.testing.assert_close(our, their, equal_nan=True, msg=lambda message: f"{name}: {_line(message)}")


def _line(message: str) -> str:
    """What is wrong in one line."""
    return " ".join(message.split())


def _no_further(
    ours: Values, theirs: Values, exact: Values, name: str, is_elementwise: bool, rounded_to: torch.dtype | None = None
) -> None:
    """Raises AssertionError where ours are further from the exact values than torch's by more than one rounding."""
    for our, their, wanted in zip(ours, theirs, exact, strict=True):
        if our is None or their is None or wanted is None or our.dtype != their.dtype or our.shape != their.shape:
            raise AssertionError(f"{name}: another kind of tensor")
        if not our.numel():
            continue
        sizes = wanted.abs().nan_to_num(0, 0)
        scale = sizes if is_elementwise else sizes.amax()
        limits = torch.finfo(rounded_to or our.dtype)
        rounding = limits.eps * scale + limits.smallest_normal
        wrong = ~(_distance(our, wanted) <= _distance(their, wanted) + rounding)
        if wrong.any():
            index = int(wrong.flatten().nonzero()[0])
            values = [tensor.flatten()[index].item() for tensor in (our, their, wanted)]
            raise AssertionError("{}: {} in place of torch's {}; in float64 it is {}".format(name, *values))


def _distance(value: Tensor, exact: Tensor) -> Tensor:
    """0 where both are the same, infinities and NaN too; infinite where one alone is a number."""
    is_same = (value == exact) | (value.isnan() & exact.isnan())
    return torch.where(is_same, 0, (value - exact).abs().nan_to_num(torch.inf, torch.inf))

"""Our optimisers on every sample of PyTorch's optimiser database."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from dongshou.scratch import optim
from dongshou.scratch.permitted import FUSED_PRODUCT, OnlyPermitted
from dongshou.scratch.proof.result import Result, tally

STEPS = 8
SCRATCH_SPACE = {"al"}  # where torch's LBFGS puts down numbers within a step


def prove_optimizer(info: Any) -> Result:
    """Every hyper-parameter set of an OptimizerInfo, step by step, and every one that must be refused."""
    name = info.optim_cls.__name__
    if not hasattr(optim, name):
        return Result(name, "optimiser", problem="missing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tally(name, "optimiser", _checks(info, getattr(optim, name)))


def _checks(info: Any, twin: type[Optimizer]) -> Iterator[tuple[str, Callable[[], None]]]:
    for sample in info.optim_inputs_func(device="cpu"):
        words = f"{sample.desc} {sample.kwargs}"
        yield words, functools.partial(same_course, info, twin, sample.kwargs)
    for bad in info.optim_error_inputs_func(device="cpu", dtype=torch.float64):
        yield f"bad: {bad.optimizer_error_input.desc}", functools.partial(_refused, twin, bad)


def same_course(info: Any, twin: type[Optimizer], settings: dict[str, Any]) -> None:
    """Raises AssertionError unless parameters and state are torch's after every step.

    Half way each optimiser hands its state_dict to a new one, ours to torch's and torch's to ours.
    """
    theirs, ours = _problem(), _problem()
    their_optimizer = info.optim_cls(theirs, **settings)
    our_optimizer = twin(ours, **settings)
    assert _groups(our_optimizer) == _groups(their_optimizer), "the parameter groups have other settings"
    for number in range(STEPS):
        if number == STEPS // 2:
            states = their_optimizer.state_dict(), our_optimizer.state_dict()
            their_optimizer = info.optim_cls(theirs, **settings)
            our_optimizer = twin(ours, **settings)
            our_optimizer.load_state_dict(states[0])
            their_optimizer.load_state_dict(states[1])
        _step(their_optimizer, theirs, info, nullcontext())
        _step(our_optimizer, ours, info, OnlyPermitted(FUSED_PRODUCT))
        _close(ours, theirs, f"the parameters after step {number + 1}")
        _close(_state(our_optimizer), _state(their_optimizer), f"the state after step {number + 1}")


def _problem() -> list[Tensor]:
    """A weight, another, and one that has no gradient; two axes, because Muon takes nothing else."""
    torch.manual_seed(0)
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in ((4, 3), (3, 5), (2, 2))]


def _loss(weights: list[Tensor]) -> Tensor:
    first, second, _ = weights
    return (first @ second).tanh().sum() + first.square().sum() + 0.3 * second.pow(4).sum()


def _step(optimizer: Optimizer, weights: list[Tensor], info: Any, guard: AbstractContextManager[Any]) -> None:
    def closure() -> Any:
        optimizer.zero_grad()
        loss = _loss(weights)
        loss.backward()
        if info.only_supports_sparse_grads:
            _make_sparse(weights)
        return loss

    if not info.step_requires_closure:
        closure()
    with guard:
        if info.step_requires_closure:
            optimizer.step(closure)
        else:
            optimizer.step()


def _make_sparse(weights: list[Tensor]) -> None:
    """Keeps rows 0 and 2 of each gradient, as an embedding that has seen two words does."""
    for weight in weights[:2]:
        assert weight.grad is not None
        rows = torch.tensor([0, 2])
        weight.grad = torch.sparse_coo_tensor(rows[None], weight.grad[rows], weight.shape)


def _state(optimizer: Optimizer) -> dict[str, Any]:
    """What is remembered of every parameter, numbers as plain numbers."""
    return {
        str(index): {name: _plain(value) for name, value in entries.items() if name not in SCRATCH_SPACE}
        for index, entries in optimizer.state_dict()["state"].items()
    }


def _groups(optimizer: Optimizer) -> list[dict[str, Any]]:
    """The settings of the parameter groups, numbers as plain numbers."""
    groups = optimizer.state_dict()["param_groups"]
    return [{name: _plain(value) for name, value in group.items()} for group in groups]


def _plain(value: Any) -> Any:
    is_number = isinstance(value, (int, float)) or (isinstance(value, Tensor) and value.dim() == 0)
    return float(value) if is_number else value


def _close(ours: Any, theirs: Any, name: str) -> None:
    torch.testing.assert_close(ours, theirs, msg=lambda message: f"{name}: {message}")


def _refused(twin: type[Optimizer], bad: Any) -> None:
    """Raises AssertionError unless the twin raises the kind of error that torch's optimiser does."""
    sample = bad.optimizer_error_input
    parameters = sample.params if sample.params is not None else [torch.ones(2, 2, requires_grad=True)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            optimizer = twin(parameters, **sample.kwargs)
            if bad.error_on.name == "STEP_ERROR":
                optimizer.step()
    except bad.error_type:
        return
    raise AssertionError(f"accepted what torch refuses: {bad.error_regex}")

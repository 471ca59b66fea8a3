"""Our layers and losses on every sample of PyTorch's module database."""

from __future__ import annotations

import copy
import functools
import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.utils.rnn import PackedSequence

from dongshou.scratch import nn
from dongshou.scratch.permitted import OnlyPermitted
from dongshou.scratch.proof.result import Result, tally
from dongshou.scratch.proof.samples import further_samples
from dongshou.scratch.swap import from_scratch

Check = tuple[str, Callable[[], None]]


def prove_layer(info: Any, most: int | None = None) -> Result:
    """Every sample of a ModuleInfo in training and evaluation, in each at most so many; every input to be refused."""
    name = info.module_cls.__name__
    if not hasattr(nn, name):
        return Result(name, "layer", problem="missing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # samples use deprecated arguments on purpose
        return tally(name, "layer", _checks(info, getattr(nn, name), most))


def _checks(info: Any, twin: type[nn.Module], most: int | None) -> Iterator[Check]:
    settings = dict(device="cpu", requires_grad=True)
    for training in (True, False):
        torch.manual_seed(0)
        samples = info.module_inputs_func(info, dtype=torch.float64, training=training, **settings)
        every = [*enumerate((*samples, *further_samples(info.module_cls.__name__)))]
        # drawn, not evenly spread: in a grid of settings even steps may meet one value of a setting alone
        for index, sample in every if most is None else random.Random(0).sample(every, min(most, len(every))):
            mode = "training" if training else "evaluation"
            words = f"sample {index} {sample.desc} in {mode}".replace("  ", " ")
            yield words, functools.partial(same_answers, info.module_cls, twin, sample, training)
    if info.module_error_inputs_func is not None:
        bad_inputs = info.module_error_inputs_func(info, dtype=torch.float32, training=True, **settings)
        for index, bad in enumerate(bad_inputs):
            yield f"bad input {index}", functools.partial(_refused, twin, bad)


def same_answers(torch_class: type[nn.Module], twin: type[nn.Module], sample: Any, training: bool) -> None:
    """Raises AssertionError unless the twin, with torch's state, gives torch's outputs and gradients."""
    arguments, keywords = sample.constructor_input.args, sample.constructor_input.kwargs
    theirs = torch_class(*copy.deepcopy(arguments), **copy.deepcopy(keywords)).double().train(training)
    ours = twin(*map(_ours, copy.deepcopy(arguments)), **copy.deepcopy(keywords)).double().train(training)
    if isinstance(theirs, LazyModuleMixin):
        _see_a_batch(theirs, sample)
        _see_a_batch(ours, sample)
    assert list(ours.state_dict()) == list(theirs.state_dict()), "the state_dicts have other keys"
    ours.load_state_dict(theirs.state_dict(), strict=True)
    expected = _answers(theirs, sample)
    with OnlyPermitted():
        answers = _answers(ours, sample)
    for name, wanted in expected.items():
        _close(answers[name], wanted, name)


def _ours(argument: Any) -> Any:
    """A layer that is handed to another, as to TransformerEncoder, is ours as well."""
    return from_scratch(argument, strict=True) if isinstance(argument, nn.Module) else argument


def _answers(layer: nn.Module, sample: Any) -> dict[str, list[Tensor | None]]:
    """Outputs, the gradients of inputs and parameters, and the buffers that training has changed."""
    leaves: list[Tensor] = []
    arguments = _fresh(sample.forward_input.args, leaves)
    keywords = _fresh(sample.forward_input.kwargs, leaves)
    torch.manual_seed(1)  # dropout draws the same mask
    outputs = list(_tensors(layer(*arguments, **keywords)))
    differentiable = [output for output in outputs if output.requires_grad]
    if differentiable:
        torch.autograd.backward(differentiable, [_direction(output) for output in differentiable])
    return {
        "the output": [output.detach() for output in outputs],
        "the gradient of an input": [leaf.grad for leaf in leaves],
        "the gradient of a parameter": [parameter.grad for parameter in layer.parameters()],
        "a buffer": list(layer.buffers()),
    }


def _direction(output: Tensor) -> Tensor:
    """A gradient of the output in which no two neighbours are alike: 1, 1.1, ... 1.6, 1, ..."""
    return torch.tensor([1 + index % 7 / 10 for index in range(output.numel())]).to(output).view(output.shape)


def _close(ours: list[Tensor | None], theirs: list[Tensor | None], name: str) -> None:
    assert len(ours) == len(theirs), f"{name}: {len(ours)} tensors in place of {len(theirs)}"
    for our, their in zip(ours, theirs, strict=True):
        torch.testing.assert_close(our, their, equal_nan=True, msg=lambda message: f"{name}: {message}")


def _fresh(value: Any, leaves: list[Tensor]) -> Any:
    """The value with copies of its tensors; those that want a gradient are remembered in leaves."""
    if isinstance(value, Tensor):
        leaf = value.detach().clone().requires_grad_(value.requires_grad)
        if not leaf.requires_grad:
            return leaf
        leaves.append(leaf)
        return leaf.clone()  # a layer that works in place is not given a leaf
    if isinstance(value, PackedSequence):
        return PackedSequence(_fresh(value.data, leaves), *value[1:])
    if isinstance(value, (list, tuple)):
        return type(value)(_fresh(item, leaves) for item in value)
    if isinstance(value, dict):
        return {name: _fresh(item, leaves) for name, item in value.items()}
    return value


def _tensors(output: Any) -> Iterator[Tensor]:
    """All tensors of an output, however it is nested."""
    if isinstance(output, Tensor):
        yield output
    elif isinstance(output, (list, tuple)):
        for item in output:
            yield from _tensors(item)


def _see_a_batch(layer: nn.Module, sample: Any) -> None:
    """A lazy layer takes its shape from its first batch."""
    torch.manual_seed(0)
    with torch.no_grad():
        layer(*_fresh(sample.forward_input.args, []), **_fresh(sample.forward_input.kwargs, []))


def _refused(twin: type[nn.Module], bad: Any) -> None:
    """Raises AssertionError unless the twin raises the kind of error that torch's class does."""
    sample = bad.module_error_input
    try:
        layer = twin(*sample.constructor_input.args, **sample.constructor_input.kwargs)
        if bad.error_on.name == "FORWARD_ERROR":
            layer(*sample.forward_input.args, **sample.forward_input.kwargs)
    except bad.error_type:
        return
    raise AssertionError(f"accepted what torch refuses: {bad.error_regex}")

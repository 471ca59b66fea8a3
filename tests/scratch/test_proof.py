"""The proof finds what is wrong, missing and borrowed, and says so."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import pytest
import torch
from torch import nn as torch_nn

from dongshou.errors import DongshouError
from dongshou.scratch import functional, nn, optim, proof
from dongshou.scratch.proof import Result
from dongshou.scratch.proof.layers import same_answers
from dongshou.scratch.proof.optimizers import same_course
from dongshou.scratch.proof.result import tally, tally_by_kind

LAYERS = {info.module_cls: info for info in proof.module_database()}
OPTIMIZERS = {info.optim_cls: info for info in proof.optimizer_database()}


class Negated(nn.Linear):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return -super().forward(input)


class Detached(nn.Linear):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return super().forward(input.detach())


class Renamed(nn.Linear):
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.register_buffer("more", torch.zeros(1))


class Hasty(optim.SGD):
    def step(self, closure=None):
        super().step(closure)
        return super().step(closure)


def first_sample(torch_class: type) -> SimpleNamespace:
    info = LAYERS[torch_class]
    return info.module_inputs_func(info, device="cpu", dtype=torch.float64, requires_grad=True, training=True)[0]


@pytest.mark.parametrize(
    ("twin", "message"),
    [
        (Negated, "the output"),
        (Detached, "the gradient of an input"),
        (Renamed, "other keys"),
        (torch_nn.Linear, "not permitted"),
    ],
)
def test_a_layer_that_differs_is_found(twin, message):
    with pytest.raises(AssertionError, match=message):
        same_answers(torch_nn.Linear, twin, first_sample(torch_nn.Linear), training=True)


def test_a_layer_that_agrees_passes():
    same_answers(torch_nn.Linear, nn.Linear, first_sample(torch_nn.Linear), training=False)


class ScaledGradient(torch.autograd.Function):
    """y = x, and a derivative that is a hundredth too large."""

    @staticmethod
    def forward(ctx, input):
        return input.view_as(input)

    @staticmethod
    def backward(ctx, gradient):
        return 1.01 * gradient


class OnePerCent(nn.Linear):
    def forward(self, input):
        return 1.01 * super().forward(input)


class HundredthOfThat(nn.LayerNorm):
    def forward(self, input):
        return 1.0001 * super().forward(input)


class SteepInput(nn.Linear):
    def forward(self, input):
        return super().forward(ScaledGradient.apply(input))


class SteepWeight(nn.Linear):
    def forward(self, input):
        return functional.linear(input, ScaledGradient.apply(self.weight), self.bias)


class SteepLoss(nn.NLLLoss):
    def forward(self, input, target):
        return super().forward(ScaledGradient.apply(input), target)


class OtherAxis(nn.Softmax):
    def forward(self, input):
        return functional.softmax(input, self.dim - 1)


class TransposedKernel(nn.Conv2d):
    def forward(self, input):
        return self._conv_forward(input, self.weight.flip(-1), self.bias)


class WrongBatchAxis(nn.MultiheadAttention):
    def forward(self, *inputs, **settings):
        self.batch_first = not self.batch_first
        return super().forward(*inputs, **settings)


class BiasedVariance(nn.BatchNorm2d):
    def forward(self, input):
        output = super().forward(input)
        if self.training and self.running_var is not None:
            self.running_var *= 1.01
        return output


class WrongTimeAxis(nn.GRU):
    def forward(self, input, hx=None):
        self.batch_first = not self.batch_first
        return super().forward(input, hx)


class ForgetsPadding(nn.Embedding):
    def forward(self, input):
        return functional.embedding(input, self.weight, None, self.max_norm, self.norm_type, self.scale_grad_by_freq)


class AlwaysTraining(nn.BatchNorm1d):
    def forward(self, input):
        return functional.batch_norm(input, None, None, self.weight, self.bias, True)


class CountsIgnored(nn.CrossEntropyLoss):
    def forward(self, input, target):
        self.ignore_index = -1
        return super().forward(input, target)


@pytest.mark.parametrize(
    ("twin", "message"),
    [
        (OnePerCent, "the output"),
        (HundredthOfThat, "the output"),
        (SteepInput, "the gradient of an input"),
        (SteepWeight, "the gradient of a parameter"),
        (SteepLoss, "the gradient of an input"),
        (OtherAxis, "the output"),
        (TransposedKernel, "the output"),
        (WrongBatchAxis, "sample"),
        (BiasedVariance, "a buffer"),
        (WrongTimeAxis, "time first"),
        (ForgetsPadding, "padding in training: AssertionError: the gradient of a parameter"),
        (AlwaysTraining, "a buffer"),
        (CountsIgnored, "sample"),
    ],
)
def test_a_small_error_of_a_layer_is_a_fault(twin, message, monkeypatch):
    torch_class = twin.__mro__[1].__name__
    monkeypatch.setattr(nn, torch_class, twin)
    wrong = proof.prove_layer(LAYERS[getattr(torch_nn, torch_class)])
    assert wrong.is_a_fault and wrong.passed < wrong.samples
    assert re.search(message, wrong.remark), wrong.remark


class LongStep(optim.SGD):
    def __init__(self, params, lr=1e-3, **settings):
        super().__init__(params, lr, **settings)

    @torch.no_grad()
    def step(self, closure=None):
        before = [weight.clone() for weight in self.param_groups[0]["params"]]
        loss = super().step(closure)
        for weight, old in zip(self.param_groups[0]["params"], before, strict=True):
            weight.add_(weight - old, alpha=0.001)
        return loss


class SlowMean(optim.Adam):
    """Remembers its mean of the squares a thousandth too large, which the step hardly shows."""

    def step(self, closure=None):
        loss = super().step(closure)
        for state in self.state.values():
            state["exp_avg_sq"].mul_(1.001)
        return loss


class OtherDefault(optim.SGD):
    def __init__(self, params, lr=1.01e-3, **settings):
        super().__init__(params, lr, **settings)


@pytest.mark.parametrize(
    ("twin", "settings", "message"),
    [
        (Hasty, dict(lr=0.1), "the parameters after step 1"),
        (LongStep, dict(lr=0.1), "the parameters after step 1"),
        (SlowMean, {}, "the state after step 1"),
        (OtherDefault, {}, "the parameter groups have other settings"),
    ],
)
def test_an_optimizer_that_differs_is_found(twin, settings, message):
    torch_class = getattr(torch.optim, twin.__mro__[1].__name__)
    same_course(OPTIMIZERS[torch_class], twin.__mro__[1], settings)
    with pytest.raises(AssertionError, match=message):
        same_course(OPTIMIZERS[torch_class], twin, settings)


def test_a_twin_that_accepts_anything_is_found(monkeypatch):
    class Lenient(optim.SGD):
        def __init__(self, params, **settings):
            super().__init__(list(params), lr=0.1)

    monkeypatch.setattr(optim, "SGD", Lenient)
    result = proof.prove_optimizer(OPTIMIZERS[torch.optim.SGD])
    assert result.passed < result.samples and result.is_a_fault


def test_what_is_missing_is_said():
    nothing = type("Nothing", (torch_nn.Module,), {})
    result = proof.prove_layer(SimpleNamespace(module_cls=nothing))
    assert (result.samples, result.remark, result.holds) == (0, "missing", False)
    assert proof.prove_optimizer(SimpleNamespace(optim_cls=nothing)).remark == "missing"


def strides(input: torch.Tensor) -> tuple[int, ...]:
    """Those of a tensor of this shape without gaps."""
    return torch.empty(input.shape).stride()


def by_kind(name: str, function, monkeypatch) -> dict[str, bool]:
    """Which kinds of comparison hold when the function stands in for ours."""
    monkeypatch.setattr(functional, name, function)
    return {kind: part.holds for kind, part in proof.prove_operator(name, most=3).parts.items()}


def test_a_function_that_differs_is_found_by_kind(monkeypatch):
    from torch.nn.functional import softsign

    class Half(torch.autograd.Function):
        @staticmethod
        def forward(ctx, input):
            return softsign(input)

        @staticmethod
        def backward(ctx, gradient):
            return gradient / 2

    sound = by_kind("softsign", lambda input: input / (1 + input.abs()), monkeypatch)
    assert all(sound.values()) and {"output", "strided", "empty", "second", "forward", "vmap", "float16"} <= set(sound)
    found = by_kind("softsign", Half.apply, monkeypatch)
    for kind in ("gradient", "second", "forward", "vmap", "bfloat16"):
        assert not found[kind], kind
    assert found["output"] and found["strided"] and found["empty"]
    gapless = by_kind("softsign", lambda input: softsign(input.as_strided(input.shape, strides(input))), monkeypatch)
    assert gapless["empty"] and not gapless["strided"]
    inaccurate = by_kind("softsign", lambda input: 1.0001 * softsign(input), monkeypatch)
    assert not inaccurate["output"] and not inaccurate["gradient"]
    across = by_kind("log_softmax", lambda input, dim, dtype=None: input.log_softmax(dim - 1, dtype), monkeypatch)
    assert not across["output"] and not across["gradient"]
    changed = by_kind("softsign", lambda input: softsign(input.mul_(2).div_(2).add_(1)), monkeypatch)
    assert not changed["output"]
    widened = by_kind("softsign", lambda input: softsign(input.double()), monkeypatch)
    assert widened["gradient"] and not widened["float16"] and not widened["integers"]


def test_a_function_that_accepts_anything_is_found(monkeypatch):
    kinds = by_kind("gelu", lambda input, approximate="none": torch.nn.functional.gelu(input), monkeypatch)
    assert not kinds["refused"]


def test_a_known_difference_is_no_fault_but_a_new_one_is(monkeypatch):
    def fail() -> None:
        raise AssertionError("differs")

    monkeypatch.setitem(proof.DIFFERENT, ("some", "vmap"), "draws its own numbers")
    known = tally_by_kind("some", [("output", ("one", lambda: None)), ("vmap", ("one", fail))])
    assert (known.samples, known.passed, known.holds, known.is_a_fault) == (2, 1, False, False)
    assert known.remark == "vmap: draws its own numbers"
    new = tally_by_kind("some", [("vmap", ("one", fail)), ("output", ("one", fail))])
    assert new.is_a_fault and new.remark == "output, one: AssertionError: differs"


def test_out_of_reach_is_no_fault(monkeypatch):
    monkeypatch.setitem(proof.OUT_OF_REACH, "Nothing", "needs a machine of its own")
    result = Result("Nothing", "layer", problem="missing")
    assert not result.holds and not result.is_a_fault
    assert result.remark == "needs a machine of its own"


def test_the_first_problem_is_kept():
    def fail() -> None:
        raise ValueError("of two\nlines")

    result = tally("Some", "layer", [("one", lambda: None), ("two", fail), ("three", fail)])
    assert result == Result("Some", "layer", 3, 1, "two: ValueError: of two")


def test_the_page():
    results = [
        Result("Linear", "layer", 6, 6),
        Result("Odd", "layer", 2, 1, "sample 0: a|b"),
        Result("SGD", "optimiser", 3, 3),
        tally_by_kind("relu", [("output", ("one", lambda: None)), ("vmap", ("one", lambda: None))]),
    ]
    page = proof.markdown(results)
    assert "| Linear | 6 | 6 |  |" in page
    assert "| Odd | 2 | 1 | sample 0: a/b |" in page
    assert "2 of 3 classes proven, 10 of 11 samples; 1 of 1 functions proven, 2 of 2 samples" in page
    assert "| relu | 1 |  |  |  |  |  |  |  | 1 |  |  |  |  |  |" in page
    assert page.index("| SGD |") > page.index("## Optimisers")
    for name in proof.lacking():
        assert f"- {name}: " in page


def test_without_pytorchs_test_code_it_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.testing._internal.common_modules", None)
    with pytest.raises(DongshouError, match="pip install expecttest"):
        proof.module_database()


def test_the_import_leaves_the_flags_free():
    assert not torch.backends.flags_frozen()


def test_every_layer_of_torch_has_a_twin_or_a_place_in_the_list():
    lacking = proof.lacking()
    print(f"{len(lacking)} layers and losses of torch.nn have no twin: {', '.join(lacking)}")
    assert not set(lacking) & set(nn.__all__)
    assert set(lacking) <= set(torch_nn.modules.__all__)

"""Every activation against torch's, at its corners and at the ends of the number line too."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

CORNERS = [-1e300, -750.0, -40.0, -3.0, -1.0, -0.5, -0.0, 0.0, 1e-3, 0.5, 1.0, 3.0, 6.0, 40.0, 750.0, 1e300]
SPECIAL = torch.tensor([*CORNERS, float("nan")], dtype=torch.float64)
INPLACE = [nn.ELU, nn.CELU, nn.SELU, nn.ReLU6, nn.Hardtanh, nn.Hardsigmoid, nn.Hardswish, nn.SiLU, nn.Mish]
OTHERS = [nn.Hardshrink, nn.Softshrink, nn.Softplus, nn.Softsign, nn.Tanhshrink, nn.LogSigmoid]
# at NaN torch has one derivative in the vectorised part of its loop and another in the rest
HIDE_NAN = [nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.ReLU6, nn.ELU, nn.CELU, nn.SELU]


@pytest.mark.parametrize("layer", [*INPLACE, *OTHERS])
def test_with_defaults(layer):
    same(layer, input=(3, 4))
    same(layer, input=SPECIAL[:-1] if layer in HIDE_NAN else SPECIAL)


@pytest.mark.parametrize("layer", INPLACE)
def test_in_place(layer):
    same(layer, (), dict(inplace=True), input=(3, 4))
    x = torch.randn(5)
    twin = getattr(scratch.nn, layer.__name__)(inplace=True)
    assert twin(x) is x


def test_with_settings():
    for x in ((3, 4), SPECIAL[:-1]):
        same(nn.ELU, (2.5,), input=x)
        same(nn.CELU, (2.5,), input=x)
        same(nn.CELU, (-0.5,), input=(3, 4))
        same(nn.Hardtanh, (-0.5, 2.0), input=x)
    for x in ((3, 4), SPECIAL):
        same(nn.Threshold, (0.5, 7.0), input=x)
        same(nn.Threshold, (0.5, 7.0, True), input=x)
        same(nn.Hardshrink, (1.0,), input=x)
        same(nn.Softshrink, (1.0,), input=x)
        same(nn.Softshrink, (0.0,), input=x)
        same(nn.Softplus, (2.0, 6.0), input=x)
    same(nn.GLU, input=(3, 4))
    same(nn.GLU, (0,), input=(4, 3))
    same(nn.Softmin, (1,), input=(3, 4))
    same(nn.Softmax2d, input=(2, 3, 4, 5))
    same(nn.Softmax2d, input=(3, 4, 5))


def test_a_learnt_slope():
    same(nn.PReLU, input=(3, 4))
    same(nn.PReLU, (4, 0.1), input=(3, 4, 2, 2))
    same(nn.PReLU, input=())
    same(nn.PReLU, input=SPECIAL)


def test_a_random_slope_is_torchs():
    same(nn.RReLU, input=(30, 4))
    same(nn.RReLU, (0.2, 0.9), input=(3, 4, 5))
    same(nn.RReLU, (0.2, 0.9, True), input=(3, 4))


SMOOTH = ["elu", "celu", "selu", "softplus", "softsign", "tanhshrink", "silu", "mish", "glu", "hardswish", "softmin"]


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_of_first_and_second_order(name):
    x = torch.linspace(-2.5, 2.6, 12, dtype=torch.float64).reshape(3, 4).requires_grad_()
    function = getattr(functional, name)
    function = (lambda x: functional.softmin(x, 1)) if name == "softmin" else function
    assert gradcheck(function, x)
    assert gradgradcheck(function, x)


def test_derivatives_of_straight_pieces():
    x = torch.linspace(-7.3, 7.4, 12, dtype=torch.float64).reshape(3, 4).requires_grad_()
    for name in ("hardsigmoid", "hardtanh", "hardswish", "leaky_relu"):
        assert gradcheck(getattr(functional, name), x)
        assert gradgradcheck(getattr(functional, name), x)
    for slopes in (torch.tensor([0.3]), torch.tensor([0.3, -0.2, 0.0, 1.5])):
        inputs = x, slopes.double().requires_grad_()
        assert gradcheck(functional.prelu, inputs)
        assert gradgradcheck(functional.prelu, inputs)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_short_types(dtype):
    x = torch.tensor([-1e4, -100.0, -3.0, -0.1, 0.0, 0.1, 3.0, 100.0, 1e4]).to(dtype)
    for layer in [*INPLACE, *OTHERS]:
        ours, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
        y, expected = getattr(scratch.nn, layer.__name__)()(ours), layer()(theirs)
        y.sum().backward()
        expected.sum().backward()
        tolerance = dict(rtol=1e-5, atol=1e-6) if dtype == torch.float32 else dict(rtol=2e-2, atol=2e-2)
        torch.testing.assert_close(y, expected, **tolerance)
        torch.testing.assert_close(ours.grad, theirs.grad, **tolerance)


BAD = [
    lambda module: module.softshrink(torch.ones(2), -1.0),
    lambda module: module.hardtanh(torch.ones(2), 1.0, -1.0),
    lambda module: module.celu(torch.ones(2), 0.0),
    lambda module: module.glu(torch.ones(2, 3)),
    lambda module: module.glu(torch.tensor(1.0)),
    lambda module: module.prelu(torch.ones(2, 3), torch.ones(2)),
    lambda module: module.prelu(torch.ones(2, 3), torch.ones(1, 3)),
    lambda module: module.rrelu(torch.ones(2), 0.5, 0.1, True),
]


@pytest.mark.parametrize("call", BAD)
def test_refuses_what_torchs_refuses(call):
    with pytest.raises(Exception) as expected:  # noqa: B017 whatever torch raises
        call(torch_functional)
    with pytest.raises(expected.type):
        call(functional)


def test_hardtanh_has_two_ends_and_retired_names():
    for module in (nn, scratch.nn):
        with pytest.raises(AssertionError):
            module.Hardtanh(1.0, 1.0)
        with pytest.raises(ValueError, match="3D or 4D"):
            module.Softmax2d()(torch.ones(2))
        with pytest.warns(FutureWarning, match="deprecated"):
            assert module.Hardtanh(min_value=-2.0).min_val == -2.0

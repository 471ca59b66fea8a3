"""Every initialiser draws torch's numbers."""

from __future__ import annotations

import pytest
import torch
from torch.nn import init as torch_init

from dongshou.scratch import init

CALLS = [
    ("constant_", (0.3,), {}),
    ("zeros_", (), {}),
    ("ones_", (), {}),
    ("uniform_", (-2, 3), {}),
    ("normal_", (1.0, 0.1), {}),
    ("xavier_uniform_", (), {}),
    ("xavier_uniform_", (2.0,), {}),
    ("xavier_normal_", (), dict(gain=5 / 3)),
    ("kaiming_uniform_", (), {}),
    ("kaiming_uniform_", (0.1, "fan_out", "leaky_relu"), {}),
    ("kaiming_normal_", (), dict(nonlinearity="relu")),
    ("kaiming_normal_", (), dict(mode="FAN_OUT", nonlinearity="tanh")),
    ("orthogonal_", (), {}),
    ("orthogonal_", (0.5,), {}),
]


@pytest.mark.parametrize(("name", "arguments", "keywords"), CALLS)
@pytest.mark.parametrize("shape", [(4, 6), (6, 4), (4, 3, 2, 2)])
def test_the_same_numbers(name, arguments, keywords, shape):
    values = []
    for module in (torch_init, init):
        torch.manual_seed(0)
        parameter = torch.nn.Parameter(torch.empty(shape))
        assert getattr(module, name)(parameter, *arguments, **keywords) is parameter
        values.append(parameter.detach())
    assert torch.equal(*values)


@pytest.mark.parametrize(
    ("name", "shape", "arguments"),
    [
        ("eye_", (4, 6), ()),
        ("eye_", (6, 4), ()),
        ("dirac_", (4, 6, 3), ()),
        ("dirac_", (6, 2, 3, 4), ()),
        ("dirac_", (6, 2, 3, 4, 5), (3,)),
        ("sparse_", (7, 4), (0.3,)),
        ("sparse_", (7, 4), (1.0, 0.5)),
        ("trunc_normal_", (40, 9), ()),
        ("trunc_normal_", (40, 9), (0.1, 0.02, 0.05, 0.2)),
        ("trunc_normal_", (40, 9), (0.0, 1.0, 1.5, 2.0)),
    ],
)
def test_the_same_numbers_in_special_shapes(name, shape, arguments):
    values = []
    for module in (torch_init, init):
        torch.manual_seed(0)
        parameter = torch.nn.Parameter(torch.empty(shape))
        assert getattr(module, name)(parameter, *arguments) is parameter
        values.append(parameter.detach())
    assert torch.equal(*values)


def test_a_truncation_far_from_the_mean_warns():
    for module in (torch_init, init):
        with pytest.warns(UserWarning, match="more than 2 std"):
            module.trunc_normal_(torch.empty(3), 0.0, 1.0, 2.5, 3.0)


@pytest.mark.parametrize("name", [name for name in dir(init) if name.endswith(("form_", "normal_", "onal_"))])
def test_a_generator_is_drawn_from(name):
    values = [
        getattr(module, name)(torch.empty(3, 4), generator=torch.Generator().manual_seed(5))
        for module in (torch_init, init)
    ]
    assert torch.equal(*values)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
def test_orthogonal_keeps_lengths(shape):
    weight = init.orthogonal_(torch.empty(shape, dtype=torch.float64))
    product = weight @ weight.T if shape[0] <= shape[1] else weight.T @ weight
    torch.testing.assert_close(product, torch.eye(min(shape)).double())


def test_gains():
    for name in ("linear", "conv1d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        assert init.calculate_gain(name) == torch_init.calculate_gain(name)
    assert init.calculate_gain("leaky_relu", 2) == torch_init.calculate_gain("leaky_relu", 2)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("calculate_gain", ("wave",)),
        ("calculate_gain", ("leaky_relu", True)),
        ("calculate_gain", ("leaky_relu", "steep")),
        ("xavier_normal_", (torch.empty(3),)),
        ("kaiming_normal_", (torch.empty(3),)),
        ("kaiming_uniform_", (torch.empty(3, 3), 0, "fan_across")),
        ("orthogonal_", (torch.empty(3),)),
        ("eye_", (torch.empty(3),)),
        ("sparse_", (torch.empty(3), 0.5)),
        ("dirac_", (torch.empty(3, 3),)),
        ("dirac_", (torch.empty(3, 3, 3), 2)),
    ],
)
def test_refuses_what_torchs_refuses(name, arguments):
    for module in (torch_init, init):
        with pytest.raises(ValueError):
            getattr(module, name)(*arguments)


def test_nothing_to_fill():
    for name in ("kaiming_uniform_", "kaiming_normal_"):
        with pytest.warns(UserWarning, match="no-op"):
            getattr(init, name)(torch.empty(0, 3))
    assert init.orthogonal_(torch.empty(0, 3)).numel() == 0

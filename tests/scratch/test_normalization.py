"""Normalisation layers against torch's."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

BATCHES = {1: (4, 6, 5), 2: (4, 6, 5, 3), 3: (4, 6, 3, 2, 2)}
BATCH_NORMS = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
INSTANCE_NORMS = {1: nn.InstanceNorm1d, 2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d}
VARIANTS = [dict(affine=False), dict(bias=False), dict(track_running_stats=False), dict(momentum=None), dict(eps=0.1)]


@pytest.mark.parametrize("axes", BATCHES)
def test_batch_normalization(axes):
    same(BATCH_NORMS[axes], (6,), input=BATCHES[axes])
    for keywords in VARIANTS:
        same(BATCH_NORMS[axes], (6,), keywords, input=BATCHES[axes])
    same(nn.BatchNorm1d, (6,), input=(4, 6))


@pytest.mark.parametrize("axes", BATCHES)
def test_instance_normalization(axes):
    same(INSTANCE_NORMS[axes], (6,), input=BATCHES[axes])
    same(INSTANCE_NORMS[axes], (6,), input=BATCHES[axes][1:])
    for keywords in VARIANTS:
        same(INSTANCE_NORMS[axes], (6,), dict(affine=True, track_running_stats=True) | keywords, input=BATCHES[axes])


def test_layer_normalization():
    same(nn.LayerNorm, (5,), input=(4, 3, 5))
    same(nn.LayerNorm, ([3, 5],), input=(4, 3, 5))
    same(nn.LayerNorm, ((4, 3, 5),), dict(eps=0.1), input=(4, 3, 5))
    same(nn.LayerNorm, (5,), dict(elementwise_affine=False), input=(4, 5))
    same(nn.LayerNorm, (5,), dict(bias=False), input=(5,))
    same(nn.LayerNorm, (1,), input=(4, 1))


def test_rms_group_and_local_response_normalization():
    same(nn.RMSNorm, (5,), input=(4, 3, 5))
    same(nn.RMSNorm, ((3, 5), 1e-3), input=(4, 3, 5))
    same(nn.RMSNorm, (5,), dict(elementwise_affine=False), input=(4, 5))
    for groups in (1, 2, 3, 6):
        same(nn.GroupNorm, (groups, 6), input=(4, 6, 5, 3))
    same(nn.GroupNorm, (2, 6, 0.1), input=(4, 6))
    same(nn.GroupNorm, (2, 6), dict(affine=False), input=(4, 6, 5))
    same(nn.GroupNorm, (2, 6), dict(bias=False), input=(4, 6, 5))
    for size in (1, 2, 3, 5):
        same(nn.LocalResponseNorm, (size,), dict(alpha=0.5, beta=0.3, k=2.0), input=(4, 6, 5))
        same(nn.LocalResponseNorm, (size,), dict(alpha=0.5), input=(4, 6, 5, 3))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(2, 4), min_size=2, max_size=5), st.booleans(), st.data())
def test_any_shape(shape, affine, data):
    last = data.draw(st.integers(1, len(shape)))
    same(nn.LayerNorm, (shape[-last:],), dict(elementwise_affine=affine), input=tuple(shape))
    if len(shape) in (2, 3):
        same(nn.BatchNorm1d, (shape[1],), dict(affine=affine), input=tuple(shape))


@pytest.mark.parametrize("axes", BATCHES)
@pytest.mark.parametrize("keywords", [{}, *VARIANTS])
def test_lazy_layers_take_their_features_from_the_first_batch(axes, keywords):
    x = torch.randn(BATCHES[axes])
    for name in (f"LazyBatchNorm{axes}d", f"LazyInstanceNorm{axes}d"):
        theirs, ours = (getattr(module, name)(**keywords) for module in (nn, scratch.nn))
        assert repr(ours) == repr(theirs) and list(ours.state_dict()) == list(theirs.state_dict())
        assert vars(ours).keys() == vars(theirs).keys()
        torch.testing.assert_close(ours(x), theirs(x))
        assert type(ours) is getattr(scratch.nn, name.removeprefix("Lazy"))
        torch.testing.assert_close(ours.state_dict(), theirs.state_dict())


def test_there_and_back_again():
    model = nn.Sequential(nn.BatchNorm1d(6), nn.Dropout1d(), nn.LayerNorm(5), nn.SiLU(), nn.InstanceNorm1d(6))
    ours = scratch.from_scratch(copy.deepcopy(model), strict=True)
    x = torch.randn(4, 6, 5)
    for module in (model, ours):
        torch.manual_seed(0)
        module(x)
    torch.testing.assert_close(ours.eval()(x), model.eval()(x))
    assert [type(layer) for layer in scratch.to_torch(ours)] == [type(layer) for layer in model]


def test_running_statistics_of_several_batches():
    for make in (nn.BatchNorm2d, lambda features, **keywords: nn.InstanceNorm2d(features, True, **keywords)):
        for momentum in (0.1, 0.5, None):
            theirs = make(3, momentum=momentum)
            theirs.track_running_stats = True
            ours = scratch.from_scratch(copy.deepcopy(theirs))
            for _ in range(3):
                x = 5 + 2 * torch.randn(4, 3, 2, 5)
                torch.testing.assert_close(ours(x), theirs(x))
            torch.testing.assert_close(ours.state_dict(), theirs.state_dict())


def test_an_empty_batch_changes_nothing():
    layer = scratch.nn.BatchNorm1d(3)
    assert layer(torch.zeros(0, 3)).shape == (0, 3)
    assert layer.running_mean.tolist() == [0, 0, 0] and layer.running_var.tolist() == [1, 1, 1]


def test_a_state_dict_from_before_batches_were_counted():
    state = nn.BatchNorm1d(3).state_dict()
    del state["num_batches_tracked"], state._metadata
    layer = scratch.nn.BatchNorm1d(3)
    layer.load_state_dict(state)
    assert layer.num_batches_tracked == 0


def test_reset_parameters_forgets_everything():
    layer = scratch.nn.BatchNorm2d(3)
    layer(torch.randn(4, 3, 2, 2))
    with torch.no_grad():
        layer.weight.fill_(7)
    layer.reset_parameters()
    torch.testing.assert_close(layer.state_dict(), nn.BatchNorm2d(3).state_dict())


@pytest.mark.parametrize("weight", [None, torch.rand(1, 3, 1).double(), torch.rand(4).double()])
def test_derivatives_of_first_and_second_order(weight):
    x = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    axes = [0, 2] if weight is None or weight.dim() == 3 else [1, 2]
    inputs = [x] if weight is None else [x, weight.requires_grad_(), weight.detach().clone().requires_grad_()]
    function = lambda x, weight=None, bias=None: functional.normalization.normalize(x, axes, weight, bias, 1e-3)[0]
    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_short_types(dtype):
    x = (100 + torch.randn(8, 6, 10)).to(dtype)
    for layer in (nn.BatchNorm1d(6), nn.LayerNorm(10), nn.GroupNorm(2, 6), nn.RMSNorm(10), nn.InstanceNorm1d(6)):
        exact = copy.deepcopy(layer).double()(x.double())
        y = scratch.from_scratch(layer.to(dtype))(x)
        assert y.dtype == dtype
        torch.testing.assert_close(y.double(), exact, rtol=1e-2, atol=1e-2)  # closer than torch's own


def test_a_large_mean_does_not_swallow_the_variance():
    x = 1e4 + torch.randn(64, 6)
    for layer in (nn.BatchNorm1d(6), nn.LayerNorm(6)):
        exact = copy.deepcopy(layer).double()(x.double())
        torch.testing.assert_close(scratch.from_scratch(layer)(x).double(), exact, rtol=1e-3, atol=5e-3)


@pytest.mark.parametrize(
    ("name", "arguments", "shape"),
    [
        ("BatchNorm1d", (3,), (3,)),
        ("BatchNorm1d", (3,), (1, 3)),
        ("BatchNorm2d", (3,), (2, 3, 4)),
        ("BatchNorm3d", (3,), (2, 3, 4, 4)),
        ("InstanceNorm1d", (3,), (2, 3, 1)),
        ("InstanceNorm2d", (3,), (3, 4)),
        ("InstanceNorm2d", (3, 1e-5, 0.1, True), (2, 4, 5, 5)),
        ("GroupNorm", (2, 2), (1, 2)),
        ("GroupNorm", (2, 2), (2,)),
        ("LayerNorm", (3,), (2, 4)),
        ("LayerNorm", ([],), (2, 4)),
        ("RMSNorm", (3,), (2, 4)),
        ("LocalResponseNorm", (3,), (2, 4)),
    ],
)
def test_refuses_what_torchs_refuses(name, arguments, shape):
    with pytest.raises(Exception) as expected:  # noqa: B017 whatever torch raises
        getattr(nn, name)(*arguments)(torch.ones(shape))
    with pytest.raises(expected.type):
        getattr(scratch.nn, name)(*arguments)(torch.ones(shape))


def test_a_group_needs_whole_channels_and_an_eps_above_0():
    for layer in (nn.GroupNorm, scratch.nn.GroupNorm):
        with pytest.raises(ValueError, match="divisible"):
            layer(4, 6)
    for module in (torch_functional, functional):
        with pytest.raises(ValueError, match="eps"):
            module.batch_norm(torch.ones(2, 3), None, None, training=True, eps=0.0)


def test_channels_that_are_not_num_features_are_warned_of():
    for module in (nn, scratch.nn):
        with pytest.warns(UserWarning, match="num_features"):
            module.InstanceNorm1d(3)(torch.randn(2, 4, 5))


def test_evaluation_needs_statistics():
    for module in (torch_functional, functional):
        for name, keywords in (("batch_norm", dict(training=False)), ("instance_norm", dict(use_input_stats=False))):
            with pytest.raises(RuntimeError, match="running_mean"):
                getattr(module, name)(torch.ones(2, 3, 4), None, None, **keywords)

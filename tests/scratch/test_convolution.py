"""Convolutions and transposed convolutions against torch's."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from dongshou.scratch.functional.windows import overlap_add, windows
from tests.scratch.same import same

LAYERS = {1: (nn.Conv1d, nn.ConvTranspose1d), 2: (nn.Conv2d, nn.ConvTranspose2d), 3: (nn.Conv3d, nn.ConvTranspose3d)}
SIZES = (9, 8, 7)


@pytest.mark.parametrize("axes", LAYERS)
def test_convolution(axes):
    layer, batch = LAYERS[axes][0], (2, 4, *SIZES[:axes])
    same(layer, (4, 6, 3), input=batch)
    same(layer, (4, 6, 3), input=batch[1:])
    same(layer, (4, 6, 3), input=(0, *batch[1:]))
    same(layer, (4, 6), dict(kernel_size=3, stride=2, padding=1, bias=False), input=batch)
    same(layer, (4, 6, 2), dict(dilation=2, groups=2, padding=2), input=batch)
    same(layer, (4, 4, 3), dict(groups=4), input=batch)
    same(layer, (4, 6, (1, 3, 2)[:axes], (2, 1, 3)[:axes], (0, 2, 1)[:axes], (1, 2, 1)[:axes]), input=batch)


@pytest.mark.parametrize("axes", LAYERS)
def test_padding_by_name_and_by_mode(axes):
    layer, batch = LAYERS[axes][0], (2, 4, *SIZES[:axes])
    same(layer, (4, 6, 3), dict(padding="same"), input=batch)
    same(layer, (4, 6, 4), dict(padding="same", dilation=2), input=batch)
    same(layer, (4, 6, 4), dict(padding="valid", stride=3), input=batch)
    for mode in ("reflect", "replicate", "circular"):
        same(layer, (4, 6, 3), dict(padding=(2, 1, 0)[:axes], padding_mode=mode), input=batch)
        same(layer, (4, 6, 4), dict(padding="same", padding_mode=mode), input=batch[1:])
    same(layer, (4, 6, 3), dict(padding="valid", padding_mode="reflect"), input=batch)


@pytest.mark.parametrize("axes", LAYERS)
def test_transposed_convolution(axes):
    layer, batch = LAYERS[axes][1], (2, 4, *(5, 4, 3)[:axes])
    same(layer, (4, 6, 3), input=batch)
    same(layer, (4, 6, 3), input=batch[1:])
    same(layer, (4, 6, 4), dict(stride=2, padding=1, bias=False), input=batch)
    same(layer, (4, 6, 3, 2, 1, 1, 2), input=batch)
    same(layer, (4, 6, 2), dict(dilation=3, output_padding=2, padding=1), input=batch)
    same(layer, (4, 6, (1, 3, 2)[:axes], (2, 1, 3)[:axes], (0, 2, 1)[:axes]), input=batch)


def test_an_output_size_chooses_among_those_that_stride_leaves_open():
    theirs = nn.ConvTranspose2d(2, 3, 3, stride=3, padding=1).double()
    ours = scratch.from_scratch(copy.deepcopy(theirs))
    x = torch.randn(2, 2, 4, 5).double()
    for size in ([10, 13], [2, 3, 11, 15], torch.Size([12, 14])):
        torch.testing.assert_close(ours(x, output_size=size), theirs(x, output_size=size))
    torch.testing.assert_close(ours(x[0], output_size=(10, 14)), theirs(x[0], output_size=(10, 14)))
    for size in ((9, 13), (10, 16), (10,)):
        for layer in (ours, theirs):
            with pytest.raises(ValueError, match="output.size"):
                layer(x, output_size=size)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_convolutions_of_any_shape(data):
    draw = lambda low, high: data.draw(st.integers(low, high))
    axes, transposed, groups = draw(1, 3), data.draw(st.booleans()), draw(1, 3)
    each = lambda low, high: tuple(draw(low, high) for _ in range(axes))
    kernel, stride, padding, dilation, sizes = each(1, 3), each(1, 3), each(0, 2), each(1, 2), each(3, 6)
    shape = [groups * draw(1, 2), groups * draw(1, 2)]
    extents = [step * (size - 1) + 1 for size, step in zip(kernel, dilation, strict=True)]
    if transposed:
        keywords = dict(output_padding=tuple(draw(0, step - 1) for step in stride))
        lengths = [(n - 1) * s + e - 2 * p for n, s, e, p in zip(sizes, stride, extents, padding, strict=True)]
        assume(min(lengths) > 0)
    else:
        keywords = {}
        assume(all(n + 2 * p >= e for n, p, e in zip(sizes, padding, extents, strict=True)))
    keywords |= dict(stride=stride, padding=padding, dilation=dilation, groups=groups, bias=data.draw(st.booleans()))
    same(LAYERS[axes][transposed], (*shape, kernel), keywords, input=(draw(1, 2), shape[0], *sizes))


def test_the_output_is_contiguous_as_torchs():
    assert scratch.nn.Conv2d(2, 3, 3)(torch.randn(2, 2, 5, 5)).is_contiguous()
    assert scratch.nn.ConvTranspose2d(2, 3, 3)(torch.randn(2, 2, 5, 5)).is_contiguous()
    x = torch.randn(2, 2, 5, 5).to(memory_format=torch.channels_last)
    layer = nn.Conv2d(2, 3, 3)
    torch.testing.assert_close(scratch.from_scratch(copy.deepcopy(layer))(x), layer(x))


def test_overlap_add_is_the_transpose_of_windows():
    x = torch.randn(2, 3, 11, dtype=torch.float64)
    seen = windows(x, -1, 3, 2, 2)
    y = torch.randn_like(seen)
    torch.testing.assert_close((seen * y).sum(), (x * overlap_add(y, -1, 11, 2, 2)).sum())


def test_derivatives_of_first_and_second_order():
    x = torch.randn(1, 2, 5, 4, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 2, 3, 2, dtype=torch.float64, requires_grad=True)
    for function in (functional.conv2d, functional.conv_transpose2d):
        convolve = lambda x, weight, function=function: function(x, weight, stride=2, padding=1)
        assert gradcheck(convolve, (x, weight))
        assert gradgradcheck(convolve, (x, weight))


def test_half_precision_and_autocast():
    layer, x = nn.Conv2d(3, 8, 3, padding=1), torch.randn(2, 3, 9, 9)
    ours = scratch.from_scratch(copy.deepcopy(layer))
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(ours(x), layer(x), rtol=2e-2, atol=2e-2)
    ours, layer, x = ours.bfloat16(), layer.bfloat16(), x.bfloat16()
    torch.testing.assert_close(ours(x), layer(x), rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        ((3, 4, 3), dict(groups=2)),
        ((4, 3, 3), dict(groups=2)),
        ((4, 4, 3), dict(groups=0)),
        ((4, 4, 3), dict(padding="round")),
        ((4, 4, 3), dict(padding="same", stride=2)),
        ((4, 4, 3), dict(padding_mode="mirror")),
    ],
)
def test_refuses_what_torchs_refuses(arguments, keywords):
    for layer in (nn.Conv2d, scratch.nn.Conv2d):
        with pytest.raises(ValueError):
            layer(*arguments, **keywords)


def test_a_transposed_convolution_pads_with_nothing():
    for layer in (nn.ConvTranspose2d, scratch.nn.ConvTranspose2d):
        with pytest.raises(ValueError, match="zeros"):
            layer(2, 3, 3, padding_mode="reflect")


BAD_CALLS = [
    ("conv2d", [(1, 3, 9, 9), (4, 2, 3, 3)], {}),
    ("conv2d", [(3, 9), (4, 3, 3, 3)], {}),
    ("conv2d", [(1, 3, 2, 2), (4, 3, 3, 3)], {}),
    ("conv2d", [(1, 3, 9, 9), (4, 3, 3)], {}),
    ("conv2d", [(1, 3, 9, 9), (4, 3, 3, 3)], dict(padding="same", stride=2)),
    ("conv2d", [(1, 3, 9, 9), (4, 3, 3, 3)], dict(padding="round")),
    ("conv2d", [(1, 3, 9, 9), (4, 3, 3, 3)], dict(padding=-1)),
    ("conv2d", [(1, 3, 9, 9), (4, 3, 3, 3)], dict(stride=(1, 2, 3))),
    ("conv2d", [(1, 4, 9, 9), (3, 2, 3, 3)], dict(groups=2)),
    ("conv_transpose2d", [(1, 3, 9, 9), (2, 4, 3, 3)], {}),
    ("conv_transpose2d", [(1, 3, 9, 9), (3, 4, 3)], {}),
    ("conv_transpose2d", [(1, 3, 9, 9), (3, 4, 3, 3)], dict(output_padding=1)),
    ("conv_transpose2d", [(1, 3, 9, 9), (3, 4, 3, 3)], dict(groups=2)),
]


@pytest.mark.parametrize(("name", "shapes", "keywords"), BAD_CALLS)
def test_a_call_that_does_not_fit(name, shapes, keywords):
    for module in (torch_functional, functional):
        with pytest.raises(RuntimeError):
            getattr(module, name)(*[torch.ones(shape) for shape in shapes], **keywords)


@pytest.mark.parametrize("axes", LAYERS)
def test_lazy_layers_take_their_channels_from_the_first_batch(axes):
    x = torch.randn(2, 4, *SIZES[:axes])
    for name in (f"LazyConv{axes}d", f"LazyConvTranspose{axes}d"):
        layers = []
        for module in (nn, scratch.nn):
            torch.manual_seed(0)
            layers.append(getattr(module, name)(6, 3, groups=2))
            torch.manual_seed(0)
            assert repr(layers[-1]) == repr(getattr(nn, name)(6, 3, groups=2))
            layers[-1](x)
        theirs, ours = layers
        assert type(ours) is getattr(scratch.nn, name.removeprefix("Lazy"))
        assert repr(ours) == repr(theirs)
        torch.testing.assert_close(ours(x), theirs(x))
        with pytest.raises(ValueError, match="divisible"):
            getattr(scratch.nn, name)(6, 3, groups=3)(x)
        with pytest.raises(RuntimeError, match="unbatched"):
            getattr(scratch.nn, name)(6, 3)(torch.ones(3))


def test_a_lazy_layer_loads_the_state_of_another():
    state = nn.Conv2d(2, 3, 3).state_dict()
    layer = scratch.nn.LazyConv2d(3, 3)
    layer.load_state_dict(state)
    assert torch.equal(layer.weight, state["weight"])
    linear = scratch.nn.LazyLinear(3)
    linear.load_state_dict(nn.Linear(2, 3).state_dict())
    assert linear(torch.ones(4, 2)).shape == (4, 3)


def test_unfold_and_fold():
    x = (2, 3, 8, 7)
    same(nn.Unfold, (3,), input=x)
    same(nn.Unfold, ((2, 3),), dict(dilation=(1, 2), padding=(1, 2), stride=(2, 1)), input=x)
    same(nn.Unfold, (2,), input=x[1:])
    same(nn.Fold, ((8, 7), 3), input=(2, 27, 30))
    same(nn.Fold, ((8, 7), (2, 3)), dict(dilation=(1, 2), padding=(1, 2), stride=(2, 1)), input=(2, 18, 35))
    same(nn.Fold, ((4, 5), 2), input=(12, 12))


def test_unfold_and_fold_of_what_does_not_fit():
    for module in (nn, scratch.nn):
        for layer, shape in (
            (module.Unfold(4), (1, 2, 3, 3)),
            (module.Unfold(2), (1, 2, 3, 3, 3)),
            (module.Fold((4, 4), 2), (1, 3, 9)),
            (module.Fold((4, 4), 2), (1, 4, 8)),
        ):
            with pytest.raises(RuntimeError):
                layer(torch.ones(shape))


def test_a_bias_of_another_type_is_for_autocast_alone():
    x, weight, bias = torch.randn(1, 2, 5), torch.randn(2, 2, 3), torch.randn(2)
    for module in (functional, nn.functional):
        with pytest.raises(RuntimeError, match="should be the same"):
            module.conv1d(x, weight, bias.double())
        with torch.autocast("cpu", torch.bfloat16):
            assert module.conv1d(x.bfloat16(), weight, bias).dtype == torch.bfloat16

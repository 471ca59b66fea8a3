"""Pooling, the adaptive and the random one too, against torch's."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

AXES = (1, 2, 3)
SIZES = (9, 8, 7)


def layer(name: str, axes: int) -> type[nn.Module]:
    return getattr(nn, f"{name}{axes}d")


def ties(*shape: int) -> torch.Tensor:
    """Few different values, as after a ReLU: most windows have several largest elements."""
    return torch.randint(0, 2, shape, generator=torch.Generator().manual_seed(0)).double()


@pytest.mark.parametrize("axes", AXES)
def test_max_pooling(axes):
    pool, batch = layer("MaxPool", axes), (2, 3, *SIZES[:axes])
    same(pool, (2,), input=batch)
    same(pool, (2,), input=batch[1:])
    same(pool, (3, 2, 1), input=batch)
    same(pool, (3, 2, 1), input=ties(*batch))
    same(pool, (2, 1), dict(dilation=2), input=batch)
    same(pool, ((3, 2, 1)[:axes], (2, 1, 3)[:axes], (1, 1, 0)[:axes]), input=batch)
    same(pool, (2,), dict(ceil_mode=True), input=batch)
    same(pool, (3,), dict(stride=5, padding=1, ceil_mode=True), input=batch)


@pytest.mark.parametrize("axes", AXES)
def test_the_indices_are_torchs_and_unpooling_undoes_them(axes):
    pool, unpool = layer("MaxPool", axes)(3, 2, 1, return_indices=True), layer("MaxUnpool", axes)(3, 2, 1)
    ours, our_unpool = scratch.from_scratch(copy.deepcopy(pool)), scratch.from_scratch(copy.deepcopy(unpool))
    for x in (torch.randn(2, 3, *SIZES[:axes]), torch.randn(3, *SIZES[:axes]), ties(2, 3, *SIZES[:axes])):
        values, indices = pool(x)
        torch.testing.assert_close(ours(x), (values, indices))
        back = unpool(values, indices, SIZES[:axes])
        torch.testing.assert_close(our_unpool(values, indices, SIZES[:axes]), back)


def test_unpooling_has_a_gradient_and_limits():
    x, indices = nn.MaxPool2d(2, return_indices=True)(torch.randn(1, 2, 6, 4).double())
    same(nn.MaxUnpool2d, (2,), input=[x, indices])
    for unpool in (nn.MaxUnpool2d(2), scratch.nn.MaxUnpool2d(2)):
        with pytest.raises(ValueError, match="output_size"):
            unpool(x, indices, output_size=(9, 4))
        with pytest.raises(ValueError, match="output_size"):
            unpool(x, indices, output_size=(6,))
        with pytest.raises(RuntimeError, match="index"):
            unpool(x, indices + 100)


@pytest.mark.parametrize("name", ["MaxPool2d", "AvgPool2d", "AdaptiveMaxPool2d", "AdaptiveAvgPool2d"])
def test_nan_and_infinity_stay_in_their_windows(name):
    x = torch.randn(1, 1, 7, 7).double()
    x[..., 1, 1], x[..., 5, 5], x[..., 1, 5] = float("nan"), float("inf"), -float("inf")
    same(getattr(nn, name), (2,), input=x)
    same(getattr(nn, name), (3,), input=x)


def test_windows_of_minus_infinity_and_no_examples_at_all():
    same(nn.MaxPool2d, (3, 2, 1), input=torch.full((1, 2, 6, 6), -float("inf")).double())
    for name in ("MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d"):
        same(getattr(nn, name), (2,), input=(0, 3, 6, 6))


@pytest.mark.parametrize("axes", AXES)
def test_average_pooling(axes):
    pool, batch = layer("AvgPool", axes), (2, 3, *SIZES[:axes])
    same(pool, (2,), input=batch)
    same(pool, (2,), input=batch[1:])
    same(pool, ((3, 2, 1)[:axes], (2, 1, 3)[:axes]), input=batch)
    for include in (True, False):
        same(pool, (3, 2, 1), dict(count_include_pad=include), input=batch)
        same(pool, (3, 2, 1), dict(count_include_pad=include, ceil_mode=True), input=batch)
    same(pool, (2, 3), dict(ceil_mode=True), input=batch)
    if axes > 1:
        same(pool, (3, 2, 1), dict(divisor_override=7), input=batch)


@pytest.mark.parametrize("axes", AXES)
def test_norm_pooling(axes):
    pool, batch = layer("LPPool", axes), torch.rand(2, 3, *SIZES[:axes]).double() + 0.1
    same(pool, (2, 2), input=batch)
    same(pool, (1.5, 3, 2), input=batch)
    same(pool, (2, 3, 2, True), input=batch)
    same(pool, (float("inf"), 2), input=-batch)
    same(pool, (3, 2), input=-batch[0])


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("name", ["AdaptiveAvgPool", "AdaptiveMaxPool"])
def test_adaptive_pooling(name, axes):
    pool, batch = layer(name, axes), (2, 3, *SIZES[:axes])
    for size in (1, 3, (4, 3, 12)[:axes], (9, 4, 7)[:axes]):
        same(pool, (size,), input=batch)
    same(pool, (2,), input=batch[1:])
    if axes > 1:
        same(pool, ((None, 2, None)[:axes],), input=batch)
    same(pool, (4,), input=ties(*batch))


def test_adaptive_indices_are_torchs():
    for axes in AXES:
        pool, x = layer("AdaptiveMaxPool", axes)(4, return_indices=True), ties(2, 3, *SIZES[:axes])
        torch.testing.assert_close(scratch.from_scratch(copy.deepcopy(pool))(x), pool(x))


@pytest.mark.parametrize("axes", [2, 3])
def test_fractional_pooling(axes):
    pool, batch = layer("FractionalMaxPool", axes), (2, 3, *SIZES[:axes])
    same(pool, (2, 4), input=batch)
    same(pool, (2, 4), input=batch[1:])
    same(pool, (2,), dict(output_ratio=0.6), input=batch)
    same(pool, ((2, 3, 1)[:axes],), dict(output_ratio=(0.5, 0.7, 0.8)[:axes]), input=batch)
    same(pool, (2, (1, 4, 3)[:axes]), dict(_random_samples=torch.rand(2, 3, axes).double()), input=ties(*batch))
    theirs, x = pool(2, 4, return_indices=True, _random_samples=torch.rand(2, 3, axes)), torch.randn(batch)
    torch.testing.assert_close(scratch.from_scratch(copy.deepcopy(theirs))(x), theirs(x))


@pytest.mark.parametrize(
    "keywords", [dict(), dict(output_size=2, output_ratio=0.5), dict(output_ratio=1.5), dict(output_ratio=(0.5, 0))]
)
def test_fractional_pooling_needs_one_size(keywords):
    for module in (nn, scratch.nn):
        with pytest.raises(ValueError):
            module.FractionalMaxPool2d(2, **keywords)
    with pytest.raises(ValueError, match="requires specifying"):
        scratch.functional.fractional_max_pool2d(torch.ones(1, 4, 4), 2)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_pooling_of_any_shape(data):
    draw = lambda low, high: data.draw(st.integers(low, high))
    axes, dilation, ceil_mode = draw(1, 3), draw(1, 2), data.draw(st.booleans())
    kernel, stride = draw(1, 3), draw(1, 4)
    padding = draw(0, kernel // 2)
    # torch's own pooling reads beyond its input where a window sees padding alone
    sizes = tuple(draw(dilation * (kernel - 1) + 1, 8) for _ in range(axes))
    windows, batch = dict(stride=stride, padding=padding, ceil_mode=ceil_mode), (draw(1, 2), draw(1, 2), *sizes)
    same(layer("MaxPool", axes), (kernel,), windows | dict(dilation=dilation), input=batch)
    same(layer("AvgPool", axes), (kernel,), windows | dict(count_include_pad=data.draw(st.booleans())), input=batch)
    size = tuple(draw(1, 9) for _ in range(axes))
    same(layer("AdaptiveAvgPool", axes), (size,), input=batch)
    same(layer("AdaptiveMaxPool", axes), (size,), input=batch)


@pytest.mark.parametrize(
    ("name", "arguments", "shape"),
    [
        ("MaxPool2d", (3,), (1, 1, 2, 2)),
        ("MaxPool2d", (2, 1, 2), (1, 1, 4, 4)),
        ("MaxPool2d", (0,), (1, 1, 4, 4)),
        ("MaxPool2d", (2, 0), (1, 1, 4, 4)),
        ("MaxPool2d", ((2, 2, 2),), (1, 1, 4, 4)),
        ("MaxPool2d", (2,), (4, 4)),
        ("AvgPool2d", (3,), (1, 1, 2, 2)),
        ("AvgPool2d", (2, 1, 2), (1, 1, 4, 4)),
        ("AvgPool2d", (2, 1, 0, False, True, 0), (1, 1, 4, 4)),
        ("AdaptiveAvgPool2d", ((2, 2, 2),), (1, 1, 4, 4)),
        ("AdaptiveAvgPool2d", (2,), (1, 1, 0, 4)),
        ("AdaptiveAvgPool2d", (-2,), (1, 1, 4, 4)),
        ("AdaptiveMaxPool2d", (2,), (4, 4)),
        ("FractionalMaxPool2d", (3, 4), (1, 1, 5, 5)),
        ("FractionalMaxPool2d", (2, 2, None, False, torch.rand(1, 2, 2)), (1, 1, 5, 5)),
        ("FractionalMaxPool2d", (2, 2), (5, 5)),
    ],
)
def test_refuses_what_torchs_refuses(name, arguments, shape):
    for module in (nn, scratch.nn):
        with pytest.raises((RuntimeError, ValueError, IndexError)):
            getattr(module, name)(*arguments)(torch.ones(shape))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_means_of_short_and_of_whole_numbers(axes):
    name = f"avg_pool{axes}d"
    ours, theirs = getattr(functional, name), getattr(nn.functional, name)
    numbers = torch.arange(-6, 6).reshape(1, 1, *[1] * (axes - 1), 12)
    kernel = (*[1] * (axes - 1), 4)
    for x in (numbers, -3 * numbers + 1):
        torch.testing.assert_close(ours(x, kernel), theirs(x, kernel))
    for x in ((20_000 + 16 * numbers).half(), (20_000 + 128 * numbers).bfloat16()):
        torch.testing.assert_close(ours(x, kernel), theirs(x.float(), kernel).to(x.dtype))
    assert ours(numbers, kernel).flatten().tolist() == [-4, 0, 3]  # of -4.5, -.5 and 3.5: towards 0


def test_a_maximum_of_whole_numbers_beside_the_edge():
    x = torch.tensor([[[[-5, -7, -6]]]])
    for dtype in (torch.int64, torch.uint8, torch.int8):
        y = functional.max_pool2d(x.to(dtype), (1, 3), 2, (0, 1), return_indices=True)
        torch.testing.assert_close(y, nn.functional.max_pool2d(x.to(dtype), (1, 3), 2, (0, 1), return_indices=True))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_types_under_autocast(axes):
    x = torch.rand(1, 2, *[4] * axes).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        for name, *arguments in (("adaptive_avg_pool", 2), ("avg_pool", 2), ("max_pool", 2), ("lp_pool", 2.0, 2)):
            ours, theirs = (getattr(module, f"{name}{axes}d")(x, *arguments) for module in (functional, nn.functional))
            torch.testing.assert_close(ours, theirs, rtol=1e-2, atol=0)  # torch's powers are short, ours are not
        ours, theirs = (module.interpolate(x, scale_factor=0.5, mode="area") for module in (functional, nn.functional))
        torch.testing.assert_close(ours, theirs)

"""Reading pictures between their elements, other sizes of pictures, and small functions, beside torch's."""

from __future__ import annotations

import itertools
from contextlib import nullcontext

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as torch_functional

from dongshou.scratch import functional
from dongshou.scratch.permitted import OnlyPermitted

MODES = [
    (mode, padding, aligned, axes)
    for mode, padding, aligned, axes in itertools.product(
        ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection"), (True, False), (2, 3)
    )
    if (mode, axes) != ("bicubic", 3)
]


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def answers(module, name: str, tensors: list[Tensor], *arguments, **keywords) -> list[Tensor]:
    """The output and the gradients of all tensors; ours on permitted operators alone."""
    guard = OnlyPermitted if module is functional else nullcontext
    leaves = [tensor.clone().requires_grad_() for tensor in tensors]
    with guard():
        output = getattr(module, name)(*leaves, *arguments, **keywords)
    direction = normal(*output.shape, seed=3)
    with guard():
        return [output.detach(), *torch.autograd.grad(output, leaves, direction)]


def same(name: str, tensors: list[Tensor], *arguments, **keywords) -> None:
    expected = answers(torch_functional, name, tensors, *arguments, **keywords)
    torch.testing.assert_close(answers(functional, name, tensors, *arguments, **keywords), expected)


@pytest.mark.parametrize(("mode", "padding", "aligned", "axes"), MODES)
def test_grid_sample(mode, padding, aligned, axes):
    sizes = (4, 3, 5)[-axes:]
    for shape, scale in ((sizes, 1.5), ((1,) * axes, 1.0), (sizes, 6.0)):  # beyond the edges, and far beyond
        grid = scale * normal(2, *(2, 3, 2)[-axes:], axes, seed=1)
        same("grid_sample", [normal(2, 3, *shape), grid], mode, padding, aligned)
    corners = torch.tensor([-1.0, -0.5, 0, 0.5, 1]).double()
    grid = torch.stack([corners] * axes, -1).reshape(1, *[1] * (axes - 1), 5, axes)
    picture = normal(1, 2, *sizes)
    expected = torch_functional.grid_sample(picture, grid, mode, padding, aligned)
    torch.testing.assert_close(functional.grid_sample(picture, grid, mode, padding, aligned), expected)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own forward mode
def test_second_derivatives_and_forward_mode_of_grid_sample():
    inputs = normal(2, 1, 3, 4).requires_grad_(), (0.9 * normal(2, 1, 2, 2).tanh()).requires_grad_()
    for mode in ("bilinear", "bicubic"):
        sample = lambda picture, grid, mode=mode: functional.grid_sample(picture, grid, mode, "border", True)
        assert gradcheck(sample, inputs, check_forward_ad=True)
        assert gradgradcheck(sample, inputs)


def test_grid_sample_in_half_precision():
    picture, grid = normal(1, 2, 4, 5), normal(1, 3, 3, 2, seed=1)
    for dtype in (torch.float16, torch.bfloat16):
        found = functional.grid_sample(picture.to(dtype), grid.to(dtype), align_corners=False)
        short = [tensor.to(dtype).double() for tensor in (picture, grid)]
        assert found.dtype == dtype
        expected = torch_functional.grid_sample(*short, align_corners=False)
        torch.testing.assert_close(found.double(), expected, rtol=torch.finfo(dtype).eps, atol=1e-3)


@pytest.mark.filterwarnings("ignore:Since version 1.3.0, affine_grid")
@pytest.mark.parametrize("aligned", [True, False])
def test_affine_grid(aligned):
    same("affine_grid", [normal(2, 2, 3)], (2, 3, 4, 5), aligned)
    same("affine_grid", [normal(2, 3, 4)], (2, 3, 2, 4, 5), aligned)
    same("affine_grid", [normal(1, 2, 3)], (1, 1, 1, 1), aligned)


def test_what_grids_refuse():
    picture, grid, theta = normal(1, 1, 2, 2), normal(1, 2, 2, 2), normal(1, 2, 3)
    for module in (functional, torch_functional):
        for bad in ((picture, grid, "cubic"), (picture, grid, "bilinear", "mirror")):
            with pytest.raises(ValueError, match="expected"):
                module.grid_sample(*bad, align_corners=False)
        shapes = [(picture, normal(2, 2, 2, 2)), (picture, normal(1, 2, 2, 3)), (picture[0], grid)]
        for bad in (*shapes, (picture, grid.float()), (picture[..., :0], grid)):
            with pytest.raises(RuntimeError, match="expected|needs"):
                module.grid_sample(*bad, align_corners=False)
        for bad in ((theta[0], [1, 1, 2, 2]), (theta, [1, 1, 0, 2]), (theta.long(), [1, 1, 2, 2])):
            with pytest.raises(ValueError, match="Expected"):
                module.affine_grid(*bad, align_corners=False)
        with pytest.raises(NotImplementedError, match="affine_grid"):
            module.affine_grid(theta, [1, 1, 2], align_corners=False)
        for call in (
            lambda m=module: m.affine_grid(theta, [1, 1, 2, 2]),
            lambda m=module: m.grid_sample(picture, grid),
        ):
            with pytest.warns(UserWarning, match="align_corners"):
                call()


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("aligned", [True, False])
def test_antialiased_sizes(mode, aligned):
    for size in ((3, 4), (20, 2), (9, 11), (1, 1), (30, 40)):
        same("interpolate", [normal(2, 2, 9, 11)], size, None, mode, aligned, antialias=True)
    for factor in (0.3, (0.5, 2.5)):
        same("interpolate", [normal(2, 2, 9, 11)], None, factor, mode, aligned, antialias=True)
    for module in (functional, torch_functional):
        with pytest.raises(ValueError, match="[Aa]nti-alias"):
            module.interpolate(normal(1, 1, 4, 4), 2, antialias=True)


def test_bytes_are_rounded_and_kept_within_their_range():
    picture = torch.tensor([[[[0, 255, 3, 80]]]], dtype=torch.uint8)
    for mode in ("bilinear", "bicubic", "nearest"):
        found = functional.interpolate(picture, (1, 9), mode=mode)
        expected = torch_functional.interpolate(picture, (1, 9), mode=mode)
        assert found.dtype == torch.uint8 and (found.int() - expected.int()).abs().max() <= 1


@pytest.mark.filterwarnings("ignore:`nn.functional.upsample")
def test_old_names_of_interpolate():
    for name in ("upsample", "upsample_nearest", "upsample_bilinear"):
        same(name, [normal(1, 2, 3, 4)], (5, 6))
        with pytest.warns(UserWarning, match=f"functional.{name}` is deprecated"):
            getattr(functional, name)(normal(1, 1, 2, 2), 3)


def test_distances_of_all_pairs_and_unit_vectors():
    for p in (0.0, 0.5, 1.0, 2.0, 3.0, torch.inf):
        for rows in (2, 5):
            same("pdist", [normal(rows, 3)], p)
        assert functional.pdist(normal(0, 3), p).shape == functional.pdist(normal(1, 3), p).shape == (0,)
    same("pdist", [torch.ones(3, 2).double()])
    for module in (functional, torch_functional):
        for bad in ((normal(3),), (normal(3, 2), -1.0)):
            with pytest.raises(RuntimeError, match="pdist"):
                module.pdist(*bad)
    for p, dim in ((2.0, 1), (1.0, 0), (3.0, -1), (torch.inf, 1)):
        same("normalize", [normal(3, 4, 2)], p, dim)
    same("normalize", [torch.zeros(2, 3).double()])
    out = torch.empty(3, 4).double()
    assert functional.normalize(normal(3, 4), out=out) is out
    torch.testing.assert_close(out, torch_functional.normalize(normal(3, 4)))


def test_one_hot():
    classes = torch.tensor([[0, 2, 1], [3, 3, 0]])
    for arguments in ((), (4,), (7,)):
        found = functional.one_hot(classes, *arguments)
        torch.testing.assert_close(found, torch_functional.one_hot(classes, *arguments))
    assert functional.one_hot(classes[:0], 3).shape == (0, 3, 3)
    for module in (functional, torch_functional):
        for bad in ((classes.int(),), (classes, 3), (-classes,), (classes[:0],), (classes, 0), (classes, -2)):
            with pytest.raises(RuntimeError):
                module.one_hot(*bad)

"""torch.func over what layers are made of: derivatives of derivatives, in every order of modes, and vmap."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap
from torch.nn import functional as torch_functional

from dongshou.scratch import functional

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own forward mode

Function = Callable[..., Tensor]


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(len(shape)))


def normalized(x: Tensor, axes: tuple[int, ...], weight: Tensor, bias: Tensor) -> Tensor:
    """The formula: torch's own second derivatives by weight and input are wrong under torch.func (torch 2.13)."""
    mean, variance = x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)
    return (x - mean) / (variance + 1e-5).sqrt() * weight + bias


def pair(name: str, *arguments, **keywords) -> tuple[Function, Function]:
    """Our function and torch's of the tensors alone."""
    ours, theirs = getattr(functional, name), getattr(torch_functional, name)
    return tuple(lambda *tensors, f=f: f(*tensors, *arguments, **keywords) for f in (ours, theirs))  # type: ignore


LAYER_NORM = (
    lambda x, weight, bias: functional.layer_norm(x, [4], weight, bias),
    lambda x, weight, bias: normalized(x, (-1,), weight, bias),
)
BATCH_NORM = (
    lambda x, weight, bias: functional.batch_norm(x, None, None, weight, bias, training=True),
    lambda x, weight, bias: normalized(x, (0, 2), weight[:, None], bias[:, None]),
)
GROUP_NORM = [
    lambda x, weight, bias, module=module: module.group_norm(x, 3, weight, bias)
    for module in (functional, torch_functional)
]
# ours, torch's, and the tensors, of which the first is a batch
CASES: dict[str, tuple[Function, Function, tuple[Tensor, ...]]] = {
    "layer_norm": (*LAYER_NORM, (normal(2, 3, 4), normal(4), normal(4))),
    "group_norm": (*GROUP_NORM, (normal(2, 6, 2), normal(6), normal(6))),
    "batch_norm": (*BATCH_NORM, (normal(2, 3, 4), normal(3), normal(3))),
    "local_response_norm": (*pair("local_response_norm", 3, 0.5), (normal(2, 4, 3),)),
    "conv1d": (*pair("conv1d", stride=2, padding=1), (normal(2, 2, 6), normal(3, 2, 3), normal(3))),
    "conv2d": (*pair("conv2d", padding=1), (normal(2, 1, 3, 4), normal(2, 1, 2, 3))),
    "conv_transpose1d": (*pair("conv_transpose1d", stride=2), (normal(2, 2, 3), normal(2, 3, 3), normal(3))),
    "avg_pool2d": (*pair("avg_pool2d", 2, padding=1), (normal(2, 2, 3, 4),)),
    "max_pool2d": (*pair("max_pool2d", 2, 1), (normal(2, 2, 3, 4),)),
    "lp_pool1d": (*pair("lp_pool1d", 3.0, 2), (normal(2, 2, 4).abs() + 0.1,)),
    "adaptive_avg_pool1d": (*pair("adaptive_avg_pool1d", 3), (normal(2, 2, 5),)),
    "adaptive_max_pool1d": (*pair("adaptive_max_pool1d", 3), (normal(2, 2, 5),)),
    "unfold": (*pair("unfold", 2, stride=1), (normal(2, 2, 3, 3),)),
    "fold": (*pair("fold", (3, 3), 2), (normal(2, 8, 4),)),
    "pad": (*pair("pad", (1, 2), "reflect"), (normal(2, 2, 4),)),
    "interpolate": (*pair("interpolate", 7, mode="linear", align_corners=True), (normal(2, 2, 4),)),
}


@pytest.mark.parametrize("name", CASES)
def test_derivatives_in_every_order_of_modes(name):
    ours, theirs, tensors = CASES[name]
    every = tuple(range(len(tensors)))
    tangents = tuple(tensor.flip(0) + 1 for tensor in tensors)

    def cubed(function: Function) -> Function:
        return lambda *tensors: (function(*tensors) ** 3).sum()  # its gradient is not the same everywhere

    transforms = {
        "jvp": lambda f: jvp(f, tensors, tangents),
        "vjp": lambda f: vjp(f, *tensors)[1](f(*tensors)),
        "hessian, forward over reverse": lambda f: hessian(cubed(f))(*tensors),
        "reverse over reverse": lambda f: jacrev(jacrev(cubed(f), every))(*tensors),
        "reverse over forward": lambda f: jacrev(jacfwd(cubed(f)), every)(*tensors),
        "forward over forward": lambda f: jacfwd(jacfwd(cubed(f)))(*tensors),
        "jvp of vmap": lambda f: jvp(vmap(lambda x: f(x[None], *tensors[1:])), tensors[:1], tangents[:1]),
    }
    for transform, apply in transforms.items():
        explain = lambda message, transform=transform: f"{transform} of {name}: {message}"
        torch.testing.assert_close(apply(ours), apply(theirs), msg=explain)


@pytest.mark.parametrize("name", CASES)
def test_gradients_by_example_and_over_an_ensemble(name):
    ours, theirs, tensors = CASES[name]
    every = tuple(range(len(tensors)))
    found, expected = [], []
    for function, answers in ((ours, found), (theirs, expected)):
        if name != "batch_norm":  # its running statistics aside, what one example is normalised by is the others
            one = grad(lambda x, *rest, f=function: (f(x[None], *rest) ** 3).sum(), every)
            answers.append(vmap(one, (0, *[None] * (len(tensors) - 1)))(*tensors))
        for member in every:  # several of this tensor, one of each other
            in_dims = tuple(0 if index == member else None for index in every)
            several = [torch.stack([t, 2 * t]) if index == member else t for index, t in enumerate(tensors)]
            for power in (1, 3):
                total = grad(lambda *tensors, f=function, p=power: (f(*tensors) ** p).sum(), every)
                answers.append(vmap(total, in_dims)(*several))
    torch.testing.assert_close(found, expected)

"""Where parameters start, under the names of `torch.nn.init` and with its random numbers.

A layer keeps the variance of what flows through it when Var(w) = gain^2 / fan: forward with the fan in,
backward with the fan out. U(-a, a) has the variance a^2 / 3, hence the sqrt(3) below.
"""

from __future__ import annotations

import math
import warnings

import torch
from torch import Generator, Tensor


@torch.no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Every element is val."""
    return tensor.fill_(val)


@torch.no_grad()
def zeros_(tensor: Tensor) -> Tensor:
    """Every element is 0: right for a bias, and for a weight the end of learning (all units stay alike)."""
    return tensor.zero_()


@torch.no_grad()
def ones_(tensor: Tensor) -> Tensor:
    """Every element is 1."""
    return tensor.fill_(1)


@torch.no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix: a linear layer that lets its input pass. Raises ValueError unless there are 2 axes."""
    _require_matrix(tensor)
    tensor.zero_().diagonal().fill_(1)
    return tensor


@torch.no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution that lets its input pass: 1 in the middle of the kernel from channel i to channel i of each group.

    tensor (out, in / groups, *kernel). Raises ValueError for other than 3 to 5 axes, or uneven groups.
    """
    if tensor.dim() not in (3, 4, 5):
        raise ValueError(f"Only tensors with 3, 4, or 5 dimensions are supported; got {tensor.dim()}")
    if tensor.size(0) % groups != 0:
        raise ValueError(f"dim 0 must be divisible by groups; got {tensor.size(0)} and {groups}")
    tensor.zero_()
    middle = [size // 2 for size in tensor.shape[2:]]
    for group in tensor.chunk(groups):
        group[(slice(None), slice(None), *middle)].diagonal().fill_(1)
    return tensor


@torch.no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """w ~ U(a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@torch.no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """w ~ N(mean, std^2)."""
    return tensor.normal_(mean, std, generator=generator)


@torch.no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """w ~ N(mean, std^2) within [a, b]: what falls outside is drawn again.

    Where little of the normal distribution lies within, the draws are uniform over [a, b] and accepted
    with a probability in proportion to its density.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn("mean is more than 2 std from [a, b] in trunc_normal_", stacklevel=2)
    if _normal_mass((b - mean) / std) - _normal_mass((a - mean) / std) > 0.3:
        return _draw_until_within(tensor, mean, std, a, b, generator)
    return _draw_until_accepted(tensor, mean, std, a, b, generator)


@torch.no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """w ~ N(0, std^2), and the fraction sparsity of every column is 0. Martens, 2010.

    Raises ValueError unless there are 2 axes.
    """
    _require_matrix(tensor)
    rows, columns = tensor.shape
    normal_(tensor, 0, std, generator)
    for column in range(columns):
        tensor[torch.randperm(rows)[: math.ceil(sparsity * rows)], column] = 0
    return tensor


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """w ~ U(-a, a), a = gain sqrt(6 / (fan_in + fan_out)). Glorot and Bengio, 2010."""
    bound = math.sqrt(3) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """w ~ N(0, gain^2 2 / (fan_in + fan_out)). Glorot and Bengio, 2010."""
    return normal_(tensor, 0, _xavier_std(tensor, gain), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """w ~ U(-b, b), b = gain sqrt(3 / fan); a is the slope of leaky_relu below 0. He et al., 2015."""
    if _is_empty(tensor):
        return tensor
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """w ~ N(0, gain^2 / fan); a is the slope of leaky_relu below 0. He et al., 2015."""
    if _is_empty(tensor):
        return tensor
    return normal_(tensor, 0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


@torch.no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """W W^T = gain^2 I (or W^T W, when W is tall): lengths are kept. Axes after the first count as one.

    Q of the QR decomposition of a normal matrix, uniform over all such matrices once the diagonal of R
    is positive (Mezzadri, 2007). Saxe et al., 2014. Raises ValueError for fewer than 2 axes.
    """
    if tensor.dim() < 2:
        raise ValueError(f"Only tensors with 2 or more dimensions are supported; got {tensor.dim()}")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.size(0)
    columns = tensor.numel() // rows
    gaussian = tensor.new_empty(rows, columns).normal_(generator=generator)
    wide = rows < columns
    q, r = torch.linalg.qr(gaussian.T if wide else gaussian)
    q = q * r.diagonal().sign()
    return tensor.copy_((q.T if wide else q).reshape(tensor.shape)).mul_(gain)


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor on the standard deviation that makes up for what an activation takes away.

    1 for linear layers and sigmoid, 5/3 for tanh, sqrt(2) for relu, 3/4 for selu,
    sqrt(2 / (1 + param^2)) for leaky_relu of slope param (0.01). Raises ValueError for another name.
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {slope} not a valid number")
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}; known: {', '.join(_GAINS)}, leaky_relu")
    return _GAINS[nonlinearity]


_CONVOLUTIONS = [f"conv{kind}{axes}d" for kind in ("", "_transpose") for axes in (1, 2, 3)]
_GAINS = {
    **dict.fromkeys(["linear", *_CONVOLUTIONS, "sigmoid"], 1),
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
}


def fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs one output sums, and how many outputs one input reaches.

    tensor (out, in, *kernel). Raises ValueError for fewer than 2 axes.
    """
    if tensor.dim() < 2:
        message = "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        raise ValueError(f"{message}; got {tensor.dim()}")
    kernel = math.prod(tensor.shape[2:])
    return tensor.size(1) * kernel, tensor.size(0) * kernel


def _draw_until_within(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Generator | None
) -> Tensor:
    low, high = tensor.new_tensor([a, b], device="cpu").tolist()  # as exact as the tensor's numbers
    tensor.normal_(mean, std, generator=generator)
    while (outside := (tensor < low) | (tensor > high)).any():
        again = torch.empty_like(tensor).normal_(mean, std, generator=generator)
        tensor.copy_(torch.where(outside, again, tensor))
    return tensor


def _draw_until_accepted(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Generator | None
) -> Tensor:
    def log_density(x: float | Tensor) -> float | Tensor:
        return -(((x - mean) / std) ** 2) / 2

    def is_refused(x: Tensor) -> Tensor:
        return torch.empty_like(x).uniform_(generator=generator).log() > log_density(x) - highest

    highest = log_density(max(a, min(mean, b)))
    pending = is_refused(tensor.uniform_(a, b, generator=generator))
    while pending.any():
        again = torch.empty_like(tensor).uniform_(a, b, generator=generator)
        tensor.copy_(torch.where(pending, again, tensor))
        pending = pending & is_refused(again)
    return tensor


def _normal_mass(x: float) -> float:
    """How much of N(0, 1) lies below x."""
    return (1 + math.erf(x / math.sqrt(2))) / 2


def _require_matrix(tensor: Tensor) -> None:
    if tensor.dim() != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported; got {tensor.dim()}")


def _xavier_std(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2 / sum(fan_in_and_fan_out(tensor)))


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    modes = ["fan_in", "fan_out"]
    if mode.lower() not in modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {modes}")
    fan = fan_in_and_fan_out(tensor)[modes.index(mode.lower())]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _is_empty(tensor: Tensor) -> bool:
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
    return 0 in tensor.shape

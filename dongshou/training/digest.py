"""One number for nested state: whether two are the same, bit by bit."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import torch
from torch import Tensor
from torch.nn.parameter import is_lazy

from dongshou.training.plain import separate


def digest(part: Any) -> str:
    """SHA-256 of nested data and tensors."""
    tensors: dict[str, Tensor] = {}
    plain = separate({name: value for name, value in part.items() if not is_unknown(value)}, "", tensors)
    sha256 = hashlib.sha256(json.dumps(plain).encode())
    for tensor in tensors.values():
        sha256.update(tensor.flatten().view(torch.uint8).numpy().tobytes())
    return sha256.hexdigest()


def is_unknown(value: Any) -> bool:
    """A parameter that waits for the first input to know its shape."""
    return isinstance(value, Tensor) and is_lazy(value)

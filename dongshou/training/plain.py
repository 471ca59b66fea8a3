"""Nested state as plain JSON data beside a flat dictionary of tensors: what a checkpoint holds, without pickle."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.errors import DongshouError


def separate(tree: Any, path: str, tensors: dict[str, Tensor]) -> Any:
    """The tree as JSON data, every tensor in it moved to `tensors` under its path.

    Dictionaries keep keys that are no strings, tuples stay tuples.
    """
    if isinstance(tree, Tensor):
        tensors[path] = tree.detach().cpu().contiguous().clone()
        return {"$tensor": path}
    if isinstance(tree, dict):
        return {"$dict": [[key, separate(value, f"{path}.{key}", tensors)] for key, value in tree.items()]}
    if isinstance(tree, (tuple, list)):
        kind = "$tuple" if isinstance(tree, tuple) else "$list"
        return {kind: [separate(value, f"{path}.{index}", tensors) for index, value in enumerate(tree)]}
    if tree is None or isinstance(tree, (bool, int, float, str)):
        return tree
    raise DongshouError(f"A checkpoint holds numbers, text and tensors only; {path} is a {type(tree).__name__}.")


def join(plain: Any, tensors: dict[str, Tensor]) -> Any:
    """The tree that `separate` took apart."""
    if not isinstance(plain, dict):
        return plain
    ((kind, content),) = plain.items()
    if kind == "$tensor":
        return torch.clone(tensors[content])
    if kind == "$dict":
        return {key: join(value, tensors) for key, value in content}
    values = [join(value, tensors) for value in content]
    return tuple(values) if kind == "$tuple" else values

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
        return separate_tensor(tree.detach(), path, tensors)
    if isinstance(tree, dict):
        if odd := next((key for key in tree if not isinstance(key, (str, int, float, type(None)))), None):
            raise DongshouError(f"A checkpoint names what it holds by text or numbers; {path} has a key {odd!r}.")
        return {"$dict": [[key, separate(value, f"{path}.{key}", tensors)] for key, value in tree.items()]}
    if isinstance(tree, (tuple, list)):
        kind = "$tuple" if isinstance(tree, tuple) else "$list"
        return {kind: [separate(value, f"{path}.{index}", tensors) for index, value in enumerate(tree)]}
    if tree is None or isinstance(tree, (bool, int, float, str)):
        return tree
    raise DongshouError(f"A checkpoint holds numbers, text and tensors only; {path} is a {type(tree).__name__}.")


def separate_tensor(tensor: Tensor, path: str, tensors: dict[str, Tensor]) -> Any:
    """A tensor as numbers that lie side by side: a sparse one as its indices and values, a complex one as pairs."""
    if tensor.layout == torch.sparse_coo:
        # not coalesced: the sums that are still to be made would be rounded in another order
        pair = [tensor._indices(), tensor._values()]
        return {"$sparse": [separate(pair, path, tensors), list(tensor.shape), tensor.is_coalesced()]}
    if tensor.layout != torch.strided or tensor.is_quantized:
        raise DongshouError(
            f"A checkpoint holds dense tensors and sparse ones by coordinates; {path} is {tensor.layout}."
        )
    if tensor.is_complex():
        return {"$complex": separate(torch.view_as_real(tensor.resolve_conj()), path, tensors)}
    tensors[path] = tensor.cpu().contiguous().clone()
    return {"$tensor": path}


def join(plain: Any, tensors: dict[str, Tensor]) -> Any:
    """The tree that `separate` took apart."""
    if not isinstance(plain, dict):
        return plain
    ((kind, content),) = plain.items()
    if kind == "$tensor":
        return torch.clone(tensors[content])
    if kind == "$sparse":
        (indices, values), (shape, is_coalesced) = join(content[0], tensors), content[1:]
        return torch.sparse_coo_tensor(indices, values, shape, check_invariants=True, is_coalesced=is_coalesced)
    if kind == "$complex":
        return torch.view_as_complex(join(content, tensors))
    if kind == "$dict":
        return {key: join(value, tensors) for key, value in content}
    values = [join(value, tensors) for value in content]
    return tuple(values) if kind == "$tuple" else values

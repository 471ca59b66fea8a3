"""Embedding: a vector to learn for every word of a vocabulary."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.scratch.functional.checks import can_be_read


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """weight[i], row i of the weight for every index i: one_hot(i) @ weight without the multiplication.

    input (...) of indices, weight (num_embeddings, embedding_dim) -> (..., embedding_dim).
    The row padding_idx gets no gradient; rows longer than max_norm are shortened to it, in the weight;
    scale_grad_by_freq divides the gradient of a row by how often it occurs; sparse makes it a sparse tensor.
    Raises IndexError for an index that is no row, RuntimeError for one that is no integer, AssertionError
    for a padding_idx that is no row.
    """
    if weight.dim() != 2:
        raise RuntimeError(f"'weight' must be 2-D: a row for every index, but has {weight.dim()} axes")
    _require_rows(input, weight.size(0))
    if padding_idx is not None:
        padding_idx = row_of_padding(padding_idx, weight.size(0))
    if max_norm is not None:
        _shorten(weight, input, max_norm, norm_type)
    function = _Embedding if torch.compiler.is_compiling() else _EmbeddingInBothModes
    return function.apply(input, weight, padding_idx, scale_grad_by_freq, sparse)  # pyright: ignore[reportReturnType]


class _Embedding(torch.autograd.Function):
    """Reads rows; its derivative adds the gradient of every place to the row that was read there."""

    generate_vmap_rule = True

    @staticmethod
    def forward(
        input: Tensor, weight: Tensor, padding_idx: int | None, scale_grad_by_freq: bool, sparse: bool
    ) -> Tensor:
        return weight[input.long().contiguous()]  # laid out as torch's: see `layout.py`

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        input, weight, *settings = inputs
        ctx.save_for_backward(input)
        ctx.save_for_forward(input)
        ctx.settings = weight.shape, *settings

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        shape, padding_idx, scale_grad_by_freq, sparse = ctx.settings
        rows = ctx.saved_tensors[0].flatten().long()  # (places)
        values = gradients[0].reshape(-1, shape[1])  # (places, embedding_dim)
        if scale_grad_by_freq:
            frequency = values.new_zeros(shape[0]).index_add(0, rows, torch.ones_like(rows, dtype=values.dtype))
            values = values / frequency[rows].unsqueeze(1)
        if sparse:
            if padding_idx is not None:
                counts = rows != padding_idx
                rows, values = rows[counts], values[counts]
            gradient = torch.sparse_coo_tensor(rows.unsqueeze(0), values, shape, check_invariants=False)
            return None, gradient, None, None, None
        if padding_idx is not None:
            values = torch.where((rows == padding_idx).unsqueeze(1), 0, values)
        return None, values.new_zeros(shape).index_add(0, rows, values), None, None, None


class _EmbeddingInBothModes(_Embedding):
    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Tensor:
        return tangents[1][ctx.saved_tensors[0].long().contiguous()]


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The "sum", "mean" or "max" of the embeddings of each bag of indices: (bags, embedding_dim).

    input (bags, size), or (places) with the place where each bag begins in offsets (bags); with
    include_last_offset a last offset ends the last bag. padding_idx is in no bag; an empty bag gives 0.
    per_sample_weights, shaped like input, weigh a sum. Raises ValueError where these do not fit together.
    """
    _require_bags(input, weight, offsets, per_sample_weights, mode, scale_grad_by_freq, sparse)
    places, is_there = _places(input, offsets, include_last_offset)  # (bags, size)
    indices = input.flatten()
    if padding_idx is not None:
        padding_idx = row_of_padding(padding_idx, weight.size(0))
        is_there = is_there & (indices[places] != padding_idx)
    vectors = embedding(indices, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
    if per_sample_weights is not None:
        vectors = vectors * per_sample_weights.flatten().unsqueeze(1)
    bags, is_there = vectors[places], is_there.unsqueeze(2)  # (bags, size, embedding_dim)
    size = is_there.sum(1)  # (bags, 1)
    if mode == "max":
        lowest = torch.where(is_there, bags, -torch.inf).amax(1) if places.size(1) > 0 else bags.sum(1)
        return torch.where(size > 0, lowest, 0)
    total = torch.where(is_there, bags, 0).sum(1)
    return total if mode == "sum" else total / size.clamp(min=1)


def _places(input: Tensor, offsets: Tensor | None, include_last_offset: bool) -> tuple[Tensor, Tensor]:
    """Where each bag's indices lie in the flat input, and which of these are there, (bags, size of the largest)."""
    if offsets is None:
        places = torch.arange(input.numel(), device=input.device).reshape(input.shape)
        return places, torch.ones_like(places, dtype=torch.bool)
    end = offsets.new_full((1,), input.numel())
    edges = offsets if include_last_offset else torch.cat([offsets, end])
    begins, sizes = edges[:-1].unsqueeze(1), edges.diff().unsqueeze(1)  # (bags, 1)
    step = torch.arange(int(sizes.amax()) if len(sizes) > 0 else 0, device=input.device)
    is_there = step < sizes  # (bags, size)
    return torch.where(is_there, begins + step, 0).long(), is_there


@torch.no_grad()
def _shorten(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> None:
    """Makes the rows that are about to be read no longer than max_norm."""
    rows = input.flatten().long()
    vectors = weight[rows]
    norms = torch.linalg.vector_norm(vectors, norm_type, dim=1, keepdim=True)
    # a row that is read twice is written twice, with the same numbers
    weight[rows] = torch.where(norms > max_norm, vectors * (max_norm / (norms + 1e-7)), vectors)


def _require_rows(input: Tensor, num_embeddings: int) -> None:
    if input.dtype not in (torch.int64, torch.int32):
        raise RuntimeError(f"indices must be of type Long or Int; but got {input.dtype}")
    if can_be_read(input) and ((input < 0) | (input >= num_embeddings)).any():
        lowest, highest = input.min().item(), input.max().item()
        raise IndexError(f"index out of range: {num_embeddings} rows, and indices from {lowest} to {highest}")


def row_of_padding(padding_idx: int, num_embeddings: int) -> int:
    """padding_idx counted from the front. Raises AssertionError when there is no such row."""
    if not -num_embeddings <= padding_idx < num_embeddings:
        raise AssertionError(f"padding_idx must be within num_embeddings={num_embeddings}, got {padding_idx}")
    return padding_idx % num_embeddings


def _require_bags(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None,
    per_sample_weights: Tensor | None,
    mode: str,
    scale_grad_by_freq: bool,
    sparse: bool,
) -> None:
    if per_sample_weights is not None and input.size() != per_sample_weights.size():
        raise ValueError(f"per_sample_weights {per_sample_weights.shape} must have the shape of input {input.shape}")
    if weight.dim() != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}")
    if input.dim() not in (1, 2):
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if (offsets is None) != (input.dim() == 2):
        raise ValueError("offsets belong to a 1D input, and to no 2D input, whose rows are the bags")
    if offsets is not None and offsets.dim() != 1:
        raise ValueError(f"offsets has to be a 1D Tensor, but got Tensor of dimension {offsets.dim()}")
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"mode has to be one of sum, mean or max, but got {mode}")
    if mode == "max" and (scale_grad_by_freq or sparse):
        raise ValueError("max mode does not support scaling the gradient by the frequency, nor sparse weights")
    if mode != "sum" and per_sample_weights is not None:
        raise NotImplementedError(f"per_sample_weights are only supported for mode='sum', got mode='{mode}'")

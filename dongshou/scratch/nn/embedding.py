"""Embedding layers; the formulas stand in `functional/embedding.py`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch import init
from dongshou.scratch.functional.embedding import row_of_padding
from dongshou.scratch.nn.container import Layer, Parameter, torch_nn
from dongshou.scratch.nn.convolution import Device


class Table(Layer):
    """What both embeddings share: one row of the weight for every index, (num_embeddings, embedding_dim).

    Drawn from N(0, 1), the row padding_idx 0. Raises AssertionError when a weight or padding_idx does not fit.
    """

    weight: Parameter

    def _hold(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None, weight: Tensor | None, **where: Any
    ) -> None:
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = None if padding_idx is None else row_of_padding(padding_idx, num_embeddings)
        if weight is None:
            self.weight = Parameter(torch.empty(num_embeddings, embedding_dim, **where))
            self.reset_parameters()
        elif weight.shape == (num_embeddings, embedding_dim):
            self.weight = Parameter(weight)
        else:
            expected = num_embeddings, embedding_dim
            raise AssertionError(f"Shape of weight must be {expected}, but is {tuple(weight.shape)}")

    def reset_parameters(self) -> None:
        """Draws every row anew; the row of the padding is 0."""
        init.normal_(self.weight)
        self._fill_padding_idx_with_zero()

    def _fill_padding_idx_with_zero(self) -> None:
        if self.padding_idx is not None:
            with torch.no_grad():
                self.weight[self.padding_idx].fill_(0)


class Embedding(Table, torch_nn.Embedding):
    """weight[i] for every index i. weight (num_embeddings, embedding_dim), drawn from N(0, 1).

    input (...) of indices -> (..., embedding_dim). The row padding_idx is 0 and gets no gradient.
    max_norm, norm_type, scale_grad_by_freq, sparse: see `functional.embedding`.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self._hold(num_embeddings, embedding_dim, padding_idx, _weight, device=device, dtype=dtype)
        self.weight.requires_grad_(not _freeze)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """An Embedding of the given rows, which by default do not learn."""
        rows, columns = _rows_and_columns(embeddings)
        settings = padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
        return cls(rows, columns, *settings, _weight=embeddings, _freeze=freeze)

    def forward(self, input: Tensor) -> Tensor:
        settings = self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse
        return F.embedding(input, self.weight, self.padding_idx, *settings)

    def extra_repr(self) -> str:
        sizes = f"{self.num_embeddings}, {self.embedding_dim}"
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return sizes + padding + _shown_limits(self) + (", sparse=True" if self.sparse else "")


class EmbeddingBag(Table, torch_nn.EmbeddingBag):
    """The "sum", "mean" or "max" of the embeddings of each bag of indices.

    input (bags, size), or (places) and offsets (bags) where each bag begins -> (bags, embedding_dim).
    The rest: see `functional.embedding_bag`.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self._hold(num_embeddings, embedding_dim, padding_idx, _weight, device=device, dtype=dtype)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> EmbeddingBag:
        """An EmbeddingBag of the given rows, which by default do not learn."""
        rows, columns = _rows_and_columns(embeddings)
        settings = max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings, include_last_offset, padding_idx
        bag = cls(rows, columns, *settings)
        bag.weight.requires_grad_(not freeze)
        return bag

    def forward(self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{_shown_limits(self)}, mode={self.mode!r}{padding}"


def _shown_limits(layer: Embedding | EmbeddingBag) -> str:
    """The settings that are not at their defaults, as repr shows them."""
    shown = "" if layer.max_norm is None else f", max_norm={layer.max_norm}"
    shown += "" if layer.norm_type == 2 else f", norm_type={layer.norm_type}"
    return shown + (", scale_grad_by_freq=True" if layer.scale_grad_by_freq else "")


def _rows_and_columns(embeddings: Tensor) -> tuple[int, int]:
    if embeddings.dim() != 2:
        raise AssertionError(f"Embeddings parameter is expected to be 2-dimensional, got {embeddings.dim()} axes")
    return embeddings.size(0), embeddings.size(1)

"""Rows of a large table, of which a batch reads some: products with them and sums of them, without a copy of each row.

A batch of word2vec reads thirteen thousand rows. Gathered, multiplied and added up they go through memory six times;
read where they lie they stay in the cache, and training takes half the time. For processors; elsewhere the gathered
form is as good.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.compiler import is_compiling
from torch.nn import functional as F


class Reading(NamedTuple):
    """Which rows of a table each group reads: group g has rows[begins[g]:begins[g + 1]].

    begins (groups + 1,), from 0 to the number of readings; rows (readings,)
    """

    begins: Tensor
    rows: Tensor


def reading(rows: Tensor, group: Tensor, num_groups: int) -> Reading:
    """What `rows` (pairs, n) are as a reading; the group of each pair (pairs,) does not fall."""
    begins = torch.searchsorted(group, torch.arange(num_groups + 1)) * rows.shape[1]
    return Reading(begins.to(rows.dtype), rows.flatten())


def is_read_in_place(table: nn.Embedding, num_groups: int, num_readings: int) -> bool:
    """Whether the rows of a layer are read here: torch's own layer on a processor, while it learns."""
    weight = table.weight
    fits = num_readings <= num_groups * len(weight)  # a sparse matrix has no more entries than places
    return fits and type(table) is nn.Embedding and weight.is_cpu and torch.is_grad_enabled() and not is_compiling()


def products(h: Tensor, table: Tensor, read: Reading, sparse: bool = False) -> Tensor:
    """s_i = h_g . u_i for each row that group g reads.

    h (groups, size), table (words, size) -> (readings,); with `sparse` the gradient of the table names the rows read.
    """
    return _Products.apply(h, table, *read, sparse)  # pyright: ignore[reportReturnType]


def weighted_sums(weights: Tensor, table: Tensor, read: Reading, sparse: bool = False) -> Tensor:
    """h_g = sum over the rows that group g reads of w_i v_i.

    weights (readings,), constants; table (words, size) -> (groups, size)
    """
    return _WeightedSums.apply(weights, table, *read, sparse)  # pyright: ignore[reportReturnType]


class _Products(torch.autograd.Function):
    """dL/dh_g = sum of dL/ds_i u_i over what g reads,   dL/du = sum of dL/ds_i h_g over all who read u."""

    @staticmethod
    def forward(ctx: Any, h: Tensor, table: Tensor, begins: Tensor, rows: Tensor, sparse: bool) -> Tensor:
        ctx.save_for_backward(h, table, begins, rows)
        ctx.sparse = sparse
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")
            zeros = h.new_zeros(len(rows))
            places = torch.sparse_csr_tensor(begins, rows, zeros, (len(h), len(table)), check_invariants=False)
        return torch.sparse.sampled_addmm(places, h, table.t(), beta=0).values()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        h, table, begins, rows = ctx.saved_tensors
        read = Reading(begins, rows)
        return summed(gradient, table, read), spread(gradient, h, read, len(table), ctx.sparse), None, None, None


class _WeightedSums(torch.autograd.Function):
    """dL/dv = sum of w_i dL/dh_g over all who read v."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, table: Tensor, begins: Tensor, rows: Tensor, sparse: bool) -> Tensor:
        ctx.save_for_backward(weights, begins, rows)
        ctx.num_rows, ctx.sparse = len(table), sparse
        return summed(weights, table, Reading(begins, rows))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:  # pyright: ignore[reportIncompatibleMethodOverride]
        weights, *read = ctx.saved_tensors
        return None, spread(weights, gradient, Reading(*read), ctx.num_rows, ctx.sparse), None, None, None


def summed(weights: Tensor, table: Tensor, read: Reading) -> Tensor:
    """The weighted sum of what each group reads, (groups, size)."""
    return F.embedding_bag(read.rows, table, read.begins[:-1], mode="sum", per_sample_weights=weights)


def spread(weights: Tensor, h: Tensor, read: Reading, num_rows: int, sparse: bool) -> Tensor:
    """The transpose of `summed`: for each row of the table the weighted sum of the h of the groups that read it.

    Each row is added up by one thread, in the order of the groups: the same bits with any number of threads.
    """
    from scipy.sparse import csr_matrix  # here, for it takes a while to load

    matrix = csr_matrix((weights.numpy(), read.rows.numpy(), read.begins.numpy()), (len(h), num_rows), copy=False)
    by_row = matrix.tocsc()  # counts how often each row is read, so that nothing need be sorted
    begins, groups, weights = (torch.from_numpy(part) for part in (by_row.indptr, by_row.indices, by_row.data))
    if not sparse:
        return summed(weights, h, Reading(begins, groups))
    rows = begins.diff().nonzero().squeeze(1)
    begins = torch.cat([begins[rows], begins[-1:]])
    values = summed(weights, h, Reading(begins, groups))
    return torch.sparse_coo_tensor(
        rows[None], values, (num_rows, h.shape[1]), is_coalesced=True, check_invariants=False
    )

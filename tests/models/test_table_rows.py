"""Rows read in place beside rows gathered: values and gradients, for groups that read nothing and rows read twice."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from dongshou.models.table_rows import Reading, products, reading, weighted_sums

GROUPS, WORDS, SIZE = 5, 9, 3


def read() -> tuple[Reading, Tensor]:
    """Groups 0 and 3 read nothing, 1 reads a row twice; and the group of each reading."""
    rows = torch.tensor([[4, 4], [0, 7], [8, 4], [4, 1]])
    group = torch.tensor([1, 1, 2, 4])
    return reading(rows, group, GROUPS), group.repeat_interleave(2)


def leaves(*shapes: tuple[int, ...]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator, dtype=torch.double).requires_grad_() for shape in shapes]


def gradients(output: Tensor, *inputs: Tensor) -> list[Tensor]:
    upstream = torch.randn(output.shape, generator=torch.Generator().manual_seed(1), dtype=output.dtype)
    return [gradient.to_dense() for gradient in torch.autograd.grad(output, inputs, upstream)]


@pytest.mark.parametrize("sparse", [False, True])
def test_products_with_rows(sparse: bool):
    where, group = read()
    h, table = leaves((GROUPS, SIZE), (WORDS, SIZE))
    found, expected = products(h, table, where, sparse), (h[group] * table[where.rows]).sum(1)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(gradients(found, h, table), gradients(expected, h, table))


@pytest.mark.parametrize("sparse", [False, True])
def test_weighted_sums_of_rows(sparse: bool):
    where, group = read()
    weights, table = torch.linspace(-1, 2, 8, dtype=torch.double), *leaves((WORDS, SIZE))
    found = weighted_sums(weights, table, where, sparse)
    expected = torch.zeros(GROUPS, SIZE, dtype=torch.double).index_add(0, group, weights[:, None] * table[where.rows])
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(gradients(found, table), gradients(expected, table))
    (gradient,) = torch.autograd.grad(weighted_sums(weights, table, where, sparse).sum(), table)
    assert gradient.is_sparse == sparse
    assert not sparse or gradient.coalesce().indices().tolist() == [[0, 1, 4, 7, 8]]

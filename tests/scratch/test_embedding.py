"""Embeddings, the bilinear layer and distances against torch's."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

INDICES = torch.tensor([[0, 2, 2], [5, 0, 2]])
PLACES = torch.tensor([1, 2, 4, 5, 4, 3, 2, 4])
OFFSETS = torch.tensor([0, 3, 3, 5])
MODES = ["sum", "mean", "max"]


def test_embedding():
    same(nn.Embedding, (6, 4), input=INDICES)
    same(nn.Embedding, (6, 4), input=INDICES.int())
    same(nn.Embedding, (6, 4), input=torch.tensor(3))
    same(nn.Embedding, (6, 4), input=torch.zeros(2, 0).long())
    same(nn.Embedding, (6, 4), dict(padding_idx=2), input=INDICES)
    same(nn.Embedding, (6, 4), dict(padding_idx=-1), input=INDICES)
    same(nn.Embedding, (6, 4), dict(scale_grad_by_freq=True), input=INDICES)
    same(nn.Embedding, (6, 4), dict(scale_grad_by_freq=True, padding_idx=0), input=INDICES)
    same(nn.Embedding, (6, 4), dict(max_norm=1.0), input=INDICES)
    same(nn.Embedding, (6, 4), dict(max_norm=1.0, norm_type=1.0), input=INDICES)


@pytest.mark.parametrize("mode", MODES)
def test_embedding_bag(mode):
    same(nn.EmbeddingBag, (6, 4), dict(mode=mode), input=INDICES)
    same(nn.EmbeddingBag, (6, 4), dict(mode=mode), input=[PLACES, OFFSETS])
    same(nn.EmbeddingBag, (6, 4), dict(mode=mode, padding_idx=4), input=[PLACES, OFFSETS])
    same(nn.EmbeddingBag, (6, 4), dict(mode=mode, padding_idx=-2), input=INDICES)
    same(nn.EmbeddingBag, (6, 4), dict(mode=mode, max_norm=1.0), input=[PLACES, OFFSETS])
    ends = torch.tensor([0, 3, 3, 8])
    same(nn.EmbeddingBag, (6, 4), dict(mode=mode, include_last_offset=True), input=[PLACES, ends])


def test_weighted_and_scaled_bags():
    same(nn.EmbeddingBag, (6, 4), dict(mode="sum"), input=[INDICES, None, (2, 3)])
    same(nn.EmbeddingBag, (6, 4), dict(mode="sum"), input=[PLACES, OFFSETS, (8,)])


def test_scaled_bags():
    # torch's own division on the CPU takes some rows' frequency for others'
    frequency = INDICES.flatten().bincount(minlength=6).clamp(min=1)[:, None]
    for mode in ("sum", "mean"):
        torch.manual_seed(0)
        ours, theirs = (
            scratch.nn.EmbeddingBag(6, 4, mode=mode, scale_grad_by_freq=True),
            nn.EmbeddingBag(6, 4, mode=mode),
        )
        direction = torch.randn(2, 4)
        ours(INDICES).backward(direction)
        theirs(INDICES).backward(direction)
        torch.testing.assert_close(ours.weight.grad, theirs.weight.grad / frequency)


@pytest.mark.parametrize(
    "make",
    [
        lambda module: module.Embedding(6, 4, sparse=True),
        lambda module: module.Embedding(6, 4, padding_idx=2, sparse=True),
        lambda module: module.EmbeddingBag(6, 4, mode="sum", sparse=True),
        lambda module: module.EmbeddingBag(6, 4, mode="mean", sparse=True),
    ],
)
def test_sparse_gradients(make):
    gradients = []
    for module in (nn, scratch.nn):
        torch.manual_seed(0)
        layer = make(module)
        output = layer(INDICES)
        output.backward(torch.arange(output.numel()).reshape(output.shape).float())
        assert layer.weight.grad.is_sparse
        gradients.append(layer.weight.grad.coalesce())
    torch.testing.assert_close(*gradients)


def test_rows_of_ones_own():
    rows = torch.randn(6, 4)
    for name in ("Embedding", "EmbeddingBag"):
        theirs, ours = (getattr(module, name).from_pretrained(rows, padding_idx=1) for module in (nn, scratch.nn))
        assert torch.equal(ours.weight, rows) and not ours.weight.requires_grad
        assert repr(ours) == repr(theirs) and vars(ours).keys() == vars(theirs).keys()
        assert getattr(scratch.nn, name).from_pretrained(rows, False).weight.requires_grad


def test_from_scratch_keeps_a_tied_table():
    model = nn.ModuleDict(dict(words=nn.Embedding(6, 4), logits=nn.Linear(4, 6, bias=False)))
    model["logits"].weight = model["words"].weight
    ours = scratch.from_scratch(copy.deepcopy(model), strict=True)
    assert ours["words"].weight is ours["logits"].weight
    x = model["logits"](model["words"](INDICES))
    torch.testing.assert_close(ours["logits"](ours["words"](INDICES)), x)


def test_second_derivative():
    weight = torch.randn(6, 2, dtype=torch.float64, requires_grad=True)
    function = lambda weight: functional.embedding(INDICES, weight) ** 3
    assert gradcheck(function, weight)
    assert gradgradcheck(function, weight)


BAD_BAGS = [
    (PLACES, None, {}),
    (INDICES, OFFSETS, {}),
    (PLACES, OFFSETS[None], {}),
    (INDICES[None], None, {}),
    (INDICES, None, dict(mode="most")),
    (INDICES, None, dict(mode="max", sparse=True)),
    (INDICES, None, dict(per_sample_weights=torch.ones(2))),
    (INDICES, None, dict(per_sample_weights=torch.ones(2, 3))),
]


@pytest.mark.parametrize(("input", "offsets", "keywords"), BAD_BAGS)
def test_bags_that_do_not_fit(input, offsets, keywords):
    with pytest.raises(Exception) as expected:  # noqa: B017 whatever torch raises
        torch_functional.embedding_bag(input, torch.ones(6, 4), offsets, **keywords)
    with pytest.raises(expected.type):
        functional.embedding_bag(input, torch.ones(6, 4), offsets, **keywords)


@pytest.mark.parametrize("index", [torch.tensor([6]), torch.tensor([-1]), torch.tensor([1.0])])
def test_indices_that_are_no_rows(index):
    with pytest.raises(Exception) as expected:  # noqa: B017 whatever torch raises
        nn.Embedding(6, 4)(index)
    with pytest.raises(expected.type):
        scratch.nn.Embedding(6, 4)(index)


@pytest.mark.parametrize("keywords", [dict(padding_idx=6), dict(padding_idx=-7), dict(_weight=torch.ones(5, 4))])
def test_tables_that_do_not_fit(keywords):
    for module in (nn, scratch.nn):
        for layer in (module.Embedding, module.EmbeddingBag):
            with pytest.raises(AssertionError):
                layer(6, 4, **keywords)
            with pytest.raises(AssertionError):
                layer.from_pretrained(torch.ones(3))


def test_bilinear():
    same(nn.Bilinear, (3, 4, 2), input=[(5, 3), (5, 4)])
    same(nn.Bilinear, (3, 4, 2, False), input=[(5, 6, 3), (5, 6, 4)])
    same(nn.Bilinear, (3, 4, 1), input=[(3,), (4,)])
    for module in (nn, scratch.nn):
        with pytest.raises(ValueError, match="in1_features"):
            module.Bilinear(0, 2, 2)
        for shapes in ([(2, 3), (3, 4)], [(2, 3), (2, 3)]):
            with pytest.raises(RuntimeError):
                module.Bilinear(3, 4, 2)(*map(torch.ones, shapes))


def test_distances():
    same(nn.CosineSimilarity, input=[(5, 3), (5, 3)])
    same(nn.CosineSimilarity, (0,), input=[(5, 3), (1, 3)])
    same(nn.CosineSimilarity, (-1,), input=[torch.zeros(2, 3).double(), (2, 3)])
    for p in (1.0, 2.0, 3.0, float("inf")):
        same(nn.PairwiseDistance, (p,), input=[(5, 3), torch.zeros(5, 3).double()])
        same(nn.PairwiseDistance, (p,), dict(eps=0.1, keepdim=True), input=[(2, 5, 3), torch.zeros(3).double()])
    same(nn.PairwiseDistance, input=[(5, 3), (5, 3)])

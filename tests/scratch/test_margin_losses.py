"""Losses with a margin and the triplet losses against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

REDUCTIONS = ["none", "mean", "sum"]
SIGNS = torch.tensor([1, -1, 1, -1, -1])
LABELS = torch.tensor([[2, 0, -1, 1], [-1, 1, 2, 3], [0, 1, 2, 3]])
WEIGHT = torch.tensor([0.5, 1.0, 2.0, 0.0]).double()


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("margin", [0.0, 0.3, 1.0])
def test_pairs(reduction, margin):
    keywords = dict(reduction=reduction, margin=margin)
    same(nn.HingeEmbeddingLoss, (), keywords, input=[(5,), SIGNS])
    same(nn.HingeEmbeddingLoss, (), keywords, input=[(2, 5), torch.tensor([1, -1, 1, 0, 7])])
    same(nn.MarginRankingLoss, (), keywords, input=[(5,), torch.zeros(5).double(), SIGNS])
    same(nn.MarginRankingLoss, (), keywords, input=[(), torch.tensor(0.5).double(), torch.tensor(1)])
    same(nn.CosineEmbeddingLoss, (), keywords, input=[(5, 3), torch.ones(5, 3).double(), SIGNS])
    same(nn.CosineEmbeddingLoss, (), keywords, input=[(3,), torch.ones(3).double(), torch.tensor(-1)])


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_classes(reduction):
    keywords = dict(reduction=reduction)
    for p in (1, 2):
        same(nn.MultiMarginLoss, (p,), keywords, input=[(3, 4), torch.tensor([0, 3, 1])])
        same(nn.MultiMarginLoss, (p, 0.3, WEIGHT), keywords, input=[(3, 4), torch.tensor([0, 3, 1])])
        same(nn.MultiMarginLoss, (p,), keywords, input=[(4,), torch.tensor(2)])
    same(nn.MultiLabelMarginLoss, (), keywords, input=[(3, 4), LABELS])
    same(nn.MultiLabelMarginLoss, (), keywords, input=[(4,), LABELS[0]])
    same(nn.MultiLabelMarginLoss, (), keywords, input=[(4,), LABELS[1]])
    same(nn.MultiLabelSoftMarginLoss, (), keywords, input=[(3, 4), torch.ones(3, 4).double()])
    same(nn.MultiLabelSoftMarginLoss, (WEIGHT,), keywords, input=[(2, 3, 4), torch.zeros(2, 3, 4).double()])
    same(nn.SoftMarginLoss, (), keywords, input=[(3, 5), SIGNS.expand(3, 5)])


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_triplets(reduction):
    negative = torch.linspace(-1, 1, 15).reshape(5, 3).double()
    for swap in (False, True):
        keywords = dict(reduction=reduction, swap=swap)
        for p in (1.0, 2.0, 3.0):
            same(nn.TripletMarginLoss, (0.5, p), keywords, input=[(5, 3), torch.zeros(5, 3).double(), negative])
        same(nn.TripletMarginLoss, (), keywords, input=[(3,), torch.zeros(3).double(), negative[0]])
        same(nn.TripletMarginWithDistanceLoss, (), keywords, input=[(5, 3), torch.zeros(5, 3).double(), negative])
        keywords["distance_function"] = lambda a, b: (a - b).square().sum(-1)
        answers = [
            module.TripletMarginWithDistanceLoss(margin=0.7, **keywords)(negative + 1, negative * 2, negative)
            for module in (nn, scratch.nn)
        ]
        torch.testing.assert_close(*answers)


def test_a_large_wrong_margin_is_a_number():
    loss = scratch.nn.SoftMarginLoss()(torch.tensor([-1e4]), torch.tensor([1.0]))
    assert loss == 1e4


def test_from_scratch_reaches_the_distance_within():
    loss = scratch.from_scratch(nn.TripletMarginWithDistanceLoss(), strict=True)
    assert type(loss.distance_function) is scratch.nn.PairwiseDistance


ONES = torch.ones(2, 3)
BAD = [
    lambda module: module.margin_ranking_loss(ONES, ONES, ONES[0]),
    lambda module: module.cosine_embedding_loss(ONES, ONES, ONES),
    lambda module: module.cosine_embedding_loss(ONES, ONES[0], ONES[:, 0]),
    lambda module: module.multi_margin_loss(ONES, torch.tensor([0, 1, 1])),
    lambda module: module.multi_margin_loss(ONES, torch.tensor([0, 1]), p=3),
    lambda module: module.multi_margin_loss(ONES, torch.tensor([0, 1]), weight=ONES),
    lambda module: module.multilabel_margin_loss(ONES, torch.tensor([[0, 1]])),
    lambda module: module.triplet_margin_loss(ONES, ONES, ONES, margin=-1.0),
    lambda module: module.triplet_margin_with_distance_loss(ONES, ONES, ONES[0]),
    lambda module: module.soft_margin_loss(ONES, ONES, reduction="most"),
]


@pytest.mark.parametrize("call", BAD)
def test_functions_refuse_what_torchs_refuse(call):
    with pytest.raises(Exception) as expected:  # noqa: B017 whatever torch raises
        call(torch_functional)
    with pytest.raises(expected.type):
        call(functional)


@pytest.mark.parametrize(
    ("name", "keywords"),
    [
        ("MultiMarginLoss", dict(p=3)),
        ("MultiMarginLoss", dict(weight=ONES)),
        ("TripletMarginLoss", dict(margin=0)),
        ("TripletMarginWithDistanceLoss", dict(margin=-1)),
    ],
)
def test_layers_refuse_what_torchs_refuse(name, keywords):
    for module in (nn, scratch.nn):
        with pytest.raises(ValueError):
            getattr(module, name)(**keywords)

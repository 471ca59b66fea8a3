"""Huber's and the likelihood losses, and the linear cross-entropy, against torch's."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

REDUCTIONS = ["none", "mean", "sum"]
PROBABILITIES = torch.tensor([[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]]).double()
COUNTS = torch.tensor([0.0, 1, 2, 3, 10]).double()
VARIANCES = torch.tensor([0.5, 1e-9, 2.0, 1.0]).double()
CLASSES = torch.tensor([0, 3, 1])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("width", [0.3, 1.0, 5.0])
def test_round_and_straight(reduction, width):
    same(nn.SmoothL1Loss, (), dict(reduction=reduction, beta=width), input=[(3, 4), torch.zeros(3, 4).double()])
    same(nn.SmoothL1Loss, (), dict(reduction=reduction, beta=0.0), input=[(3, 4), torch.zeros(3, 4).double()])
    same(nn.HuberLoss, (), dict(reduction=reduction, delta=width), input=[(3, 4), torch.zeros(3, 4).double()])
    corners = torch.tensor([-width, 0, width]).double()
    same(nn.HuberLoss, (), dict(reduction=reduction, delta=width), input=[corners, torch.zeros(3).double()])
    x, y, weight = torch.randn(3, 4), torch.randn(3, 4), torch.rand(3, 4)
    answers = [m.huber_loss(x, y, reduction, width, weight) for m in (torch_functional, functional)]
    torch.testing.assert_close(*answers)


@pytest.mark.parametrize("reduction", [*REDUCTIONS, "batchmean"])
def test_divergence(reduction):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of "mean"
        same(nn.KLDivLoss, (), dict(reduction=reduction), input=[(2, 3), 1 - PROBABILITIES])
        same(nn.KLDivLoss, (), dict(reduction=reduction, log_target=True), input=[(2, 3), (2, 3)])
        theirs, ours = (m.kl_div(PROBABILITIES.log(), PROBABILITIES[:, :1]) for m in (torch_functional, functional))
    torch.testing.assert_close(ours, theirs, equal_nan=True)


def test_divergence_of_nothing_is_nothing():
    assert functional.kl_div(torch.zeros(3), torch.zeros(3), reduction="sum") == 0
    for module in (torch_functional, functional):
        with pytest.warns(UserWarning, match="batchmean"):
            module.kl_div(torch.zeros(3), torch.zeros(3))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("full", [False, True])
def test_normal_and_poisson(reduction, full):
    keywords = dict(reduction=reduction, full=full)
    same(nn.GaussianNLLLoss, (), keywords, input=[(3, 4), torch.zeros(3, 4).double(), VARIANCES.expand(3, 4)])
    same(nn.GaussianNLLLoss, (), keywords, input=[(4, 3), torch.zeros(4, 3).double(), VARIANCES])
    same(nn.GaussianNLLLoss, (), keywords, input=[(4, 3), torch.zeros(4, 3).double(), VARIANCES[:, None]])
    same(nn.GaussianNLLLoss, (), keywords, input=[(4, 3), torch.zeros(4, 3).double(), 0.5])
    same(nn.PoissonNLLLoss, (), keywords, input=[(4,), COUNTS[1:]])
    rates = torch.tensor([0.0, 0.5, 1.0, 4.0, 20.0]).double()
    # the gradient by a count of 0 is NaN in torch
    for log_input in (True, False):
        answers = [m.poisson_nll_loss(rates, COUNTS, log_input, **keywords) for m in (torch_functional, functional)]
        torch.testing.assert_close(*answers)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_linear_cross_entropy(reduction):
    layer, keywords = nn.LinearCrossEntropyLoss, dict(reduction=reduction)
    same(layer, (5, 4), keywords, input=[(3, 5), CLASSES])
    same(layer, (5, 4), dict(bias=True, **keywords), input=[(5,), CLASSES[0]])
    same(layer, (5, 4), dict(bias=True, out_features=(2,), **keywords), input=[(3, 5), CLASSES[:, None].expand(3, 2)])
    same(layer, (5, 4), dict(label_smoothing=0.1, weight=torch.rand(4), **keywords), input=[(3, 5), CLASSES])
    same(layer, (5, 4), dict(ignore_index=3, **keywords), input=[(3, 5), CLASSES])
    same(layer, (5, 4), keywords, input=[(3, 5), torch.rand(3, 4).double()])


X, W = torch.ones(3, 5), torch.ones(4, 5)
BAD = [
    lambda module: module.smooth_l1_loss(X, X, beta=-1.0),
    lambda module: module.huber_loss(X, X, delta=0.0),
    lambda module: module.huber_loss(X, X, weight=X[0]),
    lambda module: module.gaussian_nll_loss(X, X, -X),
    lambda module: module.gaussian_nll_loss(X, X, -1.0),
    lambda module: module.gaussian_nll_loss(X, X, torch.ones(2)),
    lambda module: module.gaussian_nll_loss(X, X, X, reduction="most"),
    lambda module: module.poisson_nll_loss(X, X, reduction="most"),
    lambda module: module.linear_cross_entropy(X[None], W, CLASSES),
    lambda module: module.linear_cross_entropy(X, W[:, :4], CLASSES),
    lambda module: module.linear_cross_entropy(X, W, CLASSES, linear_bias=torch.ones(3)),
    lambda module: module.linear_cross_entropy(X[0], W[:, None], CLASSES[:1]),
    lambda module: module.linear_cross_entropy(X, W, torch.rand(3, 4), ignore_index=1),
    lambda module: module.nll_loss(X.double(), CLASSES, torch.ones(5)),
]


@pytest.mark.parametrize("call", BAD)
def test_refuses_what_torchs_refuses(call):
    with pytest.raises(Exception) as expected:  # noqa: B017 whatever torch raises
        call(torch_functional)
    with pytest.raises(expected.type):
        call(functional)


def test_layers_refuse_what_torchs_refuse():
    for module in (nn, scratch.nn):
        with pytest.raises(TypeError, match="delta"):
            module.HuberLoss(delta="1")
        for keywords in (dict(weight=torch.ones(3)), dict(label_smoothing=1.5)):
            with pytest.raises(RuntimeError):
                module.LinearCrossEntropyLoss(5, 4, **keywords)


def test_broadcasting_is_warned_of():
    for loss in (functional.smooth_l1_loss, functional.huber_loss):
        with pytest.warns(UserWarning, match="broadcast"):
            loss(torch.ones(3, 1), torch.ones(3))

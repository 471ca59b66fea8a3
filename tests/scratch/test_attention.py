"""Attention against torch's."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from dongshou import scratch
from dongshou.scratch.functional import scaled_dot_product_attention
from tests.scratch.same import same

Q, K, V = (5, 2, 8), (4, 2, 8), (4, 2, 8)  # (time, batch, features)
CAUSAL = torch.ones(5, 4, dtype=torch.bool).triu(1)
EACH_HEAD = torch.linspace(-1, 1, 8 * 5 * 4, dtype=torch.float64).reshape(8, 5, 4)
PADDING = torch.tensor([[False, False, True, True], [False, False, False, False]])


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("attn_mask", [None, CAUSAL, EACH_HEAD > 0.5, EACH_HEAD, EACH_HEAD[0]])
@pytest.mark.parametrize("padding", [None, PADDING])
def test_masks(need_weights, attn_mask, padding):
    if attn_mask is not None and padding is not None and attn_mask.dtype != torch.bool:
        padding = torch.zeros(2, 4, dtype=torch.float64).masked_fill(padding, -torch.inf)
    same(nn.MultiheadAttention, (8, 4), input=[Q, K, V, padding, need_weights, attn_mask])
    keywords = dict(add_bias_kv=True, add_zero_attn=True, batch_first=True)
    inputs = [(2, 5, 8), (2, 4, 8), (2, 4, 8), padding, need_weights, attn_mask]
    same(nn.MultiheadAttention, (8, 4), keywords, input=inputs)


def test_variants():
    same(nn.MultiheadAttention, (8, 2), dict(kdim=3, vdim=5), input=[Q, (4, 2, 3), (4, 2, 5)])
    same(nn.MultiheadAttention, (8, 2), dict(bias=False), input=[Q, K, V])
    same(nn.MultiheadAttention, (8, 2), dict(bias=False, kdim=3), input=[Q, (4, 2, 3), V])
    same(nn.MultiheadAttention, (8, 2), dict(add_zero_attn=True), input=[(5, 8), (4, 8), (4, 8)])
    same(nn.MultiheadAttention, (8, 2), dict(add_bias_kv=True), input=[Q, K, V, PADDING])
    same(nn.MultiheadAttention, (8, 2), dict(batch_first=True), input=[(5, 8), (4, 8), (4, 8), PADDING[0]])
    same(nn.MultiheadAttention, (8, 2), input=[Q, K, V, None, True, None, False])
    same(nn.MultiheadAttention, (8, 2), input=[Q, K, V, None, False, CAUSAL, True, True])


@pytest.mark.parametrize("need_weights", [True, False])
def test_dropout_draws_torchs_mask(need_weights):
    for keywords in (dict(dropout=0.4), dict(dropout=0.4, batch_first=True)):
        same(nn.MultiheadAttention, (8, 2), keywords, input=[Q, (5, 2, 8), (5, 2, 8), None, need_weights])


def test_self_attention_in_one_product():
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(8, 2, batch_first=True).double()
    ours = scratch.nn.MultiheadAttention(8, 2, batch_first=True).double()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 5, 8, dtype=torch.float64)
    answers = []
    for layer in (theirs, ours):
        output, weights = layer(x, x, x)
        answers.append([output, weights, *torch.autograd.grad(output.square().sum(), list(layer.parameters()))])
    torch.testing.assert_close(*answers)


@pytest.mark.parametrize(
    ("error", "keywords"),
    [
        (ValueError, dict(embed_dim=0, num_heads=2)),
        (ValueError, dict(embed_dim=8, num_heads=0)),
        (AssertionError, dict(embed_dim=8, num_heads=3)),
    ],
)
def test_refuses_heads_that_do_not_divide(error, keywords):
    for module in (nn, scratch.nn):
        with pytest.raises(error):
            module.MultiheadAttention(**keywords)


@pytest.mark.parametrize(
    ("error", "shapes", "keywords"),
    [
        (AssertionError, [Q, K, (3, 2, 8)], {}),
        (AssertionError, [Q, (4, 8), (4, 8)], {}),
        (AssertionError, [(8,), (8,), (8,)], {}),
        (AssertionError, [(5, 2, 6), K, V], {}),
        (RuntimeError, [Q, K, V], dict(attn_mask=CAUSAL[:3])),
        (RuntimeError, [Q, K, V], dict(attn_mask=EACH_HEAD[:3])),
        (RuntimeError, [Q, K, V], dict(is_causal=True)),
        (AssertionError, [Q, K, V], dict(attn_mask=CAUSAL.int())),
        (AssertionError, [Q, K, V], dict(key_padding_mask=PADDING[:, :3])),
    ],
)
def test_refuses_inputs_that_do_not_fit(error, shapes, keywords):
    for module in (nn, scratch.nn):
        with pytest.raises(error):
            module.MultiheadAttention(8, 4)(*map(torch.ones, shapes), **keywords)


def test_masks_of_two_types_are_deprecated():
    with pytest.warns(UserWarning, match="deprecated"):
        scratch.nn.MultiheadAttention(8, 4)(*map(torch.ones, (Q, K, V)), PADDING, attn_mask=CAUSAL.float())


def heads(*shape):
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        dict(is_causal=True),
        dict(scale=0.3),
        dict(attn_mask=~CAUSAL),
        dict(attn_mask=EACH_HEAD[:3]),
        dict(attn_mask=CAUSAL.T[:1].T.expand(5, 4)),  # a query that may look nowhere
        dict(dropout_p=0.4),
    ],
)
def test_the_function(keywords):
    inputs = [heads(2, 3, 5, 6), heads(2, 3, 4, 6), heads(2, 3, 4, 7)]
    answers = []
    for function in (nn.functional.scaled_dot_product_attention, scaled_dot_product_attention):
        torch.manual_seed(1)
        output = function(*inputs, **copy.deepcopy(keywords))
        answers.append([output, *torch.autograd.grad(output.square().sum(), inputs)])
    torch.testing.assert_close(*answers)


def test_a_mask_beside_is_causal():
    inputs = [heads(2, 3, 4, 6), heads(2, 3, 4, 6), heads(2, 3, 4, 6)]
    for mask in (EACH_HEAD[0, :4], EACH_HEAD[0, :4] > -0.99):
        expected = nn.functional.scaled_dot_product_attention(*inputs, attn_mask=mask, is_causal=True)
        torch.testing.assert_close(scaled_dot_product_attention(*inputs, attn_mask=mask, is_causal=True), expected)


def test_fewer_heads_of_keys_than_of_queries():
    inputs = [heads(2, 6, 5, 4), heads(2, 3, 5, 4), heads(2, 3, 5, 4)]
    expected = nn.functional.scaled_dot_product_attention(*inputs, enable_gqa=True)
    torch.testing.assert_close(scaled_dot_product_attention(*inputs, enable_gqa=True), expected)


def test_derivatives_where_a_query_may_look_nowhere():
    inputs = heads(3, 2), heads(4, 2), heads(4, 2)
    mask = torch.tensor([[True] * 4, [False] * 4, [True, False] * 2])
    assert gradcheck(lambda q, k, v: scaled_dot_product_attention(q, k, v, mask), inputs)

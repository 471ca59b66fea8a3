"""Attention and its masks, against torch's own and against the formulas."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import dongshou
from dongshou.errors import DongshouError, UsageError
from dongshou.models.attention import (
    AdditiveAttention,
    DotProductAttention,
    MultiHeadAttention,
    SinusoidalPositions,
    causal_mask,
    length_mask,
    masked_softmax,
)

LENGTHS = torch.tensor([5, 1, 3])
NOTHING = torch.zeros(5, dtype=torch.bool)
MASKS = {"none": None, "lengths": length_mask(LENGTHS, 5)[:, None], "nothing in sight": NOTHING}


def test_the_mask_of_lengths():
    expected = [[True, True, True, True, True], [True, False, False, False, False], [True, True, True, False, False]]
    assert length_mask(LENGTHS, 5).tolist() == expected


@pytest.mark.parametrize(("num_queries", "num_keys"), [(4, 4), (2, 5), (1, 3)])
def test_the_causal_mask_is_the_end_of_a_triangle(num_queries: int, num_keys: int):
    triangle = torch.ones(num_keys, num_keys, dtype=torch.bool).tril()
    assert torch.equal(causal_mask(num_queries, num_keys), triangle[-num_queries:])


def test_masked_softmax_is_the_softmax_of_what_is_in_sight():
    scores = torch.randn(3, 2, 5)
    weights = masked_softmax(scores, length_mask(LENGTHS, 5)[:, None])
    for row, length in enumerate(LENGTHS.tolist()):
        torch.testing.assert_close(weights[row, :, :length], scores[row, :, :length].softmax(-1))
        assert not weights[row, :, length:].any()
    torch.testing.assert_close(masked_softmax(scores), scores.softmax(-1))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_nothing_in_sight_gives_zeros_and_no_nan(dtype: torch.dtype):
    scores = (100 * torch.randn(2, 5)).to(dtype).requires_grad_()
    weights = masked_softmax(scores, NOTHING)
    weights.sum().backward()
    assert scores.grad is not None
    assert not weights.any() and not scores.grad.any()


def test_what_is_masked_may_be_anything():
    scores = torch.tensor([[0.0, math.inf, -math.inf, 1.0]])
    weights = masked_softmax(scores, torch.tensor([True, False, False, True]))
    torch.testing.assert_close(weights[0, [0, 3]], torch.tensor([0.0, 1.0]).softmax(-1))


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_additive_attention_is_its_formula(mask: Tensor | None):
    attention = AdditiveAttention(4, 6, 7)
    queries, keys, values = torch.randn(3, 2, 4), torch.randn(3, 5, 6), torch.randn(3, 5, 8)
    W_q, W_k, w_v = (weight.detach() for weight in attention.parameters())
    scores = torch.empty(3, 2, 5)
    for b, q, k in ((b, q, k) for b in range(3) for q in range(2) for k in range(5)):
        scores[b, q, k] = w_v[0] @ torch.tanh(W_q @ queries[b, q] + W_k @ keys[b, k])
    weights = masked_softmax(scores, mask)
    torch.testing.assert_close(attention(queries, keys, values, mask), weights @ values)
    assert attention.attention_weights is not None
    torch.testing.assert_close(attention.attention_weights, weights)


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_dot_product_attention_is_torchs(mask: Tensor | None, need_weights: bool):
    queries, keys, values = (
        x.requires_grad_() for x in (torch.randn(3, 2, 4), torch.randn(3, 5, 4), torch.rand(3, 5, 6))
    )
    output = DotProductAttention(need_weights=need_weights)(queries, keys, values, mask)
    torch.testing.assert_close(output, F.scaled_dot_product_attention(queries, keys, values, mask))
    for gradient in torch.autograd.grad(output.sum(), (queries, keys, values)):
        assert gradient.isfinite().all()
    assert (mask is not NOTHING) or not output.any()


@pytest.mark.parametrize("mask", [None, MASKS["lengths"]], ids=["no lengths", "lengths"])
@pytest.mark.parametrize("num_queries", [5, 2, 1])
def test_fused_and_written_out_are_the_same_in_causal_attention(num_queries: int, mask: Tensor | None):
    queries, keys, values = torch.randn(3, num_queries, 4), torch.randn(3, 5, 4), torch.randn(3, 5, 6)
    fused = DotProductAttention(causal=True, need_weights=False)
    written_out = DotProductAttention(causal=True)
    torch.testing.assert_close(fused(queries, keys, values, mask), written_out(queries, keys, values, mask))
    assert fused.attention_weights is None and written_out.attention_weights is not None
    assert not written_out.attention_weights[:, ~causal_mask(num_queries, 5)].any()


@pytest.mark.parametrize("need_weights", [True, False])
def test_dropout_of_weights_in_training_alone(need_weights: bool):
    x = torch.randn(2, 3, 4)
    attention = DotProductAttention(dropout=1.0, need_weights=need_weights)
    assert not attention.train()(x, x, x).any()
    torch.testing.assert_close(attention.eval()(x, x, x), F.scaled_dot_product_attention(x, x, x))


def test_from_scratch_leaves_the_fused_kernel(monkeypatch: pytest.MonkeyPatch):
    x = torch.randn(2, 3, 4)
    attention = DotProductAttention(causal=True, need_weights=False)
    expected = attention(x, x, x)
    monkeypatch.delattr(F, "scaled_dot_product_attention")
    monkeypatch.delattr(torch, "softmax")
    ours = dongshou.from_scratch(attention, strict=True)
    torch.testing.assert_close(ours(x, x, x), expected)
    with pytest.raises(AttributeError, match="scaled_dot_product_attention"):
        dongshou.to_torch(ours)(x, x, x)


def torchs_twin(ours: MultiHeadAttention, num_hiddens: int, bias: bool) -> nn.MultiheadAttention:
    """torch's multi-head attention with the same weights."""
    theirs = nn.MultiheadAttention(num_hiddens, ours.num_heads, bias=bias, batch_first=True)
    projections = ours.W_q, ours.W_k, ours.W_v
    state = {"in_proj_weight": torch.cat([layer.weight for layer in projections]), "out_proj.weight": ours.W_o.weight}
    if bias:
        state["in_proj_bias"] = torch.cat([layer.bias for layer in projections])
        state["out_proj.bias"] = ours.W_o.bias
    theirs.load_state_dict(state)
    return theirs


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_multi_head_attention_is_torchs(bias: bool, need_weights: bool):
    ours = MultiHeadAttention(12, 3, bias=bias, need_weights=need_weights)
    theirs = torchs_twin(ours, 12, bias)
    queries, keys, values = torch.randn(3, 2, 12), torch.randn(3, 5, 12), torch.randn(3, 5, 12)
    mask = length_mask(LENGTHS, 5)
    expected, weights = theirs(queries, keys, values, key_padding_mask=~mask, average_attn_weights=False)
    torch.testing.assert_close(ours(queries, keys, values, mask[:, None, None]), expected)
    if need_weights:
        torch.testing.assert_close(ours.attention.attention_weights, weights)


@pytest.mark.parametrize("need_weights", [True, False])
def test_causal_multi_head_attention_is_torchs(need_weights: bool):
    ours = MultiHeadAttention(12, 3, causal=True, need_weights=need_weights)
    x = torch.randn(3, 5, 12)
    expected, _ = torchs_twin(ours, 12, bias=False)(x, x, x, attn_mask=~causal_mask(5, 5))
    torch.testing.assert_close(ours(x, x, x), expected)


def test_heads_need_equal_shares():
    with pytest.raises(UsageError, match=r"multiple of num_heads; got num_hiddens=10, num_heads=4\.$"):
        MultiHeadAttention(10, 4)


@pytest.mark.parametrize("dropout", [-0.1, 1.5, math.nan])
def test_dropout_is_a_probability(dropout: float):
    with pytest.raises(UsageError, match=f"from 0 to 1; got {dropout}"):
        AdditiveAttention(2, 2, 2, dropout)


@pytest.mark.parametrize("num_hiddens", [6, 7])
def test_positions_are_the_papers(num_hiddens: int):
    positions = SinusoidalPositions(num_hiddens, max_len=9)(torch.zeros(1, 9, num_hiddens))[0]
    for i in range(9):
        for k in range(num_hiddens):
            angle = i / 10000 ** ((k - k % 2) / num_hiddens)
            assert positions[i, k] == pytest.approx(math.cos(angle) if k % 2 else math.sin(angle), abs=1e-6)


def test_a_step_between_positions_is_a_rotation():
    positions = SinusoidalPositions(8, max_len=100).positions
    products = positions @ positions.T  # depend on the distance alone
    for distance in (0, 1, 17):
        torch.testing.assert_close(products.diagonal(distance), products[0, distance].expand(100 - distance))


def test_positions_go_on_where_the_last_ones_ended():
    positions, x = SinusoidalPositions(4, max_len=9), torch.randn(2, 9, 4)
    torch.testing.assert_close(torch.cat((positions(x[:, :5]), positions(x[:, 5:], start=5)), 1), positions(x))
    assert positions.state_dict() == {}


def test_positions_come_to_an_end():
    positions = SinusoidalPositions(4, max_len=9)
    with pytest.raises(DongshouError, match=r"knows 9 positions; got a sequence of 10\. .* max_len=10 or more\.$"):
        positions(torch.zeros(1, 2, 4), start=8)

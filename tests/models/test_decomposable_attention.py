"""Decomposable attention beside a second writing, on both engines, and blind to padding."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import dongshou
from dongshou import models
from dongshou.errors import DongshouError, UsageError
from dongshou.models import DecomposableAttention
from tests.models.second_writing import Weights, anywhere, assert_same_function

WORDS, CLASSES, SIZE, HIDDEN = 9, 3, 4, 5
RANDOM = torch.Generator().manual_seed(3)
PREMISES, PREMISE_LENGTHS = torch.randint(WORDS, (4, 6), generator=RANDOM), torch.tensor([4, 6, 1, 3])
HYPOTHESES, HYPOTHESIS_LENGTHS = torch.randint(WORDS, (4, 5), generator=RANDOM), torch.tensor([2, 1, 5, 4])
PAIRS = PREMISES, PREMISE_LENGTHS, HYPOTHESES, HYPOTHESIS_LENGTHS


def small(**settings: Any) -> DecomposableAttention:
    sizes = dict(embedding_size=SIZE, num_hiddens=HIDDEN)
    return models.decomposable_attention(WORDS, CLASSES, **sizes, **({"dropout": 0.0} | settings))


def formula(weights: Weights, *pairs: Tensor, enhanced: bool) -> Tensor:
    """Word by word, each pair alone and no further than to its ends, as section 3 of Parikh et al., 2016, has it."""
    embedding, projection, *layers = weights.layers
    weights.layers.clear()
    sizes = [tuple(layer.weight.shape) for layer in layers]
    assert sizes == [(5, 5), (5, 5), (5, 20 if enhanced else 10), (5, 5), (5, 10), (5, 5), (3, 5)]
    F1, F2, G1, G2, H1, H2, output = (lambda x, layer=layer: layer.weight @ x + layer.bias for layer in layers)
    f = lambda x: F2(F1(x).relu()).relu()
    beside = lambda x, y: [x, y, x - y, x * y] if enhanced else [x, y]
    g = lambda x, y: G2(G1(torch.cat(beside(x, y))).relu()).relu()
    logits = []
    for premise, m, hypothesis, n in zip(*pairs, strict=True):
        a = [projection.weight @ embedding.weight[token] for token in premise[:m]]
        b = [projection.weight @ embedding.weight[token] for token in hypothesis[:n]]
        e = torch.stack([torch.stack([f(one) @ f(other) for other in b]) for one in a]).exp()
        beta = [sum(e[i, j] * b[j] for j in range(n)) / e[i].sum() for i in range(m)]
        alpha = [sum(e[i, j] * a[i] for i in range(m)) / e[:, j].sum() for j in range(n)]
        v1 = sum(g(a[i], beta[i]) for i in range(m))
        v2 = sum(g(b[j], alpha[j]) for j in range(n))
        logits.append(output(H2(H1(torch.cat([v1, v2])).relu()).relu()))
    return torch.stack(logits)


@pytest.mark.parametrize("enhanced", [False, True])
@torch.no_grad()
def test_it_is_the_formula(enhanced: bool):
    model = anywhere(small(enhanced=enhanced))
    assert_same_function(model, PAIRS, partial(formula, enhanced=enhanced), lambda model, *pairs: model(pairs))


def test_dropout_is_at_work_in_training_alone():
    model = small(dropout=0.5)
    assert not torch.equal(model(PAIRS), model(PAIRS))
    assert torch.equal(model.eval()(PAIRS), model(PAIRS))


def test_padding_never_changes_an_output_nor_the_alignment():
    model = small()
    expected, (rows, columns) = model(PAIRS), model.alignment
    behind_a, behind_b = (torch.arange(one.shape[1]) >= lengths[:, None] for one, lengths in (PAIRS[:2], PAIRS[2:]))
    for _ in range(5):
        a = torch.where(behind_a, torch.randint(WORDS, (4, 6)), PREMISES)
        b = torch.where(behind_b, torch.randint(WORDS, (4, 5)), HYPOTHESES)
        assert torch.equal(model((a, PREMISE_LENGTHS, b, HYPOTHESIS_LENGTHS)), expected)
        assert torch.equal(model.alignment[0], rows) and torch.equal(model.alignment[1], columns)
    longer = [F.pad(one, (0, number), value=8) for number, one in enumerate(PAIRS[::2], 2)]
    torch.testing.assert_close(model((longer[0], PREMISE_LENGTHS, longer[1], HYPOTHESIS_LENGTHS)), expected)
    is_pair = ~behind_a[:, :, None] & ~behind_b[:, None]
    assert torch.equal(rows > 0, is_pair) and torch.equal(columns > 0, is_pair.mT)
    torch.testing.assert_close(rows.sum(-1), (~behind_a).float())
    torch.testing.assert_close(columns.sum(-1), (~behind_b).float())


def test_the_two_sentences_are_not_the_same_to_it():
    model = small()
    assert not torch.allclose(model(PAIRS), model(PAIRS[2:] + PAIRS[:2]))


def test_the_same_from_scratch_and_every_parameter_learns():
    theirs = small()
    ours = dongshou.from_scratch(copy.deepcopy(theirs), strict=True)
    for model in (ours, theirs):
        F.cross_entropy(model(PAIRS), torch.tensor([0, 2, 1, 0])).backward()
    torch.testing.assert_close(ours(PAIRS), theirs(PAIRS))
    for (name, one), other in zip(theirs.named_parameters(), ours.parameters(), strict=True):
        assert one.grad is not None and one.grad.any(), name
        torch.testing.assert_close(one.grad, other.grad)


def test_pairs_and_sizes_that_cannot_be():
    empty = PREMISES, PREMISE_LENGTHS, HYPOTHESES, torch.tensor([2, 0, 5, 4])
    with pytest.raises(DongshouError, match="Each of the two sentences has at least one word; one is empty"):
        small()(empty)
    for settings, message in (({"dropout": 1.5}, "dropout is a probability"), ({"num_hiddens": 0}, "num_hiddens must")):
        with pytest.raises(UsageError, match=message):
            models.decomposable_attention(WORDS, **settings)

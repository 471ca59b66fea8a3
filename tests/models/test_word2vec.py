"""word2vec beside its gradients written out, on both engines, with one thread and with several."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.optim import SGD, Adam, SparseAdam

import dongshou
from dongshou import models
from dongshou.data.text.contexts import ContextBatches, Contexts
from dongshou.data.text.huffman import HuffmanTree
from dongshou.data.text.noise import NegativeSampling
from dongshou.errors import UsageError
from dongshou.models.word2vec import Word2Vec
from dongshou.tasks.word_contexts import WordContexts

WORDS, SIZE = 40, 7


def batches(predicts="contexts", tree: bool = False, subwords: Tensor | None = None, size: int = 50) -> ContextBatches:
    tokens = torch.randint(WORDS, (300,), generator=torch.Generator().manual_seed(3))
    frequencies = tokens.bincount(minlength=WORDS)
    questions = HuffmanTree(frequencies) if tree else NegativeSampling(frequencies, num_negatives=3)
    return ContextBatches(
        tokens,
        torch.arange(300) // 11,
        questions=questions,
        batch_size=size,
        window=2,
        predicts=predicts,
        subwords=subwords,
        generator=torch.Generator().manual_seed(0),
    )


def model_for(data: ContextBatches, num_inputs: int = WORDS, **settings) -> Word2Vec:
    torch.manual_seed(0)
    return models.word2vec(num_inputs, data.questions.num_outputs, size=SIZE, **settings).double()


def written_out(model: Word2Vec, batch: Contexts) -> tuple[float, np.ndarray, np.ndarray]:
    """The loss and the gradients of both layers, pair by pair: dL/ds = weight (sigma(s) - label)."""
    V, U = model.input.weight.detach().numpy(), model.output.weight.detach().numpy()
    loss, dV, dU = 0.0, np.zeros_like(V), np.zeros_like(U)
    for pair, group in enumerate(batch.group.tolist()):
        given = batch.given[group][batch.is_given[group]].tolist()
        h = sum(V[row] for row in given) / len(given)
        asked_of_pair = (part[pair].tolist() for part in (batch.asked, batch.labels, batch.weights))
        for asked, label, weight in zip(*asked_of_pair, strict=True):
            yes = 1 / (1 + np.exp(-U[asked] @ h))
            loss -= weight * np.log(yes if label else 1 - yes)
            dU[asked] += weight * (yes - label) * h
            for row in given:
                dV[row] += weight * (yes - label) * U[asked] / len(given)
    return loss, dV, dU


SUBWORDS = torch.randint(-1, 60, (WORDS, 4), generator=torch.Generator().manual_seed(5))
SUBWORDS[:, 0] = torch.arange(WORDS)
KINDS = [{}, {"predicts": "center"}, {"tree": True}, {"predicts": "center", "tree": True}, {"subwords": SUBWORDS}]


@pytest.mark.parametrize("scratch", [False, True], ids=["torch", "scratch"])
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_loss_and_gradients_are_those_written_out(kind: dict, sparse: bool, scratch: bool):
    data = batches(**kind)
    model = model_for(data, 60 if "subwords" in kind else WORDS, sparse=sparse)
    batch = next(iter(data))
    loss, *gradients = written_out(model, batch)
    task, layers = WordContexts(), (model.input, model.output)
    if scratch:
        model = dongshou.from_scratch(model)
        layers = (model.input, model.output)
    task.step(model, batch, SGD(model.parameters(), lr=0.0))
    assert task.overall * len(batch.given) == pytest.approx(loss, rel=1e-6)
    for layer, expected in zip(layers, gradients, strict=True):
        gradient = layer.weight.grad
        assert gradient is not None and gradient.is_sparse == sparse
        np.testing.assert_allclose(gradient.to_dense().numpy(), expected, rtol=1e-5, atol=1e-8)


def trained(threads: int, sparse: bool, **kind) -> dict[str, Tensor]:
    """After two passes over a text large enough for several threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        tokens = torch.randint(3000, (4000,), generator=torch.Generator().manual_seed(3))
        data = batches(**kind)
        data.tokens, data.lines = tokens, torch.arange(4000) // 20
        data.questions = NegativeSampling(tokens.bincount(minlength=3000))
        data.batch_size = 2000
        torch.manual_seed(0)
        model, task = models.word2vec(3000, size=100, sparse=sparse), WordContexts()
        optimizer = SparseAdam(list(model.parameters())) if sparse else Adam(model.parameters(), fused=True)
        for batch in data:
            task.step(model, batch, optimizer)
        return copy.deepcopy(model.state_dict())
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("predicts", ["contexts", "center"])
def test_the_same_bits_with_any_number_of_threads(sparse: bool, predicts: str):
    alone, *several = (trained(threads, sparse, predicts=predicts) for threads in (1, 2, 3))
    for other in several:
        assert all(torch.equal(alone[name], other[name]) for name in alone)


def test_words_of_one_neighborhood_become_alike():
    """Two halves of a vocabulary that never meet: each word ends up nearer to its own half."""
    tokens = torch.arange(2000) // 100 % 2 * 5 + torch.randint(5, (2000,), generator=torch.Generator().manual_seed(0))
    for kind in ({}, {"predicts": "center"}, {"tree": True}):
        data = batches(**kind)
        data.tokens, data.lines = tokens, torch.arange(2000) // 100
        make = HuffmanTree if "tree" in kind else NegativeSampling
        data.questions = make(tokens.bincount())
        torch.manual_seed(0)
        model, task = models.word2vec(10, data.questions.num_outputs, size=8), WordContexts()
        optimizer = Adam(model.parameters(), lr=0.02)
        for _ in range(4):
            for batch in data:
                task.step(model, batch, optimizer)
        directions = torch.nn.functional.normalize(model.input.weight.detach(), dim=1)
        cosines = directions @ directions.T
        assert cosines[:5, :5].min() > cosines[:5, 5:].max() and cosines[5:, 5:].min() > cosines[:5, 5:].max()


def test_the_mean_over_all_steps_is_kept():
    data = batches()
    model, task = model_for(data), WordContexts()
    optimizer = SGD(model.parameters(), lr=0.1)
    quantities = [task.step(model, batch, optimizer)["loss"] for batch in data]
    mean = sum(float(one.total) for one in quantities) / sum(float(one.weight) for one in quantities)
    resumed = WordContexts()
    resumed.load_state_dict(task.state_dict())
    assert task.overall == resumed.overall == pytest.approx(mean)
    assert mean == pytest.approx(np.log(2), rel=0.1)  # near the start


def test_sizes_that_make_no_model():
    with pytest.raises(UsageError, match="at least 1; got num_outputs=0"):
        models.word2vec(5, 0)
    with pytest.raises(UsageError, match="at least 1; got size=0"):
        models.word2vec(5, size=0)
    assert models.word2vec(5, size=3).output.weight.shape == (5, 3)

"""Connectionist temporal classification against torch's, and against counting every path."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional

REDUCTIONS = ["none", "mean", "sum"]


def example(seed: int, time: int, classes: int, sizes: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(time, len(sizes), classes, dtype=torch.float64, generator=generator)
    labels = torch.randint(1, classes, (len(sizes), max(sizes, default=0)), generator=generator)
    return logits, labels


def answers(logits, *arguments, **keywords):
    """Loss and gradient by the logits, torch's and ours."""
    for module in (torch_functional, functional):
        x = logits.clone().requires_grad_()
        loss = module.ctc_loss(x.log_softmax(-1), *arguments, **keywords)
        direction = torch.linspace(1, 2, loss.numel(), dtype=loss.dtype).reshape(loss.shape)
        yield loss.detach(), torch.autograd.grad(loss, x, direction)[0]


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_padded_and_concatenated(reduction):
    sizes, times = [3, 0, 4, 1], [9, 7, 8, 3]
    logits, labels = example(0, 9, 5, sizes)
    joined = torch.cat([row[:size] for row, size in zip(labels, sizes, strict=True)])
    lengths = [(times, sizes), (torch.tensor(times), torch.tensor(sizes)), (tuple(times), tuple(sizes))]
    for targets in (labels, joined):
        for time, size in lengths:
            torch.testing.assert_close(*answers(logits, targets, time, size, reduction=reduction))


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_one_example(reduction):
    logits, labels = example(1, 6, 4, [3])
    lengths = torch.tensor(6), torch.tensor(3)
    torch.testing.assert_close(*answers(logits[:, 0], labels[0], *lengths, reduction=reduction))
    torch.testing.assert_close(*answers(logits[:, 0], labels[0], (6,), (3,), reduction=reduction))


def test_another_blank():
    logits, labels = example(2, 8, 5, [3, 2])
    torch.testing.assert_close(*answers(logits, labels - 1, [8, 8], [3, 2], blank=4))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(2, 4))
def test_any_lengths(seed, sizes, classes):
    time = 2 * max(sizes) + 1
    logits, labels = example(seed, time, classes, sizes)
    torch.testing.assert_close(*answers(logits, labels, [time] * len(sizes), sizes, reduction="none"))


def test_every_path_counted():
    target, time, classes = (1, 1, 2), 5, 3
    log_probs = torch.randn(time, classes, dtype=torch.float64).log_softmax(1)
    spelt = lambda path: tuple(label for label, _ in itertools.groupby(path) if label != 0)
    paths = [path for path in itertools.product(range(classes), repeat=time) if spelt(path) == target]
    probability = sum(log_probs[range(time), path].sum().exp() for path in paths)
    loss = functional.ctc_loss(log_probs, torch.tensor(target), [time], [3], reduction="sum")
    torch.testing.assert_close(loss, -probability.log())


def test_a_target_too_long_for_its_input():
    logits, _ = example(3, 3, 4, [1, 1])
    labels, lengths = torch.tensor([[1, 1, 2], [1, 2, 0]]), ([3, 3], [3, 2])
    theirs, ours = (
        module.ctc_loss(logits.log_softmax(2), labels, *lengths, reduction="none")
        for module in (torch_functional, functional)
    )
    assert ours[0] == torch.inf
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(*answers(logits, labels, *lengths, zero_infinity=True))


def test_impossible_labels():
    logits, labels = example(4, 6, 4, [2])
    logits[:, :, 3] = -torch.inf
    x = logits.clone().requires_grad_()
    loss = functional.ctc_loss(x.log_softmax(2), torch.tensor([[1, 2]]), [6], [2])
    loss.backward()
    assert loss.isfinite() and x.grad.isfinite().all()
    expected = torch_functional.ctc_loss(logits.log_softmax(2), torch.tensor([[1, 2]]), [6], [2])
    torch.testing.assert_close(loss, expected)


def test_short_types_and_long_sequences():
    logits, labels = example(5, 400, 20, [30, 20])
    exact = torch_functional.ctc_loss(logits.log_softmax(2), labels, [400, 350], [30, 20])
    for dtype, tolerance in ((torch.float32, 1e-5), (torch.bfloat16, 2e-2)):
        loss = functional.ctc_loss(logits.to(dtype).log_softmax(2), labels, [400, 350], [30, 20])
        torch.testing.assert_close(loss.double(), exact, rtol=tolerance, atol=tolerance)


def test_derivative_by_logits():
    logits, labels = example(6, 5, 3, [2, 1])
    function = lambda x: functional.ctc_loss(x.log_softmax(2), labels, [5, 4], [2, 1])
    assert gradcheck(function, logits.requires_grad_())


def test_the_layer():
    logits, labels = example(7, 5, 3, [2, 1])
    arguments = logits.log_softmax(2), labels, torch.tensor([5, 4]), torch.tensor([2, 1])
    for keywords in (dict(), dict(blank=0, reduction="sum", zero_infinity=True)):
        theirs, ours = torch.nn.CTCLoss(**keywords), scratch.nn.CTCLoss(**keywords)
        assert repr(ours) == repr(theirs) and vars(ours).keys() == vars(theirs).keys()
        torch.testing.assert_close(ours(*arguments), theirs(*arguments))
        torch.testing.assert_close(scratch.from_scratch(theirs)(*arguments), ours(*arguments))


LABELS = torch.ones(2, 2).long()
BAD = [
    (LABELS, [5], [2, 1], {}),
    (LABELS, [5, 4], [2], {}),
    (LABELS, [6, 4], [2, 1], {}),
    (LABELS, [5, 4], [3, 1], {}),
    (torch.ones(4).long(), [5, 4], [2, 1], {}),
    (LABELS, [5, 4], [2, 1], dict(blank=3)),
]


@pytest.mark.parametrize(("targets", "times", "sizes", "keywords"), BAD)
def test_what_does_not_fit(targets, times, sizes, keywords):
    log_probs = torch.zeros(5, 2, 3).log_softmax(2)
    for module in (torch_functional, functional):
        with pytest.raises(RuntimeError):
            module.ctc_loss(log_probs, targets, times, sizes, **keywords)

"""Every loss against torch's of that name, at the edges too."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as torch_functional

from dongshou import scratch
from dongshou.scratch import functional
from tests.scratch.same import same

REDUCTIONS = ["none", "mean", "sum"]
PROBABILITIES = torch.tensor([0.0, 1e-300, 0.2, 0.5, 0.9, 1.0, 0.0, 1.0]).double()
ANSWERS = torch.tensor([0.0, 1.0, 0.3, 1.0, 0.0, 1.0, 1.0, 0.0]).double()
WEIGHT = torch.tensor([0.5, 1.0, 2.0, 0.0])


def classes(*shape: int, high: int = 4) -> torch.Tensor:
    return torch.randint(high, shape, generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_losses_of_numbers(reduction):
    same(nn.MSELoss, (), dict(reduction=reduction), input=[(3, 4), torch.zeros(3, 4).double()])
    same(nn.L1Loss, (), dict(reduction=reduction), input=[(3, 4), torch.zeros(3, 4).double()])
    same(nn.L1Loss, (), dict(reduction=reduction), input=[torch.zeros(3).double(), torch.zeros(3).double()])


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weighted_losses_of_numbers(name, reduction):
    x, y, weight = torch.randn(3, 4), torch.randn(3, 4), torch.rand(3, 4)
    expected = getattr(torch_functional, name)(x, y, reduction=reduction, weight=weight)
    torch.testing.assert_close(getattr(functional, name)(x, y, reduction=reduction, weight=weight), expected)
    with pytest.raises(ValueError, match="same size"):
        getattr(functional, name)(x, y, weight=weight[0])


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_losses(reduction):
    keywords = dict(reduction=reduction)
    same(nn.BCELoss, (), keywords, input=[PROBABILITIES, ANSWERS])
    same(nn.BCELoss, (torch.rand(8),), keywords, input=[PROBABILITIES, ANSWERS])
    logits = torch.tensor([-1e4, 1e4, 0.0, -0.0, 3.0, 40.0, -40.0, 800.0]).double()
    same(nn.BCEWithLogitsLoss, (), keywords, input=[logits, ANSWERS])
    same(nn.BCEWithLogitsLoss, (torch.rand(8),), keywords, input=[logits, ANSWERS])
    same(nn.BCEWithLogitsLoss, (), dict(pos_weight=torch.rand(8), **keywords), input=[logits, ANSWERS])


@pytest.mark.parametrize("layer", [nn.NLLLoss, nn.CrossEntropyLoss])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_losses_of_classes(layer, reduction):
    keywords = dict(reduction=reduction)
    same(layer, (), keywords, input=[(5, 4), classes(5)])
    same(layer, (), keywords, input=[(4,), classes()])
    same(layer, (), keywords, input=[(5, 4, 3, 2), classes(5, 3, 2)])
    same(layer, (), keywords, input=[(5, 4), classes(5).byte()])
    same(layer, (WEIGHT,), dict(ignore_index=1, **keywords), input=[(5, 4, 3), classes(5, 3)])
    same(layer, (), dict(ignore_index=7, **keywords), input=[(3, 4), torch.tensor([7, 2, 7])])
    same(layer, (), keywords, input=[(2, 4), torch.tensor([-100, -100])])  # mean of nothing: NaN


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_label_smoothing(reduction):
    keywords = dict(reduction=reduction, label_smoothing=0.1)
    same(nn.CrossEntropyLoss, (), keywords, input=[(5, 4), classes(5)])
    same(nn.CrossEntropyLoss, (WEIGHT,), dict(ignore_index=1, **keywords), input=[(5, 4, 3), classes(5, 3)])
    same(nn.CrossEntropyLoss, (WEIGHT,), keywords, input=[(4,), classes()])


@pytest.mark.parametrize("label_smoothing", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_class_probabilities(reduction, label_smoothing):
    keywords = dict(reduction=reduction, label_smoothing=label_smoothing)
    target = torch.rand(5, 4, 3).double()
    same(nn.CrossEntropyLoss, (), keywords, input=[(5, 4), target[..., 0]])
    same(nn.CrossEntropyLoss, (WEIGHT,), keywords, input=[(5, 4, 3), target])
    same(nn.CrossEntropyLoss, (WEIGHT,), keywords, input=[(4,), target[0, :, 0]])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("magnitude", [1e4, 100.0, 1.0])
def test_extreme_logits_give_numbers(dtype, magnitude):
    for name, target in {
        "cross_entropy": torch.tensor([0, 1, 2]),
        "binary_cross_entropy_with_logits": torch.tensor([[0.0, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=dtype),
    }.items():
        logits = magnitude * torch.tensor([[1.0, -1, 0], [1, -1, 1], [0, 0, 0]])
        ours, theirs = (logits.to(dtype).requires_grad_() for _ in range(2))
        loss = getattr(functional, name)(ours, target)
        expected = getattr(torch_functional, name)(theirs, target)
        loss.backward()
        expected.backward()
        assert ours.grad is not None and ours.grad.isfinite().all()
        tolerance = dict(rtol=1e-5, atol=1e-6) if dtype == torch.float32 else dict(rtol=2e-2, atol=1e-2)
        torch.testing.assert_close(loss, expected, **tolerance)
        torch.testing.assert_close(ours.grad, theirs.grad, **tolerance)


def test_saturated_probabilities_in_float32_give_torchs_bounded_loss_and_gradient():
    for target in (torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.0])):
        ours, theirs = (torch.tensor([0.0, 1.0], requires_grad=True) for _ in range(2))
        functional.binary_cross_entropy(ours, target).backward()
        torch_functional.binary_cross_entropy(theirs, target).backward()
        torch.testing.assert_close(ours.grad, theirs.grad)


def test_an_ignored_target_hides_an_impossible_class():
    logits = torch.tensor([[-torch.inf, 0.0], [1.0, 2.0]], requires_grad=True)
    loss = functional.cross_entropy(logits, torch.tensor([-100, 1]))
    loss.backward()
    assert loss.isfinite() and logits.grad is not None and logits.grad.isfinite().all()


@pytest.mark.parametrize(
    ("input", "target", "keywords"),
    [
        ((4, 3), torch.zeros(2).long(), {}),
        ((4, 3), torch.tensor([0, 1, 2, 5]), {}),
        ((4, 3), torch.tensor([0, 1, 2, -1]), {}),
        ((4, 3, 2), torch.zeros(4, 5).long(), {}),
        ((4, 3), torch.zeros(4, 1).long(), {}),
        ((4, 3), torch.zeros(4).int(), {}),
        ((4, 3), torch.zeros(4), {}),
        ((4, 3), torch.zeros(4, 3).long(), {}),
        ((4, 3), torch.zeros(4, 3), dict(ignore_index=1)),
        ((4, 3), torch.zeros(4).long(), dict(weight=torch.ones(2))),
        ((4, 3), torch.zeros(4).long(), dict(label_smoothing=1.5)),
        ((4, 3), torch.zeros(4).long(), dict(reduction="most")),
    ],
)
def test_cross_entropy_refuses_what_torchs_refuses(input, target, keywords):
    with pytest.raises(Exception) as expected:  # noqa: B017 whatever torch raises
        torch_functional.cross_entropy(torch.randn(input), target, **keywords)
    with pytest.raises(expected.type):
        functional.cross_entropy(torch.randn(input), target, **keywords)


@pytest.mark.parametrize(
    ("name", "input", "target"),
    [
        ("binary_cross_entropy", torch.tensor([1.5]), torch.tensor([1.0])),
        ("binary_cross_entropy", torch.tensor([float("nan")]), torch.tensor([1.0])),
        ("binary_cross_entropy", torch.rand(3), torch.ones(3, 1)),
        ("binary_cross_entropy", torch.rand(3), torch.tensor([0, 1, 1])),
        ("binary_cross_entropy", torch.rand(3), torch.tensor([True, False, True])),
        ("binary_cross_entropy", torch.rand(3), torch.rand(3).double()),
        ("binary_cross_entropy_with_logits", torch.rand(3), torch.ones(3, 1)),
    ],
)
def test_binary_losses_refuse_what_torchs_refuse(name, input, target):
    with pytest.raises(Exception) as expected:  # noqa: B017 whatever torch raises
        getattr(torch_functional, name)(input, target)
    with pytest.raises(expected.type):
        getattr(functional, name)(input, target)


def test_broadcasting_is_warned_of():
    for loss in (functional.mse_loss, functional.l1_loss):
        with pytest.warns(UserWarning, match="broadcast"):
            loss(torch.ones(3, 1), torch.ones(3))


@pytest.mark.parametrize("flags", [(None, False), (False, None), (True, True), (False, True), (True, False)])
def test_the_retired_flags_mean_what_they_meant(flags):
    with pytest.warns(UserWarning):
        expected = nn.MSELoss(*flags).reduction
    with pytest.warns(UserWarning, match="deprecated"):
        assert scratch.nn.MSELoss(*flags).reduction == expected


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 4), st.integers(1, 5), st.lists(st.integers(1, 3), max_size=2), st.data())
def test_cross_entropy_of_any_shape(batch, num_classes, rest, data):
    size = batch * int(torch.tensor(rest, dtype=torch.long).prod())
    indices = data.draw(st.lists(st.integers(0, num_classes - 1), min_size=size, max_size=size))
    target = torch.tensor(indices).reshape(batch, *rest)
    smoothing = data.draw(st.sampled_from([0.0, 0.1]))
    keywords = dict(label_smoothing=smoothing, ignore_index=data.draw(st.sampled_from([-100, 0])))
    same(nn.CrossEntropyLoss, (), keywords, input=[(batch, num_classes, *rest), target])

"""Layers of the user's own classes, derived from torch's in every way that Python allows."""

from __future__ import annotations

import abc
import copy
import pickle

import pytest
import torch
from torch import nn

from dongshou import scratch
from dongshou.scratch import from_scratch, missing_layers, to_torch


class Checked(nn.Linear, metaclass=abc.ABCMeta):
    """With a metaclass."""


class Mixin:
    def doubled(self, input: torch.Tensor) -> torch.Tensor:
        return 2 * self(input)


class Mixed(Mixin, nn.GRU):
    """With a second base, and a state of its own making."""

    def __getstate__(self) -> dict:
        return {**super().__getstate__(), "mark": 1}


class Reduced(nn.Linear):
    """With its own way to be pickled."""

    def __reduce__(self):
        return Reduced, (self.in_features, self.out_features)


class Demanding(nn.Linear):
    """Of which no subclass can be made just so."""

    def __init_subclass__(cls, *, reason: str) -> None:
        super().__init_subclass__()


class Shifted(Checked):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return super().forward(input) + 1


def test_classes_of_every_kind():
    model, x = nn.Sequential(Checked(3, 4), Reduced(4, 3), Demanding(3, 5), Shifted(5, 4)), torch.randn(2, 3)
    before, expected = [type(layer) for layer in model], model(x)
    with pytest.warns(UserWarning, match=r"the arithmetic of 2 \(Demanding\), 3 \(Shifted\) as it is"):
        from_scratch(model)
    ours = [isinstance(layer, scratch.nn.Linear) for layer in model]
    assert ours == [True, True, False, True] and all(map(isinstance, model, before))
    torch.testing.assert_close(model(x), expected)
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert type(again[0]) is type(model[0]) and type(again[1]) is Reduced
        torch.testing.assert_close(again[3](again[2](x)), model[3](model[2](x)))
    assert [type(layer) for layer in to_torch(model)] == before


def test_a_second_base_and_a_state_of_its_own():
    layer, x = Mixed(3, 4), torch.randn(5, 2, 3)
    expected = layer(x)
    again = pickle.loads(pickle.dumps(from_scratch(layer, strict=True)))
    assert again.mark == 1 and isinstance(again, scratch.nn.GRU) and isinstance(again, Mixin)
    torch.testing.assert_close(again(x), expected)
    torch.testing.assert_close(copy.copy(layer)(x), expected)


def test_a_forward_that_was_set_on_the_layer_is_named():
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    model[0].forward = lambda input: 2 * input
    assert missing_layers(model) == ["0 (Linear)"]
    with pytest.warns(UserWarning, match=r"0 \(Linear\)"):
        from_scratch(model)
    assert torch.equal(model(torch.ones(1, 3)), torch.full((1, 3), 2.0))


def test_classes_derived_from_ours_stay():
    class Own(scratch.nn.Linear):
        """Derived from ours by hand."""

    model = nn.Sequential(Own(3, 2), scratch.nn.Linear(2, 1))
    assert missing_layers(model) == [] and [type(layer) for layer in from_scratch(model)] == [Own, scratch.nn.Linear]
    assert [type(layer) for layer in to_torch(model)] == [Own, nn.Linear]


def test_many_names_are_shortened():
    model = nn.Sequential(*(Shifted(2, 2) for _ in range(10)))
    with pytest.warns(UserWarning, match=r"of 0 \(Shifted\), .*, 7 \(Shifted\) and 2 more as it is"):
        from_scratch(model)
    assert len(missing_layers(model)) == 10

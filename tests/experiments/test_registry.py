"""What a person at a prompt learns about an experiment."""

from __future__ import annotations

import inspect
import pydoc

import pytest

from dongshou import experiments
from dongshou.errors import UsageError
from dongshou.experiments.catalogue import list_experiments
from dongshou.experiments.registry import find_declaration


def test_a_short_repr_that_can_be_typed():
    shown = repr(experiments.mlp.digits)
    assert shown.startswith("mlp.digits(") and "epochs=30" in shown
    typed, plain = eval(shown, {"mlp": experiments.mlp}).declared, experiments.mlp.digits().declared
    assert plain is not None and typed.settings == plain.settings
    assert repr(experiments.weight_decay).startswith("weight_decay(")


def test_help_shows_title_settings_and_variants():
    shown = pydoc.plain(pydoc.render_doc(experiments.mlp))
    for words in ("A multilayer perceptron on Fashion-MNIST", "hidden: tuple[int, ...] = (256,)", ".digits: "):
        assert words in shown


def test_help_on_a_variant_shows_its_own_settings():
    shown = pydoc.plain(pydoc.render_doc(experiments.mlp.digits))
    assert "no download" in shown and "lr: float = 0.1" in shown and "standardise" not in shown


def test_the_signature_is_that_of_the_function():
    signature = inspect.signature(experiments.mlp)
    assert signature.parameters["epochs"].default == 20
    assert signature.parameters["epochs"].annotation is int


NAMES = [
    name for entry in list_experiments() for name in (entry.name, *(f"{entry.name}:{it}" for it in entry.variants))
]


@pytest.mark.parametrize("name", NAMES)
def test_every_declaration_can_be_shown(name: str):
    declaration = find_declaration(name)
    assert declaration.title in (declaration.__doc__ or "")
    assert "\n" not in repr(declaration)
    assert list(inspect.signature(declaration).parameters) == list(declaration.defaults)


@pytest.mark.parametrize("epochs", [0, "3", 2.5])
def test_epochs_that_are_none(epochs):
    with pytest.raises(UsageError, match="epochs must be a whole number of at least 1; got"):
        experiments.mlp(epochs=epochs)

"""What a person at a prompt learns about an experiment."""

from __future__ import annotations

import inspect
import pydoc
from pathlib import Path
from typing import Annotated

import pytest

from dongshou import experiments
from dongshou.errors import UsageError
from dongshou.experiments import catalog
from dongshou.experiments._shared.settings import LearningRate
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.registry import find_declaration
from dongshou.experiments.setting import Setting, settings_of


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
    assert "no download" in shown and "lr: float = 0.1" in shown and "standardize" not in shown


def test_the_signature_is_that_of_the_function():
    signature = inspect.signature(experiments.mlp)
    assert signature.parameters["epochs"].default == 20
    assert signature.parameters["epochs"].annotation is int


def test_a_setting_says_all_that_a_form_needs():
    by_name = {setting.name: setting for setting in experiments.lenet.settings}
    assert by_name["batch_size"] == Setting("batch_size", "int", 256, (), "examples in a step")
    assert by_name["activation"].choices == ("sigmoid", "relu") and by_name["activation"].kind == "str"
    assert {setting.kind for setting in experiments.mlp.settings} == {
        "str",
        "int",
        "float",
        "bool",
        "tuple[int, ...]",
        "float | None",
    }


def test_help_may_stand_in_a_shared_name_and_be_said_again():
    def declare(rate: Annotated[LearningRate, "of the head"] = 0.1, plain: int = 3): ...

    assert [setting.help for setting in settings_of(declare)] == ["of the head", ""]


def test_a_unit_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for folder, text in (("a_late_one", "PLACE = 2"), ("one", "PLACE = 1"), ("_shared", "PLACE = 0"), ("no_unit", "")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text(f'"""A unit."""\n\n{text}\n')
    declared = '"""A title."""\n\n\ndef experiment(lr: float = 0.1) -> Procedure:\n    """How."""\n'
    for folder in ("a_late_one", "one", "no_unit"):
        (tmp_path / folder / f"of_{folder}.py").write_text(declared)
    monkeypatch.setattr(catalog, "ROOT", tmp_path)
    catalog.units.cache_clear()
    catalog.list_experiments.cache_clear()
    try:
        assert [(entry.unit, entry.name) for entry in list_experiments()] == [
            ("one", "of-one"),
            ("a_late_one", "of-a-late-one"),
        ]
    finally:
        catalog.units.cache_clear()
        catalog.list_experiments.cache_clear()


NAMES = [
    name for entry in list_experiments() for name in (entry.name, *(f"{entry.name}:{it}" for it in entry.variants))
]


@pytest.mark.parametrize("name", NAMES)
def test_every_declaration_can_be_shown(name: str):
    declaration = find_declaration(name)
    assert declaration.title in (declaration.__doc__ or "")
    assert "\n" not in repr(declaration)
    assert [setting.name for setting in declaration.settings if not setting.help] == []
    assert list(inspect.signature(declaration).parameters) == list(declaration.defaults)


@pytest.mark.parametrize("epochs", [0, "3", 2.5])
def test_epochs_that_are_none(epochs):
    with pytest.raises(UsageError, match="epochs must be a whole number of at least 1; got"):
        experiments.mlp(epochs=epochs)

"""`import dongshou` opens the door only; the heavy parts come when they are first used."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

import dongshou

HEAVY = ("torch", "numpy", "pandas", "matplotlib", "sklearn", "rich", "tyro")


def imported_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*set({HEAVY!r}) & sys.modules.keys())"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(finished.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["import dongshou", "import dongshou; dir(dongshou)", "import dongshou.experiments.catalog"],
)
def test_nothing_heavy_is_imported(statement: str):
    assert imported_by(statement) == set()


def test_what_is_named_is_there():
    assert all(getattr(dongshou, name) is not None for name in dongshou.__all__)
    assert set(dongshou.__all__) <= set(dir(dongshou))


@pytest.mark.parametrize("name", dongshou.SUBPACKAGES)
def test_a_package_shows_what_a_user_needs_and_not_its_files(name: str):
    package = importlib.import_module(f"dongshou.{name}")
    shown = dir(package)
    assert shown == sorted(package.__dir__()) and all(hasattr(package, public) for public in shown)
    assert not [public for public in shown if inspect.ismodule(getattr(package, public)) and name != "scratch"]
    if name != "experiments":  # its names are found when they are asked for
        assert shown == sorted(package.__all__)


def test_the_layers_of_the_course_are_among_the_models():
    from dongshou import models

    assert {"MultiHeadAttention", "AdditiveAttention", "recurrent_layers", "Inception"} <= set(dir(models))


def test_what_is_not_there_is_said():
    with pytest.raises(AttributeError, match="'dongshou' has no attribute 'modles'"):
        dongshou.modles  # noqa: B018


def test_an_experiment_that_is_not_there_names_the_nearest():
    from dongshou import experiments

    with pytest.raises(AttributeError, match="Did you mean mlp"):
        experiments.mpl  # noqa: B018

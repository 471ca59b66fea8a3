"""The frame: floors in pyproject.toml, exact versions in constraints.txt, a door that opens at once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
REQUIREMENTS = [Requirement(line) for line in [*PROJECT["dependencies"], *sum(EXTRAS.values(), [])]]
DEPENDENCIES = [requirement for requirement in REQUIREMENTS if requirement.name != PROJECT["name"]]


def constraints() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def versions_for(python: str) -> dict[str, list[Version]]:
    """The versions that constraints.txt names for one Python, by package."""
    versions: dict[str, list[Version]] = {}
    for pin in constraints():
        if pin.marker is None or pin.marker.evaluate({"python_version": python}):
            exact = [Version(part.version) for part in pin.specifier if part.operator == "=="]
            versions.setdefault(canonicalize_name(pin.name), []).extend(exact)
    return versions


@pytest.mark.parametrize("requirement", DEPENDENCIES, ids=str)
def test_pyproject_names_floors_only(requirement: Requirement) -> None:
    assert [part.operator for part in requirement.specifier] == [">="]


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_constraints_name_one_exact_version_for_every_dependency(python: str) -> None:
    versions = versions_for(python)
    for requirement in DEPENDENCIES:
        if requirement.marker is not None and not requirement.marker.evaluate({"python_version": python}):
            continue
        tested = versions.get(canonicalize_name(requirement.name), [])
        assert len(tested) == 1, f"constraints.txt names {len(tested)} versions of {requirement.name}"
        assert requirement.specifier.contains(tested[0]), f"{requirement.name} {tested[0]} is below its floor"


def test_constraints_are_exact() -> None:
    assert [str(pin) for pin in constraints() if not re.fullmatch(r"==[^*,+]+", str(pin.specifier))] == []


def test_every_dependency_has_its_reason() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = [*PROJECT["dependencies"], *EXTRAS["tensorboard"], *EXTRAS["chinese"]]
    runtime = [Requirement(line).name for line in lines]
    assert [name for name in runtime if f"| {name} " not in contributing] == []


@pytest.mark.parametrize("door", [["-c", "import dongshou"], ["-m", "dongshou", "--help"]], ids=" ".join)
def test_opens_without_importing_torch(door: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", *door]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    imported = {line.rpartition("|")[2].strip() for line in finished.stderr.splitlines()}
    assert finished.returncode == 0, finished.stderr
    assert "dongshou" in imported
    assert not {"torch", "pandas", "matplotlib", "sklearn"} & imported

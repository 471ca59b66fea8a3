"""The rooms of the package: every folder says what it holds, files stay small, names lead to one place."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dongshou"
FOLDERS = sorted({path.parent for path in PACKAGE.rglob("*.py")})
UNITS = sorted(path for path in (PACKAGE / "experiments").glob("[!_.]*") if path.is_dir())
EXPERIMENTS = sorted(path for unit in UNITS for path in unit.glob("[!_]*.py"))
LONGEST_FILE = 350  # lines; a file that outgrows this holds two ideas


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(PACKAGE.parent)))
def test_every_folder_says_what_it_holds(folder: Path) -> None:
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{folder}/__init__.py has no docstring"


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_experiment_name_is_unique_over_the_folders() -> None:
    counts = Counter(path.stem for path in EXPERIMENTS)
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_unit_bears_the_name_of_an_experiment() -> None:
    assert {unit.name for unit in UNITS} & {path.stem for path in EXPERIMENTS} == set()

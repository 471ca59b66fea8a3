"""The search for wrong code that no test notices: what it catches, what it misses, and mutants that no longer fit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.mutants import __main__ as search
from tests.mutants.mutant import Mutant

CODE = "def double(x):\n    return x + x\n\n\ndef half(x):\n    return x / 2\n"
TESTS = "from code_under_test import double\n\n\ndef test_double():\n    assert double(3) == 6\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "code_under_test.py").write_text(CODE)
    (tmp_path / "test_code.py").write_text(TESTS)
    monkeypatch.setattr(search, "ROOT", tmp_path)
    return tmp_path


def mutant(old: str, new: str = "return x", file: str = "code_under_test.py", test: str = "test_code.py") -> Mutant:
    return Mutant("wrong on purpose", file, old, new, (test,))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_what_a_test_looks_at_is_caught_and_what_none_looks_at_is_missed(project: Path) -> None:
    assert search.run(project, ["test_code.py"], keep_bytecode=True) == search.PASSED
    assert search.catches(project, mutant("return x + x", "return x * x"))
    assert not search.catches(project, mutant("return x + x", "return 2 * x"))
    assert not search.catches(project, mutant("return x / 2"))
    assert (project / "code_under_test.py").read_text() == CODE
    with pytest.raises(SystemExit, match="the tests did not run .*: wrong on purpose"):
        search.catches(project, mutant("def double", "def treble"))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (mutant("return y"), "'return y' no longer stands there. Write the mutant anew: wrong on purpose"),
        (mutant("return x "), "'return x ' stands 2 times there"),
        (mutant("return", file="gone.py"), "gone.py is gone. Point the mutant to where the code is now"),
        (mutant("return x / 2", test="test_gone.py::test"), "test_gone.py::test is gone. Name the tests that notice"),
    ],
)
def test_a_mutant_that_no_longer_fits_is_refused(
    wrong: Mutant, says: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(search, "mutants_of", lambda parts: [wrong])
    assert search.main([]) == 2
    assert says in capsys.readouterr().err


def test_a_part_that_there_is_not() -> None:
    with pytest.raises(SystemExit, match="No mutants of model; there are some of .*images"):
        search.mutants_of(["model"])

"""The command line as a whole: its help, its speed, its exit codes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

import dongshou
from dongshou import cli
from dongshou.cli import COMMANDS, main

HEAVY = ("torch", "pandas", "sklearn", "matplotlib")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dongshou {dongshou.__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"usage: dongshou {command}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["list"], ["list", "mlp"]])
def test_answers_without_heavy_imports(arguments: list[str]) -> None:
    script = (
        "import sys; from dongshou.cli import main; code = main(sys.argv[1:]);"
        f"sys.exit(code or ', '.join(name for name in {HEAVY!r} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_is_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "dongshou", "lst"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "Did you mean list?" in done.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    script = f"{sys.executable} -m dongshou list | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_unknown_command(fails: Callable[..., str]) -> None:
    assert "no command shwo. Did you mean show" in fails(2, "shwo")


def test_interrupt_before_anything_is_recorded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "dispatch", stop)
    assert main(["list"]) == 130
    assert capsys.readouterr().err == "dongshou: interrupted.\n"


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(arguments: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "dispatch", fault)
    with pytest.raises(ZeroDivisionError):
        main(["list"])

"""The READMEs: what they show runs, what they name is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from dongshou.cli import COMMANDS, main
from dongshou.experiments.catalog import list_experiments
from dongshou.experiments.registry import find_declaration

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
BY_NAME = pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)


def blocks(readme: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", readme.read_text(encoding="utf-8"), flags=re.DOTALL)


def commands(readme: Path) -> list[list[str]]:
    """The words after `dongshou` of every line in a shell block, comments left out."""
    lines = [shlex.split(line, comments=True) for block in blocks(readme, "sh") for line in block.splitlines()]
    return [words[1:] for words in lines if words[:1] == ["dongshou"]]


@BY_NAME
def test_every_experiment_is_named(readme: Path):
    text = readme.read_text(encoding="utf-8")
    assert [entry.name for entry in list_experiments() if f"`{entry.name}`" not in text] == []


@BY_NAME
def test_every_command_is_shown_and_exists(readme: Path):
    assert {words[0] for words in commands(readme)} == set(COMMANDS)


@BY_NAME
def test_the_experiments_and_settings_of_the_commands_exist(readme: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)  # where the example of a file of one's own lies
    options = {"--engine", "--epochs", "--fast", "--from", "--help", "--json", "--limit", "--resume", "--seeds"}
    for command, *words in commands(readme):
        if command in ("run", "reproduce"):
            settings = find_declaration(words[0]).defaults
            flags = {word for word in words if word.startswith("--")}
            assert flags <= options | {f"--{name.replace('_', '-')}" for name in settings}


@BY_NAME
def test_the_example_is_the_file(readme: Path):
    assert (ROOT / "examples" / "my_experiment.py").read_text(encoding="utf-8") in blocks(readme, "python")


def test_the_commands_of_the_example_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    path = "examples/my_experiment.py"
    for line in (f"list {path}", f"run {path} --epochs 1 --limit 64 --json", f"run {path} --resume last --json"):
        assert main(line.split()) == 0
    said = capsys.readouterr()
    assert f"{path}:deep" in said.out and "already finished" in said.err


@BY_NAME
def test_the_files_that_are_linked_to_are_there(readme: Path):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", readme.read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []


@BY_NAME
def test_the_python_runs(
    readme: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)  # the examples write files
    names: dict[str, object] = {}
    for block in blocks(readme, "python"):
        exec(compile(block, readme.name, "exec"), names)
    assert capsys.readouterr().out


def test_the_first_commands_run(capsys: pytest.CaptureFixture[str]):
    for line in ("list", "run mlp:digits --epochs 3 --json", "runs", "show mlp:digits", "doctor"):
        assert main(line.split()) == 0
    assert "mlp:digits" in capsys.readouterr().out

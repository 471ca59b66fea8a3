"""One short run that the tests of the command line share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dongshou.cli import main


@pytest.fixture(scope="session")
def shared_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of runs with two of them: read only."""
    directory = tmp_path_factory.mktemp("shared") / "runs"
    for lr in ("0.1", "0.2"):
        assert main(["run", "mlp:digits", "--epochs", "2", "--lr", lr, "--quiet", "--runs", str(directory)]) == 0
    return directory


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that is to fail with this exit code; the one line that it says."""

    def run(code: int, *arguments: str) -> str:
        assert main(list(arguments)) == code
        said = capsys.readouterr().err.splitlines()
        assert said and said[-1].startswith("dongshou: ")
        assert sum(line.startswith("dongshou: ") for line in said) == 1
        assert not any("Traceback" in line or "╭" in line for line in said)
        return said[-1]

    return run

"""Two runs compared bit for bit, all but the clock and the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dongshou.runs import Run


def lines_of(run: Run) -> list[dict[str, Any]]:
    return [{name: value for name, value in line.items() if name != "time"} for line in run.lines()]


def result_of(run: Run) -> dict[str, Any]:
    return {name: value for name, value in run.record.items() if name not in ("seconds", "run")}


def files_of(run: Run) -> list[str]:
    return sorted(path.relative_to(run.path).as_posix() for path in run.path.rglob("*") if path.is_file())


def weights_of(run: Run) -> bytes:
    checkpoint = run.checkpoint()
    assert checkpoint is not None
    return (run.path / checkpoint["path"] / "model.safetensors").read_bytes()


def assert_same(first: Run, second: Run) -> None:
    """The same weights, metrics, result and files."""
    assert weights_of(first) == weights_of(second)
    assert lines_of(first) == lines_of(second)
    assert result_of(first) == result_of(second)
    assert files_of(first) == files_of(second)


def only_run(runs: Path) -> Run:
    """The one run that there is; a kill before its configuration was written leaves an empty directory."""
    (path,) = (path.parent for path in runs.glob("*/config.json"))
    return Run(path)

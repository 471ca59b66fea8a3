"""The advice to install an extra is one that works where it is given."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from dongshou import extras


def installed(monkeypatch: pytest.MonkeyPatch, origin: dict[str, Any] | None) -> None:
    class Distribution:
        def read_text(self, name: str) -> str | None:
            return None if origin is None or name != "direct_url.json" else json.dumps(origin)

    monkeypatch.setattr(extras, "distribution", lambda name: Distribution())


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (
            {"url": "file:///home/ada/my%20clone", "dir_info": {"editable": True}},
            "pip install -e '/home/ada/my clone[tensorboard]'",
        ),
        ({"url": "file:///home/ada/clone", "dir_info": {}}, "pip install '/home/ada/clone[tensorboard]'"),
        (
            {"url": "https://example.org/dongshou.git", "vcs_info": {"vcs": "git", "commit_id": "0"}},
            "pip install 'dongshou[tensorboard] @ git+https://example.org/dongshou.git'",
        ),
        (
            {"url": "https://example.org/d.whl", "archive_info": {}},
            "pip install 'dongshou[tensorboard] @ https://example.org/d.whl'",
        ),
    ],
    ids=["editable clone", "clone", "repository", "wheel"],
)
def test_it_comes_from_where_the_package_came(origin, command, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, origin)
    assert extras.how_to_install("tensorboard") == command


def test_from_an_index_by_name_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, None)
    monkeypatch.setattr(extras, "SOURCES", tmp_path)
    assert extras.how_to_install("chinese") == "pip install 'dongshou[chinese]'"


def test_of_sources_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(extras, "distribution", none)
    assert extras.how_to_install("chinese") == f"pip install -e '{Path(extras.__file__).parents[1]}[chinese]'"

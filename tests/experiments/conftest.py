"""Runs that several tests look at."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from dongshou.experiments.registry import find_declaration
from dongshou.runs import Run


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """`ran("mlp:digits", engine="scratch")`: the run of an experiment as it is declared, the same one for all who ask
    in a file of tests. It is read only."""

    @functools.cache
    def run(name: str, **options: Any) -> Run:
        return find_declaration(name)().run(runs=tmp_path_factory.mktemp("ran"), device="cpu", **options)

    return run

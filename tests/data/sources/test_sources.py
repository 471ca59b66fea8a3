"""Declarations of data sets: complete, and found by name."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from dongshou.data import sources
from dongshou.data.sources import SOURCES, get_source
from dongshou.errors import UsageError


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
def test_every_source_says_what_it_is_and_whose(source):
    assert all((source.holds, source.origin, source.license, source.folder))
    for file in source.files:
        assert file.size > 0
        assert len(file.sha256) == 64 and set(file.sha256) <= set(string.hexdigits.lower())
        assert all(url.startswith("http") and url.endswith(file.name) for url in file.urls)


def test_every_file_can_be_had_but_the_cuts_that_were_made_for_the_course():
    sources = [source for source in SOURCES.values() if source.archive is None]
    assert [source.name for source in sources if not all(file.urls for file in source.files)] == [
        "camvid",
        "cifar10-tiny",
        "bccd",
        "imdb",
    ]
    archive = SOURCES["cifar10"].archive
    assert archive and archive.urls == ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",)


def test_digits_need_no_files():
    assert get_source("digits").files == ()


def test_a_misspelt_name_gets_the_nearest_right_ones():
    with pytest.raises(UsageError, match=r'No data set "fashoin-mnist"\. Did you mean fashion-mnist') as caught:
        get_source("fashoin-mnist")
    assert "\n" not in str(caught.value)
    assert "airfoil" in str(caught.value)


def test_a_file_that_does_not_exist_is_named():
    with pytest.raises(UsageError, match="airfoil_self_noise.dat"):
        get_source("airfoil").file("airfoil.dat")


def test_the_declarations_need_no_torch():
    modules = Path(sources.__path__[0]).glob("*.py")
    assert [module.name for module in modules if "torch" in imports_of(module)] == []


def imports_of(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


def test_what_needs_no_files_says_where_it_is():
    assert all(bool(source.files) != bool(source.inside) for source in SOURCES.values())

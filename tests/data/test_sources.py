"""Declarations of data sets: complete, and found by name."""

from __future__ import annotations

import string
import subprocess
import sys

import pytest

from dongshou.data.sources import SOURCES, get_source
from dongshou.errors import UsageError


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
def test_every_source_says_what_it_is_and_whose(source):
    assert all((source.holds, source.origin, source.licence, source.folder))
    for file in source.files:
        assert file.size > 0
        assert len(file.sha256) == 64 and set(file.sha256) <= set(string.hexdigits.lower())
        assert file.urls and all(url.startswith("http") and url.endswith(file.name) for url in file.urls)


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
    # the module is loaded by its path: the package around it may load what it likes
    code = (
        "import runpy, sys; import dongshou; path = dongshou.__path__[0] + '/data/sources.py';"
        "names = runpy.run_path(path); assert names['SOURCES'] and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

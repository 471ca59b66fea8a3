"""The figures behind the goals of word2vec, in small: what is asked of gensim, and what is made of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import gensim_vectors
from benchmarks.gensim_vectors import JUDGED, UNSEEN
from dongshou.errors import DongshouError, UsageError


def test_a_table_in_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def measured(lines: list[list[str]], epochs: int, seed: int, **settings: object) -> dict[str, float]:
        asked.append((epochs, seed, settings))
        assert all(isinstance(word, str) for word in lines[0]) and sum(map(len, lines)) > 1000
        known = dict.fromkeys(JUDGED, 0.1 * seed)
        return known | ({UNSEEN: 0.5} if "bucket" in settings else {})

    monkeypatch.setattr(gensim_vectors, "RESULTS", tmp_path)
    monkeypatch.setattr(gensim_vectors, "find_spec", lambda name: True)
    monkeypatch.setattr(gensim_vectors, "version", lambda name: "4")
    monkeypatch.setattr(gensim_vectors, "measured", measured)
    gensim_vectors.benchmark("python-manual", epochs=2, kinds=("cbow, tree", "fasttext"))
    assert asked[:3] == [(2, seed, {"sg": 0, "hs": 1, "negative": 0}) for seed in (0, 1, 2)]
    tree, fasttext = json.loads((tmp_path / "gensim_vectors.json").read_text())["rows"]
    assert tree["men"] == {"median": 0.1, "min": 0.0, "max": 0.2} and UNSEEN not in tree
    assert fasttext[UNSEEN]["median"] == 0.5
    assert "| cbow, tree | 2 | 0.100 (0.000-0.200) |" in (tmp_path / "gensim_vectors.md").read_text()


def test_what_cannot_be_asked(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UsageError, match="gensim is asked for skip-gram, .*; got glove"):
        gensim_vectors.benchmark(kinds=("glove",))
    monkeypatch.setattr(gensim_vectors, "find_spec", lambda name: None)
    with pytest.raises(DongshouError, match=r"pip install 'dongshou\[bench\]'"):
        gensim_vectors.benchmark()

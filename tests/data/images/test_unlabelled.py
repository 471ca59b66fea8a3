"""Folders of pictures without labels, and faces that are fetched: what is learnt from, what is set aside."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.datasets
import torch
from PIL import Image

from dongshou.data.images import olivetti
from dongshou.data.images.olivetti import load_olivetti
from dongshou.data.images.unlabelled import load_pictures
from dongshou.errors import DongshouError, UsageError


def folder_of(directory: Path, num: int) -> Path:
    directory.mkdir()
    for number in range(num):
        Image.new("RGB", (20, 30), (10 * number, 0, 0)).save(directory / f"{number}.png")
    return directory


def reds(split) -> list[int]:
    return sorted(round(25.5 * float(picture[0, 0, 0])) for images, *_ in split for picture in images)


def test_every_picture_is_in_one_split_the_same_each_time(tmp_path: Path):
    folder = folder_of(tmp_path / "many", 20)
    data, again = (load_pictures(folder, 6, size=16, test=0.2) for _ in range(2))
    assert len(reds(data.test())) == 4 and sorted(reds(data.train()) + reds(data.test())) == [*range(20)]
    assert reds(data.test()) == reds(again.test()) != [0, 1, 2, 3]
    assert [len(images) for images, *_ in data.train()] == [6, 6, 4] and data.shape == (3, 16, 16)
    before = data.fingerprints()
    Image.new("RGB", (20, 30), "blue").save(folder / "7.png")
    assert before != load_pictures(folder, 6, size=16).fingerprints()
    tanh = load_pictures(folder, 20, size=16, normalize=(0.5, 0.5))
    ((images,),) = tanh.train()
    assert float(images.min()) == -1 and len(images) == 18


def test_two_pictures_are_enough_and_one_is_not(tmp_path: Path):
    two = load_pictures(folder_of(tmp_path / "two", 2), 64, size=8)
    assert len(reds(two.train())) == len(reds(two.test())) == 1
    one = load_pictures(folder_of(tmp_path / "one", 1), 64, size=8)
    with pytest.raises(UsageError, match="one holds 1 picture: a network learns to draw from many"):
        one.train()
    with pytest.raises(DongshouError, match="holds no picture"):
        load_pictures(folder_of(tmp_path / "none", 0), 64, size=8).train()
    with pytest.raises(UsageError, match="at least 1; got size=0"):
        load_pictures(tmp_path / "two", 64, size=0)


def test_folders_inside_are_read_too(tmp_path: Path):
    for name in ("cats", "dogs"):
        folder_of(tmp_path / name, 3)
    data = load_pictures(tmp_path, 10, size=8)
    assert len(reds(data.train())) + len(reds(data.test())) == 6


def test_nobody_whose_face_is_in_the_test_is_learnt_from(monkeypatch: pytest.MonkeyPatch):
    people = np.repeat(np.arange(40), 10)
    shades = np.broadcast_to((people / 40)[:, None, None], (400, 64, 64)).astype(np.float32)
    monkeypatch.setattr(sklearn.datasets, "fetch_olivetti_faces", lambda: SimpleNamespace(images=shades, target=people))
    olivetti.fetched.cache_clear()
    try:
        data = load_olivetti(50, size=32)
        train, test = (torch.cat([images for images, *_ in split]) for split in (data.train(), data.test()))
        assert train.shape == (350, 1, 32, 32) and test.shape == (50, 1, 32, 32)
        assert float(train.max()) < float(test.min()) and [*data.fingerprints()] == ["olivetti pixels"]
    finally:
        olivetti.fetched.cache_clear()


def test_faces_that_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch):
    def no_network():
        raise OSError("no route to host")

    monkeypatch.setattr(sklearn.datasets, "fetch_olivetti_faces", no_network)
    olivetti.fetched.cache_clear()
    with pytest.raises(DongshouError, match="cannot fetch the faces of Olivetti: no route to host.*--data FOLDER"):
        load_olivetti().train()

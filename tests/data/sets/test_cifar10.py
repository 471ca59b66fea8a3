"""CIFAR-10 in the binary format and as Kaggle gives it: whole batches, the same pictures in both."""

from __future__ import annotations

import hashlib
import re
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dongshou.data import load_images, read_image_folder
from dongshou.data.sets import cifar10, cifar10_tiny
from dongshou.data.sets.cifar10 import BATCH, RECORD, read_batch
from dongshou.data.sources import SOURCES, File
from dongshou.data.sources.files import FilesNotFound, bundle, cache_directory, fetch, fingerprints, obtainable
from dongshou.errors import DongshouError, UsageError


def a_batch(seed: int = 0) -> bytes:
    """A file of 10,000 records with random pixels."""
    records = np.random.default_rng(seed).integers(0, 256, (BATCH, RECORD), dtype=np.uint8)
    records[:, 0] %= 10
    return records.tobytes()


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of CIFAR-10 in a directory of DONGSHOU_DATA, with two files of random pixels."""
    contents = {"data_batch_1.bin": a_batch(1), "test_batch.bin": a_batch(2)}
    files = tuple(File(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in contents.items())
    nowhere = File("cifar-10-binary.tar.gz", 1, "0" * 64, ("http://127.0.0.1:9/cifar-10-binary.tar.gz",))
    monkeypatch.setitem(SOURCES, "cifar10", replace(SOURCES["cifar10"], files=files, archive=nowhere))
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path / "data"))
    folder = tmp_path / "data" / "cifar10-batches-bin"
    folder.mkdir(parents=True)
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_record_is_a_label_and_three_planes(directory: Path) -> None:
    images, labels = cifar10.read("train")
    assert images.shape == (10_000, *cifar10.SHAPE) and images.dtype == torch.uint8
    assert labels.shape == (10_000,) and labels.dtype == torch.int64
    content = (directory / "data_batch_1.bin").read_bytes()
    start = 77 * RECORD
    assert int(labels[77]) == content[start]
    for channel, row, column in [(0, 0, 0), (1, 3, 5), (2, 31, 31)]:
        assert int(images[77, channel, row, column]) == content[start + 1 + 1024 * channel + 32 * row + column]


def test_further_batches_are_used_where_they_lie_beside(directory: Path) -> None:
    assert list(fingerprints("cifar10")) == ["data_batch_1.bin", "test_batch.bin"]
    (directory / "data_batch_3.bin").write_bytes(a_batch(3))
    images, _ = cifar10.read("train")
    assert len(images) == 20_000
    assert torch.equal(images[10_000:], read_batch(directory / "data_batch_3.bin")[0])
    assert len(cifar10.read("test")[0]) == 10_000
    found = fingerprints("cifar10")
    assert found["data_batch_3.bin"] == hashlib.sha256(a_batch(3)).hexdigest() and len(found) == 3
    carried = bundle(directory.parent.parent / "usb", ["cifar10"])
    assert (carried / "cifar10-batches-bin" / "data_batch_3.bin").is_file()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (a_batch()[:-1], "is truncated: expected 30,730,000 bytes, it holds 30,729,999"),
        (a_batch()[:RECORD], "is truncated"),
        (a_batch() + b"\0", "is not a batch of CIFAR-10: expected 30,730,000 bytes"),
        (a_batch()[: 5 * RECORD] + b"\x0a" + a_batch()[5 * RECORD + 1 :], "expected labels 0 to 9, record 5 has 10"),
    ],
    ids=["cut", "one record", "longer", "label"],
)
def test_a_wrong_batch_is_named(content: bytes, fault: str, directory: Path) -> None:
    (directory / "data_batch_2.bin").write_bytes(content)
    with pytest.raises(
        DongshouError, match=rf"^.*data_batch_2.bin .*{re.escape(fault)}.*Fetch it again, or delete it\.$"
    ):
        cifar10.read("train")


def test_the_first_batch_is_verified_by_its_hash(directory: Path) -> None:
    (directory / "data_batch_1.bin").write_bytes(a_batch(9))
    with pytest.raises(DongshouError, match="data_batch_1.bin has sha256"):
        cifar10.read("train")


def test_what_is_missing_comes_out_of_the_archive(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = directory.parent / "cifar-10-binary.tar.gz"
    (directory / "data_batch_4.bin").write_bytes(a_batch(4))
    (directory / "readme.html").write_text("not needed")
    with tarfile.open(packed, "w:gz", compresslevel=0) as archive:
        archive.add(directory, "cifar-10-batches-bin")
    shutil.rmtree(directory)
    directory.mkdir()
    assert "put cifar-10-binary.tar.gz into" in message_of_fetching("cifar10")
    packed = packed.rename(directory / packed.name)  # brought from another machine
    archive_file = File(packed.name, packed.stat().st_size, hashlib.sha256(packed.read_bytes()).hexdigest())
    monkeypatch.setitem(SOURCES, "cifar10", replace(SOURCES["cifar10"], archive=archive_file))
    folder = cache_directory() / "cifar10-batches-bin"
    names = ["data_batch_1.bin", "data_batch_4.bin", "test_batch.bin"]
    assert sorted(path.name for path in fetch("cifar10")) == names
    assert sorted(path.name for path in folder.iterdir()) == names
    assert len(cifar10.read("train")[0]) == 20_000 and packed.exists()
    packed.write_bytes(b"half")
    (folder / "test_batch.bin").unlink()
    with pytest.raises(DongshouError, match="cifar-10-binary.tar.gz has 4 bytes instead of"):
        cifar10.read("test")


def message_of_fetching(name: str) -> str:
    with pytest.raises(FilesNotFound) as caught:
        fetch(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_tiny_set_is_on_no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DONGSHOU_DATA", raising=False)
    folder = cache_directory() / "cifar10-kaggle-tiny"
    message = message_of_fetching("cifar10-tiny")
    asked = f"kaggle_cifar10_tiny.zip is on no mirror. Put kaggle_cifar10_tiny.zip into {folder}."
    assert message.startswith(f"{asked} Or take ") and "--images" in message
    assert "cifar10-tiny" not in obtainable() and {"cifar10", "digits"} <= set(obtainable())


@pytest.mark.parametrize("dataset", [cifar10, cifar10_tiny])
def test_another_split_is_refused(dataset) -> None:
    with pytest.raises(UsageError, match='no split "valid".*train, test'):
        dataset.read("valid")


def test_colors_are_standardized_each_by_its_own(directory: Path) -> None:
    mean, std = (0.5, 0.4, 0.3), (0.2, 0.25, 0.5)
    images = load_images("cifar10", 10_000, normalize=(mean, std))
    assert images.shape == (3, 32, 32) and images.classes == cifar10.CLASSES
    tests = images.test()
    assert tests is not None
    inputs, _ = next(iter(tests))
    pixels = cifar10.read("test")[0][: len(inputs)].double() / 255
    expected = (pixels - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)
    assert torch.allclose(inputs.double(), expected, atol=1e-5)


def test_as_many_numbers_as_channels() -> None:
    with pytest.raises(UsageError, match=r"for each of 1 channel\(s\); got 3"):
        load_images("digits", normalize=(cifar10.MEAN, cifar10.STD))


def test_the_augmentation_is_for_training_alone(directory: Path) -> None:
    def black(images, labels, generator):
        return torch.zeros_like(images), labels

    images = load_images("cifar10", 10, augment=black)
    assert next(iter(images.train()))[0].max() == 0
    tests = images.test()
    assert tests is not None and next(iter(tests))[0].max() == 1


def test_the_real_batches(real_data: Callable[[str], list[Path]]) -> None:
    real_data("cifar10")
    images, labels = cifar10.read("test")
    assert labels.bincount().tolist() == [1000] * 10
    images, labels = cifar10.read("train")
    pixels = images.float() / 255
    assert pixels.mean((0, 2, 3)).tolist() == pytest.approx(cifar10.MEAN, abs=0.01)
    assert pixels.std((0, 2, 3)).tolist() == pytest.approx(cifar10.STD, abs=0.002)


def test_kaggles_pictures_are_the_rows_of_the_batches(real_data: Callable[[str], list[Path]]) -> None:
    real_data("cifar10"), real_data("cifar10-tiny")
    images, labels = cifar10.read("train")
    tiny = read_image_folder(cifar10_tiny.directory() / "train", cifar10_tiny.directory() / "trainLabels.csv")
    assert len(tiny) == 1000 and tiny.classes == cifar10.CLASSES
    assert list(map(int, tiny.ids)) == sorted(map(int, tiny.ids))
    here = [index for index, id in enumerate(tiny.ids) if int(id) <= 10_000]
    assert len(here) > 50
    rows = [int(tiny.ids[index]) - 1 for index in here]  # id n is row n - 1
    chosen = tiny.rows(here)
    assert torch.equal(chosen.read(32), images[rows])
    assert torch.equal(chosen.labels, labels[rows])


def test_the_tiny_set(real_data: Callable[[str], list[Path]]) -> None:
    real_data("cifar10-tiny")
    images, labels = cifar10_tiny.read("train")
    assert images.shape == (800, 3, 32, 32) and labels.bincount().tolist() == [80] * 10
    assert cifar10_tiny.read("test")[1].bincount().tolist() == [20] * 10
    assert torch.equal(cifar10_tiny.read("train")[0], images)
    to_predict = read_image_folder(cifar10_tiny.directory() / "test")
    assert to_predict.ids == tuple(str(number) for number in range(1, 101)) and len(to_predict.labels) == 0
    with Image.open(to_predict.paths[9]) as picture:
        assert np.array_equal(to_predict.rows([9]).read(32)[0].permute(1, 2, 0), np.asarray(picture.convert("RGB")))
    assert "cifar10-tiny" in obtainable()
    assert [path.name for path in cache_directory().joinpath("cifar10-kaggle-tiny").iterdir()] == [
        "kaggle_cifar10_tiny"
    ]


def test_a_cache_that_cannot_be_written(
    real_data: Callable[[str], list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_data("cifar10-tiny")
    (tmp_path / "file").write_text("a file, not a directory")
    monkeypatch.setenv("DONGSHOU_CACHE", str(tmp_path / "file"))
    with pytest.raises(DongshouError, match="Cannot write .* Set DONGSHOU_CACHE"):
        cifar10_tiny.directory()

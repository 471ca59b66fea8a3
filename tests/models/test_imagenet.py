"""Published weights: found, verified, downloaded from a mirror on this machine, or out of reach."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from dongshou import models
from dongshou.data.sources.files import FilesNotFound, cache_directory
from dongshou.errors import DongshouError, UsageError
from dongshou.models import imagenet


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that stands for the weights of resnet18, in a folder that is on no list."""
    folder = tmp_path / "server"
    folder.mkdir()
    torch.save(models.mlp(2, (3,), 4).state_dict(), folder / "new.pth")
    beginning = hashlib.sha256((folder / "new.pth").read_bytes()).hexdigest()[:8]
    file = (folder / "new.pth").rename(folder / f"resnet18-{beginning}.pth")
    monkeypatch.setitem(imagenet.FILES, "resnet18", file.name)
    monkeypatch.setattr(imagenet, "MIRROR", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.delenv("DONGSHOU_DATA", raising=False)
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    return file


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], Path]:
    """Put a file into the folder of weights of a directory of DONGSHOU_DATA."""

    def put(name: str, content: bytes) -> Path:
        monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path / "data"))
        path = tmp_path / "data" / "imagenet-weights" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        return path

    return put


def test_a_file_of_ones_own(declared: Path, place: Callable[[str, bytes], Path]):
    path = place(declared.name, declared.read_bytes())
    assert models.imagenet_weights("resnet18") == path
    models.load_weights(models.mlp(2, (3,), 4), path)


def test_a_wrong_file(declared: Path, place: Callable[[str, bytes], Path]):
    path = place(declared.name, b"another")
    with pytest.raises(DongshouError, match=f"{declared.name} has sha256 .* instead of .*Replace it") as caught:
        models.imagenet_weights("resnet18")
    assert "\n" not in str(caught.value) and path.read_bytes() == b"another"


def test_a_download(declared: Path, monkeypatch: pytest.MonkeyPatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(declared.parent))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setattr(imagenet, "MIRROR", f"http://127.0.0.1:{server.server_port}")
        path = models.imagenet_weights("resnet18")
        server.shutdown()
    assert path == cache_directory() / "imagenet-weights" / declared.name
    assert path.read_bytes() == declared.read_bytes()
    monkeypatch.setattr(imagenet, "MIRROR", "http://127.0.0.1:9")
    assert models.imagenet_weights("resnet18") == path


def test_out_of_reach(declared: Path):
    with pytest.raises(FilesNotFound, match=f"no connection.*Without internet, put {declared.name} into") as caught:
        models.imagenet_weights("resnet18")
    assert "\n" not in str(caught.value)
    assert not [*cache_directory().rglob("*.p*")]


def test_a_network_without_published_weights():
    with pytest.raises(UsageError, match='No ImageNet weights for "resnet8".*Did you mean resnet18'):
        models.imagenet_weights("resnet8")


def test_every_file_names_its_hash_and_its_network():
    for name, file in imagenet.FILES.items():
        source = imagenet.source_of(name)
        assert callable(getattr(models, name)) and file.startswith(name)
        assert int(source.files[0].sha256, 16) > 0 and len(source.files[0].sha256) == 8
        assert source.files[0].urls == (f"https://download.pytorch.org/models/{file}",)

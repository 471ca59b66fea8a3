"""Finding, fetching and verifying files, with mirrors on this machine that lie, break off or stay silent."""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dongshou.data.images.load import read_images
from dongshou.data.sources import SOURCES, File, Source
from dongshou.data.sources.download import atomic_path
from dongshou.data.sources.files import bundle, cache_directory, fetch, find, fingerprints, path_of, verify
from dongshou.errors import DongshouError, UsageError

CONTENT = {"first.bin": bytes(range(256)) * 1000, "second.txt": b"two\n"}
MNIST_TRAIN = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
CLOSED = "http://127.0.0.1:9"  # nobody listens there


class Mirror(BaseHTTPRequestHandler):
    """/good/NAME is the file, /short/NAME breaks off, /wrong/NAME is another file; nothing else is found."""

    def do_GET(self):
        self.server.asked.append(self.path)
        kind, _, name = self.path.strip("/").partition("/")
        content = CONTENT.get(name)
        if content is None or kind not in ("good", "short", "wrong"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write({"good": content, "short": content[:-1], "wrong": content[::-1]}[kind])

    def log_message(self, format, *args):
        pass


@pytest.fixture
def mirror():
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.asked = []
        server.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def declare(monkeypatch):
    """Make a data set "toy" of the two files, to be had from these mirrors."""
    monkeypatch.delenv("DONGSHOU_DATA", raising=False)
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)

    def declare(*mirrors: str) -> Source:
        declared = tuple(
            File(name, len(data), hashlib.sha256(data).hexdigest(), tuple(f"{url}/{name}" for url in mirrors))
            for name, data in CONTENT.items()
        )
        source = Source("toy", "toys", "a test", "public domain", "toys", declared)
        monkeypatch.setitem(SOURCES, "toy", source)
        return source

    return declare


@pytest.fixture
def data_directory(tmp_path, monkeypatch):
    """A directory of DONGSHOU_DATA in which the data set lies."""
    directory = tmp_path / "data"
    (directory / "toys").mkdir(parents=True)
    for name, data in CONTENT.items():
        (directory / "toys" / name).write_bytes(data)

    def name_it():
        monkeypatch.setenv("DONGSHOU_DATA", os.pathsep.join([str(tmp_path / "nowhere"), "", str(directory)]))
        return directory

    return name_it


def message_of(call, *arguments) -> str:
    with pytest.raises(DongshouError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def left_in_cache() -> list[str]:
    return sorted(path.name for path in cache_directory().rglob("*") if path.is_file())


def test_a_file_is_fetched_once_and_kept(declare, mirror):
    declare(f"{mirror.address}/good")
    path = path_of("toy", "first.bin")
    assert path == cache_directory() / "toys" / "first.bin"
    assert path.read_bytes() == CONTENT["first.bin"]
    assert path_of("toy", "first.bin") == path
    assert mirror.asked == ["/good/first.bin"]
    assert left_in_cache() == ["first.bin"]


def test_fetch_brings_every_file(declare, mirror, capfd):
    source = declare(f"{mirror.address}/good")
    assert [path.name for path in fetch("toy")] == list(CONTENT)
    assert all(find(source, file) for file in source.files)
    assert capfd.readouterr() == ("", "")


def test_progress_goes_to_standard_error(declare, mirror, capfd, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    declare(f"{mirror.address}/good")
    fetch("toy", progress=True)
    out, err = capfd.readouterr()
    assert out == "" and "first.bin" in err


@pytest.mark.parametrize("bad", ["short", "wrong", "absent"])
def test_the_next_mirror_is_tried(bad, declare, mirror):
    declare(CLOSED, f"{mirror.address}/{bad}", f"{mirror.address}/good")
    assert path_of("toy", "first.bin").read_bytes() == CONTENT["first.bin"]
    assert mirror.asked == [f"/{bad}/first.bin", "/good/first.bin"]
    assert left_in_cache() == ["first.bin"]


@pytest.mark.parametrize("bad, fault", [("short", "it broke off"), ("wrong", "sha256"), ("absent", "HTTP 404")])
def test_what_no_mirror_has_whole_leaves_no_trace(bad, fault, declare, mirror):
    declare(f"{mirror.address}/{bad}")
    message = message_of(path_of, "toy", "first.bin")
    assert "first.bin could not be downloaded" in message and fault in message
    assert left_in_cache() == []


def test_without_network_one_line_says_what_to_put_where(declare, tmp_path, monkeypatch):
    declare(CLOSED)
    message = message_of(fetch, "toy")
    assert f"put first.bin, second.txt into {cache_directory() / 'toys'}" in message
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path / "usb"))
    message = message_of(fetch, "toy")
    assert f"into {tmp_path / 'usb' / 'toys'}" in message
    assert f"{tmp_path / 'usb'}, named in DONGSHOU_DATA, does not exist." in message


def test_a_data_directory_that_is_one_too_deep(declare, data_directory, monkeypatch):
    declare(CLOSED)
    directory = data_directory()
    monkeypatch.setenv("DONGSHOU_DATA", str(directory / "toys"))
    assert f"DONGSHOU_DATA names the directory above that of the files: {directory}, not" in message_of(fetch, "toy")


def test_images_point_to_an_experiment_that_needs_none(declare, monkeypatch):
    source = declare(CLOSED)
    files = tuple(replace(file, name=name) for file, name in zip(source.files, MNIST_TRAIN, strict=True))
    monkeypatch.setitem(SOURCES, "mnist", replace(SOURCES["mnist"], files=files))
    assert "`dongshou run mlp:digits`" in message_of(read_images, "mnist", "train", 28)
    assert "digits" not in message_of(fetch, "mnist")


def test_a_silent_mirror_is_given_up(declare, monkeypatch):
    import socket

    monkeypatch.setattr("dongshou.data.sources.download.READ_TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        declare(f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "no answer in time" in message_of(path_of, "toy", "first.bin")


def test_a_data_directory_comes_before_the_network(declare, data_directory):
    declare(CLOSED)
    directory = data_directory()
    assert path_of("toy", "first.bin") == directory / "toys" / "first.bin"
    assert not cache_directory().exists()


@pytest.mark.parametrize("content", [b"", CONTENT["first.bin"][:-1], CONTENT["first.bin"][::-1]])
def test_a_bad_file_in_a_data_directory_is_named_and_left_alone(content, declare, data_directory, mirror):
    declare(f"{mirror.address}/good")
    path = data_directory() / "toys" / "first.bin"
    path.write_bytes(content)
    message = message_of(path_of, "toy", "first.bin")
    assert str(path) in message and "instead of" in message and "Replace it" in message
    assert path.read_bytes() == content
    assert mirror.asked == []


def test_a_bad_file_in_the_cache_is_fetched_anew(declare, mirror):
    declare(f"{mirror.address}/good")
    path = path_of("toy", "first.bin")
    path.write_bytes(b"half")
    assert path_of("toy", "first.bin").read_bytes() == CONTENT["first.bin"]


def test_a_bad_file_in_the_cache_does_not_stay_without_network(declare):
    declare(CLOSED)
    path = cache_directory() / "toys" / "first.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")
    message_of(path_of, "toy", "first.bin")
    assert left_in_cache() == []


def test_a_file_is_hashed_once_until_it_changes(declare, data_directory, monkeypatch):
    import dongshou.data.sources.download as download

    declare(CLOSED)
    path = data_directory() / "toys" / "first.bin"
    hashed = []
    monkeypatch.setattr(download, "sha256", lambda data: hashed.append(len(data)) or hashlib.sha256(data))
    path_of("toy", "first.bin")
    path_of("toy", "first.bin")
    assert len(hashed) == 1
    os.utime(path, ns=(0, 0))
    path_of("toy", "first.bin")
    assert len(hashed) == 2


def test_a_cache_that_cannot_be_written(declare, mirror, monkeypatch, tmp_path):
    declare(f"{mirror.address}/good")
    (tmp_path / "file").write_text("a file, not a directory")
    monkeypatch.setenv("DONGSHOU_CACHE", str(tmp_path / "file"))
    message = message_of(path_of, "toy", "first.bin")
    assert "Cannot write" in message and "Set DONGSHOU_CACHE" in message


@pytest.mark.skipif(os.name == "nt" or getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_read_only_cache(declare, mirror):
    declare(f"{mirror.address}/good")
    cache_directory().mkdir()
    cache_directory().chmod(0o500)
    assert "Set DONGSHOU_CACHE" in message_of(path_of, "toy", "first.bin")


def test_the_cache_of_the_system_is_the_default(monkeypatch, tmp_path):
    import platformdirs

    monkeypatch.delenv("DONGSHOU_CACHE")
    assert cache_directory() == platformdirs.user_cache_path("dongshou", appauthor=False)


def test_names_that_do_not_exist(declare):
    declare(CLOSED)
    for call, arguments in [
        (path_of, ("toys", "first.bin")),
        (path_of, ("toy", "first.bni")),
        (fetch, ("tpy",)),
    ]:
        with pytest.raises(UsageError, match="Did you mean"):
            call(*arguments)


def test_fingerprints(declare):
    declare(CLOSED)
    assert fingerprints("toy") == {name: hashlib.sha256(data).hexdigest() for name, data in CONTENT.items()}
    assert fingerprints("digits") == {}


def test_verify_reports_every_file_in_every_place(declare, data_directory, mirror):
    declare(f"{mirror.address}/good")
    assert [(report.file, report.state) for report in verify(["toy"])] == [
        ("first.bin", "missing"),
        ("second.txt", "missing"),
    ]
    fetch("toy")
    directory = data_directory()
    (directory / "toys" / "first.bin").write_bytes(b"half")
    (directory / "toys" / "second.txt").unlink()
    reports = verify(["toy"])
    assert [(report.path.parent.parent, report.file, report.state) for report in reports] == [
        (directory, "first.bin", "corrupt"),
        (cache_directory(), "first.bin", "ok"),
        (cache_directory(), "second.txt", "ok"),
    ]
    assert "4 bytes instead of 256,000" in reports[0].detail
    assert {report.dataset for report in verify()} == {source.name for source in SOURCES.values() if source.files}


def test_a_bundle_is_all_that_another_machine_needs(declare, mirror, monkeypatch, tmp_path):
    declare(f"{mirror.address}/good")
    directory = bundle(tmp_path / "usb" / "stick", ["toy", "digits"])
    bundle(directory, ["toy"])  # once more does no harm
    assert sorted(path.name for path in directory.rglob("*") if path.is_file()) == ["README.md", *CONTENT]
    readme = (directory / "README.md").read_text(encoding="utf-8")
    assert "toys/" in readme and "Licence: public domain" in readme and "Source: a test" in readme
    declare(CLOSED)
    monkeypatch.setenv("DONGSHOU_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("DONGSHOU_DATA", str(directory))
    assert all(path.is_relative_to(directory) for path in fetch("toy"))
    bundle(directory, ["toy"])  # into the very directory that the files come from
    assert {report.state for report in verify(["toy"])} == {"ok"}


def test_a_bundle_that_cannot_be_written(declare, mirror, tmp_path):
    declare(f"{mirror.address}/good")
    (tmp_path / "file").write_text("a file, not a directory")
    assert "Cannot write" in message_of(bundle, tmp_path / "file", ["toy"])


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_path(path) as partial:
        partial.write_text("half of the ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_real_files_are_the_declared_ones(real_data):
    for path in real_data("airfoil"):
        assert path_of("airfoil", path.name) == path

"""Every command on consoles that lack the characters of bars, boxes and ticks, and into files that are full."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from dongshou.cli import COMMANDS, main
from dongshou.cli.console import any_console, similar

ENCODINGS = ("ascii", "cp1252", "gbk", "utf-8")


class Console:
    """Standard output and error as a console of some encoding, which is strict."""

    def __init__(self, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.encoding = encoding
        self.streams = {name: io.TextIOWrapper(io.BytesIO(), encoding) for name in ("stdout", "stderr")}
        for name, stream in self.streams.items():
            monkeypatch.setattr(sys, name, stream)

    def said(self, name: str = "stdout") -> str:
        """What was printed since the last look."""
        stream = self.streams[name]
        stream.flush()
        content = stream.buffer.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
        stream.seek(0)
        stream.truncate()
        return content.decode(self.encoding)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    sheet = Image.new("L", (60, 60), 240)
    ImageDraw.Draw(sheet).line((30, 10, 30, 50), fill=10, width=6)
    sheet.save(tmp_path / "一.png")
    return tmp_path / "一.png"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_prints_on_every_console(
    encoding: str, shared_runs: Path, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, two = (str(path) for path in sorted(shared_runs.iterdir()) if path.is_dir())
    runs = str(tmp_path / "运行")
    trial = ["mlp:digits", "--epochs", "1", "--limit", "64", "--runs", runs]
    lines = [
        ["--help"],
        ["list"],
        ["run", *trial],
        ["runs", "--runs", runs],
        ["show", one],
        ["compare", one, two, "--runs", runs],
        ["reproduce", *trial, "--seeds", "1"],
        ["summary", "lenet"],
        ["predict", one, str(photo)],
        ["data", "list"],
        ["doctor"],
    ]
    assert {line[0] for line in lines[1:]} == set(COMMANDS)
    console = Console(encoding, monkeypatch)
    for line in lines:
        assert main(line) == 0, console.said("stderr")
        assert console.said()
    assert "epoch 1" in console.said("stderr")  # the progress of the run
    assert console.streams["stdout"].errors == "strict"  # as it was


@pytest.mark.parametrize(("encoding", "bar", "tick"), [("ascii", "#", "+"), ("gbk", "█", "+"), ("utf-8", "█", "✓")])
def test_what_is_replaced_looks_similar(
    encoding: str, bar: str, tick: str, shared_runs: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(encoding, monkeypatch)
    run = next(str(path) for path in shared_runs.iterdir() if path.is_dir())
    assert main(["predict", run, str(photo)]) == 0
    assert f"%  {bar}" in console.said()
    assert main(["doctor"]) == 0
    assert console.said().startswith(f"{tick} versions")


def test_json_is_whole_on_every_console(shared_runs: Path, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = next(str(path) for path in shared_runs.iterdir() if path.is_dir())
    for encoding in ENCODINGS:
        console = Console(encoding, monkeypatch)
        assert main(["predict", run, str(photo), "--json"]) == 0
        assert json.loads(console.said())["predictions"][0]["image"] == str(photo)


def test_a_file_name_that_is_no_text(fails: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console("utf-8", monkeypatch)
    assert main(["runs", "--runs", os.fsdecode(b"/nowhere/\xff")]) == 0
    assert "There are no runs in /nowhere/?" in console.said()


def test_similar_characters_are_ascii() -> None:
    every = "".join(map(chr, range(0x2000, 0x2900)))
    assert "".join(map(similar, every)).isascii()
    assert "".join(map(similar, "╭─┬─╮│┃▁█⣿")) == "+-+-+||##*"


def test_the_former_handler_comes_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console("ascii", monkeypatch)
    with pytest.raises(KeyError), any_console():
        print("→")
        raise KeyError
    assert console.said() == "->\n"
    with pytest.raises(UnicodeEncodeError):
        print("→")
        console.said()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk"])
def test_as_a_program(encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "LANG": "C", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-m", "dongshou", "--help"], capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert ("动手" in done.stdout.decode(encoding)) == (encoding == "gbk")


needs_a_full_device = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")


@needs_a_full_device
@pytest.mark.parametrize("command", ["list", "--help"])
def test_output_that_finds_no_room(command: str) -> None:
    with open("/dev/full", "w") as full:
        line = [sys.executable, "-m", "dongshou", *command.split()]
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "dongshou: No space left on device.\n")


@needs_a_full_device
def test_json_that_finds_no_room(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In this process, for which all experiments are imported once."""
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["list", "--json"]) == 1
    assert capsys.readouterr().err == "dongshou: No space left on device.\n"

"""`dongshou data` and `dongshou doctor`"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dongshou.cli import main
from dongshou.data.sources import SOURCES


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No data set on this machine but the one that needs no files."""
    monkeypatch.delenv("DONGSHOU_DATA", raising=False)


def test_list(nothing_here: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "list"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in SOURCES)
    assert main(["data", "list", "--json"]) == 0
    here = {data["name"]: data["here"] for data in json.loads(capsys.readouterr().out)["data"]}
    assert here["digits"] == "inside scikit-learn" and here["mnist"] is None
    assert here["python-manual"] == "inside Python" and here["dates"] == here["countries"] == "inside Babel"
    assert here.keys() >= {"time-machine", "tiny-shakespeare", "tang-poems", "ptb", "wikitext-2", "fra-eng", "names"}


def test_verify_and_bundle(tmp_path: Path, real_data: Callable, capsys: pytest.CaptureFixture[str]) -> None:
    real_data("airfoil")
    assert main(["data", "bundle", str(tmp_path / "bundle"), "airfoil"]) == 0
    assert (tmp_path / "bundle" / "airfoil" / "airfoil_self_noise.dat").is_file()
    assert main(["data", "verify", "airfoil", "--json"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{tmp_path / 'bundle'}\n") and '"state": "ok"' in said


def test_fetch_what_is_here(real_data: Callable, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = real_data("airfoil")
    assert main(["data", "fetch", "airfoil"]) == 0
    assert capsys.readouterr().out == f"{path}\n"


def test_a_corrupt_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fails: Callable[..., str]
) -> None:
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path))
    (tmp_path / "airfoil").mkdir()
    (tmp_path / "airfoil" / "airfoil_self_noise.dat").write_text("1 2 3")
    assert "airfoil_self_noise.dat: not the right content" in fails(1, "data", "verify", "airfoil")
    assert main(["doctor"]) == 1
    assert "✗ data airfoil" in capsys.readouterr().out


def test_a_file_that_is_cut_off_is_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path))
    (tmp_path / "airfoil").mkdir()
    (tmp_path / "airfoil" / "airfoil_self_noise.dat").write_text("1 2 3")
    assert main(["data", "list", "--json"]) == 0
    here = {data["name"]: data["here"] for data in json.loads(capsys.readouterr().out)["data"]}
    assert here["airfoil"] is None


def test_verify_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fails: Callable[..., str]
) -> None:
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path / "nowhere"))
    said = fails(1, "data", "verify", "mnist", "airfoil")
    assert "mnist, airfoil: not here, or not whole" in said
    assert "nowhere, named in DONGSHOU_DATA, does not exist" in said
    assert main(["data", "verify"]) == 0  # none was asked for
    assert "nowhere, named in DONGSHOU_DATA, does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fech"], "Did you mean fetch?"),
        (["fetch"], "name the data sets to fetch"),
        (["fetch", "mist"], "Did you mean mnist?"),
        (["verify", "mist"], "Did you mean mnist?"),
        (["bundle"], "DIR is missing"),
    ],
)
def test_wrong_use(arguments: list[str], says: str, fails: Callable[..., str]) -> None:
    assert says in fails(2, "data", *arguments)


def test_doctor_of_a_sound_machine(nothing_here: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert all(f"✓ {what}" in said for what in ("versions", "processor", "devices", "data digits", "runs", "cache"))
    assert "✗ data mnist: not here; dongshou data fetch mnist" in said


def test_doctor_finds_what_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DONGSHOU_DATA", str(tmp_path / "nowhere"))
    assert main(["doctor", "--runs", str(tmp_path / "file"), "--json"]) == 1
    findings = {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["runs"]["broken"] and "--runs" in findings["runs"]["cure"]
    assert findings["DONGSHOU_DATA"]["broken"]

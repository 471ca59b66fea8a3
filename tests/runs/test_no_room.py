"""Disks that are full or cannot be written: one line, nothing half-written, and runs that go on afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from dongshou.cli import main
from dongshou.errors import DongshouError
from dongshou.runs import Run, list_runs
from dongshou.runs.record import Record
from dongshou.training import Drew, Wrote
from dongshou.training.events import Snapshot
from tests.runs.disk import Disk

TRIAL = ["mlp:digits", "--epochs", "2", "--limit", "64", "--quiet"]


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    (tmp_path / "disk").mkdir()
    return Disk(tmp_path / "disk", monkeypatch)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that is done, and all that it took."""
    runs = tmp_path_factory.mktemp("done")
    assert main(["run", *TRIAL, "--runs", str(runs)]) == 0
    return list_runs(runs)[0]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    sheet = Image.new("L", (60, 60), 240)
    ImageDraw.Draw(sheet).line((30, 10, 30, 50), fill=10, width=6)
    sheet.save(tmp_path / "one.png")
    return tmp_path / "one.png"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, codes: tuple[int, ...] = (1,)) -> str:
    """The one line that a command ends with."""
    capsys.readouterr()
    assert main(list(arguments)) in codes
    said = capsys.readouterr().err.splitlines()
    assert len([line for line in said if line.startswith("dongshou: ")]) == 1 and "Traceback" not in "".join(said)
    return said[-1]


def leftovers(directory: Path) -> list[str]:
    names = [str(path.relative_to(directory)) for path in directory.rglob("*")]
    return [name for name in names if "partial" in name or "unfinished" in name or "probe" in name]


def size_of(run: Run) -> int:
    return sum(path.stat().st_size for path in run.path.rglob("*") if path.is_file())


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 0.85])
def test_a_run_on_a_full_disk_goes_on_once_there_is_room(
    share: float, done: Run, disk: Disk, capsys: pytest.CaptureFixture[str]
) -> None:
    disk.room = int(share * size_of(done))
    runs = Path(disk.root) / "runs"
    said = refused(capsys, "run", *TRIAL, "--runs", str(runs))
    assert "No space left on device" in said and "could not be written" in said
    if share == 0.0:
        assert list(Path(disk.root).iterdir()) == []  # nothing at all
        return
    assert leftovers(runs) == []
    (run,) = list_runs(runs)
    assert run.status == "failed"
    named = [run.path / line["path"] for line in run.lines() if "path" in line and line["event"] != "checkpoint"]
    assert all(path.is_file() for path in named)
    disk.room = None
    assert main(["run", *TRIAL, "--resume", str(run.path)]) == 0
    assert Run(run.path).result == done.result


def test_what_cannot_be_resumed_where_it_lies(done: Run, disk: Disk, capsys: pytest.CaptureFixture[str]) -> None:
    half = Path(disk.root) / "half"
    shutil.copytree(done.path, half)
    (half / "result.json").unlink()
    before = {path: path.read_bytes() for path in half.rglob("*") if path.is_file()}
    disk.read_only = True
    said = refused(capsys, "run", *TRIAL, "--resume", str(half))
    assert "half cannot be written: Read-only file system. Copy the run" in said
    assert main(["runs", "--runs", disk.root]) == 0 and main(["show", str(half)]) == 0
    assert before == {path: path.read_bytes() for path in half.rglob("*") if path.is_file()}
    disk.read_only = False
    assert main(["run", *TRIAL, "--resume", str(half)]) == 0


@pytest.mark.parametrize("room", [0, "read-only"])
def test_every_command_that_writes_says_so_in_one_line(
    room: int | str, done: Run, disk: Disk, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    run, other, place = Path(disk.root) / "run", Path(disk.root) / "other", Path(disk.root) / "new"
    shutil.copytree(done.path, run)
    shutil.copytree(done.path, other)
    monkeypatch.setenv("DONGSHOU_CACHE", str(place / "cache"))
    before = sorted(Path(disk.root).rglob("*"))
    if room == "read-only":
        disk.read_only = True
    else:
        disk.room = disk.written
    lines = [
        ["run", *TRIAL, "--runs", str(place)],
        ["predict", str(run), str(photo)],
        ["compare", str(run), str(other), "--runs", str(place)],
        [
            "reproduce",
            *TRIAL,
            "--seeds",
            "1",
            "--results",
            str(place / "results"),
            "--runs",
            str(photo.parent / "runs"),
        ],
    ]
    for line in lines:
        said = refused(capsys, *line)
        assert "Read-only file system" in said or "No space left on device" in said
        assert sorted(Path(disk.root).rglob("*")) == before
    assert not (photo.parent / "runs").exists()  # `reproduce` asks before it trains


def test_a_bundle_that_finds_no_room(real_data, disk: Disk, capsys: pytest.CaptureFixture[str]) -> None:
    real_data("airfoil")
    disk.room = 100
    assert "No space left" in refused(capsys, "data", "bundle", disk.root + "/bundle", "airfoil")
    assert leftovers(Path(disk.root)) == []


def figure():
    from dongshou.drawing import new_axes

    return new_axes().figure


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (lambda: Drew("ways", figure()), "figures/ways.png"),
        (lambda: Snapshot("ways", {}), "tensors/000000-ways.safetensors"),
        (lambda: Wrote("ways.csv", "x,y\n"), "ways.csv"),
    ],
)
def test_a_file_lies_there_before_the_record_names_it(event, path: str, disk: Disk) -> None:
    """Whoever reads along, such as a live picture, may open what a line names."""
    record = Record(Path(disk.root))
    line, was_there = record._line, []
    record._line = lambda *args, **values: (
        was_there.append((Path(disk.root) / values["path"]).is_file()),
        line(*args, **values),
    )
    record.write(event())
    assert was_there == [True]
    (told,) = Path(disk.root, "metrics.jsonl").read_text().splitlines()
    assert f'"path": "{path}"' in told
    disk.room = disk.written
    with pytest.raises(DongshouError, match="could not be written: No space left"):
        record.write(event())
    disk.room = None
    assert len(Path(disk.root, "metrics.jsonl").read_text().splitlines()) == 1  # no line for what is not there
    record.close()

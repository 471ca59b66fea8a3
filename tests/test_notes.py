"""What readers say about a user's own data: as a warning, on the command line, in the record of a run, once each."""

from __future__ import annotations

import pytest

from dongshou.cli import main
from dongshou.notes import DataNote, note, notes_kept, notes_shown
from dongshou.runs import execute
from tests.training import toys

TEXT = "the cat sat on the mat, 12 times.\n" * 90


def test_a_note_is_a_warning_of_its_own_class_at_the_line_of_the_caller():
    def reader() -> None:
        note("2 cells of 7")

    def load() -> None:
        reader()

    with pytest.warns(DataNote, match="2 cells of 7") as caught:
        load()
    assert caught[0].filename == __file__


def test_notes_are_shown_once_and_kept_by_everybody_who_listens():
    said: list[str] = []
    with notes_shown(said.append), notes_kept() as outer:
        note("a")
        with notes_kept() as inner:
            note("b")
            note("b")
        note("a")
    assert (said, outer, inner) == (["a", "b"], ["a", "b"], ["b"])
    with pytest.warns(DataNote, match="c"):
        note("c")
    assert said == outer == ["a", "b"]


def test_a_run_records_what_its_data_said():
    def make():
        note("3 pictures left out")
        return toys.classifier(epochs=1)

    with pytest.warns(DataNote, match="3 pictures"):
        run = execute(toys.declared(make))
    assert run.record["notes"] == ["3 pictures left out"]
    assert "notes" not in toys.toy(epochs=1).run().record


def test_the_command_line_says_it_in_one_line_once(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text(TEXT)
    small = "--num-hiddens 4 --epochs 1 --prompt cat --quiet".split()
    code = main(["run", "rnn-lm", "--text", str(tmp_path / "mine.txt"), *small, "--runs", str(tmp_path / "runs")])
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert code == 0 and len(said) == 1
    assert said[0].startswith("note: mine.txt: 360 of 2,340 characters are not letters")

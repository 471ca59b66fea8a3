"""The sentences that the source says, found without running it."""

from __future__ import annotations

import ast

from dongshou.languages.documented import documented
from dongshou.languages.inventory import collected, inventory

CODE = '''
"""A module."""
from dongshou.errors import UsageError

class Misfit(UsageError):
    pass

def check(lr, near, words):
    """Not shown to anybody but a reader."""
    why = "of nothing" if near else f"of {near} alone"
    raise Misfit(f"lr is {'positive' if lr else 'given'}; got {{{lr}}} {why}. Take one." + f" Or {words}.")

def draw(axes, run):
    axes.set_xlabel("x")
    axes.set_ylabel("loss")
    axes.legend(loc="upper left")
    note(f"{run}: one file left out.")
    return ["not prose", "two words of prose here", "name"]

def torch_like(x):
    raise ValueError(f"{x}")
'''


def sentences(code: str, file: str = "tasks/own.py") -> set[str]:
    return {sentence for _, sentence in collected(file, ast.parse(code), {"DongshouError", "UsageError", "Misfit"})}


def test_what_is_raised_and_what_is_said() -> None:
    assert sentences(CODE) == {
        "lr is {}; got {{{}}} {}. Take one. Or {}.",
        "positive",
        "given",
        "of nothing",
        "of {} alone",
        "loss",
        "{}: one file left out.",
        "not prose",
        "two words of prose here",
    }


def test_what_only_raises_is_read_for_that_alone() -> None:
    assert "two words of prose here" not in sentences(CODE, "scratch/own.py")
    assert "of {} alone" in sentences(CODE, "scratch/own.py")


def test_the_help_of_a_command_and_of_an_experiment() -> None:
    command = ast.parse(
        'def show(run, json=False):\n    """Show it,\n    whole.\n\n    Args:\n        run: its name\n            or {path}\n        json: as JSON\n    """'
    )
    assert [text for _, text in documented("cli/show.py", command)] == [
        "Show it, whole.",
        "its name or {{path}}",
        "as JSON",
    ]
    experiment = ast.parse(
        '"""A title.\n\nMore."""\ndef experiment(lr=1.0) -> Experiment:\n    """First.\n\n    Second\n    half."""\ndef helper(x):\n    """No help."""'
    )
    assert [text for _, text in documented("experiments/unit/it.py", experiment)] == [
        "A title.",
        "First.",
        "Second half.",
    ]


def test_the_whole_package_is_read() -> None:
    by_file = {found.file.partition("/")[0] for found in inventory()}
    assert {"cli", "data", "experiments", "models", "runs", "tasks", "training", "autograd"} <= by_file
    assert len(inventory()) > 1000

"""The command line: `dongshou COMMAND ...`, a file for each command, imported only when it is used."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import dongshou
from dongshou.cli.console import any_console
from dongshou.cli.words import say, spoken
from dongshou.errors import DongshouError, UsageError, did_you_mean
from dongshou.experiments.own.trace import own_place, own_trace
from dongshou.languages import translate
from dongshou.notes import notes_shown

COMMANDS = {
    "list": "the experiments of the course, by unit",
    "run": "run an experiment and record it",
    "runs": "all runs",
    "show": "a run: its settings, its result, its curves",
    "compare": "several runs beside each other",
    "reproduce": "measure experiments and set them beside the published results",
    "summary": "what a network is made of: shapes, parameters, multiply-adds, receptive fields",
    "predict": "ask a trained model about pictures, texts or tables of your own",
    "data": "list, fetch, verify and bundle the data sets",
    "doctor": "whether this machine has what the course needs",
}
HELP_FLAGS = ("-h", "--help", "help")
INTERRUPTED = 130  # what a shell reports for a command that Ctrl-C ended


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0 done, 1 the work failed, 2 wrong use, 130 interrupted."""
    with (
        any_console(),
        spoken(sys.argv[1:] if argv is None else argv) as arguments,
        notes_shown(lambda text: say(f"note: {text}", error=True)),
    ):
        return guarded(arguments)


def guarded(arguments: Sequence[str]) -> int:
    """The exit code of a command, its errors told in one line."""
    try:
        code = dispatch(arguments)
        sys.stdout.flush()
        return code
    except DongshouError as error:
        place = own_place(error, own_folders())
        print("dongshou:", error, *([f"({place})"] if place else []), file=sys.stderr)
        return error.exit_code
    except SystemExit as exit:  # the help was shown
        return int(exit.code or 0)
    except KeyboardInterrupt:
        say("dongshou: interrupted.", error=True)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read along, such as `head`, has seen enough
        drop_output()
        return 0
    except Exception as error:
        return failed(error)


def failed(error: Exception) -> int:
    """What is no error of use: of a user's own file their lines, of a disk one line; any other is a fault of ours."""
    if trace := own_trace(error, own_folders()):
        print(trace, file=sys.stderr)
    elif isinstance(error, OSError):  # of a disk, or of standard output that goes to a full one
        where = f"{error.filename}: " if error.filename else ""
        say(f"dongshou: {where}{error.strerror or error}.", error=True)
        drop_output()
    else:
        raise error
    return 1


def own_folders() -> frozenset[Path]:
    """Where the user's own files lie that were run; nothing is imported for it."""
    loading = sys.modules.get("dongshou.experiments.own.loading")
    return frozenset() if loading is None else loading.loaded_folders()


def drop_output() -> None:
    """What is left in the buffer of standard output goes nowhere: at the end of Python it would fail again."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def dispatch(arguments: Sequence[str]) -> int:
    """Find the command and hand it the rest of the line. Raises UsageError for one that does not exist."""
    command, *rest = arguments or ["--help"]
    if command in HELP_FLAGS:
        print(overview())
        return 0
    if command == "--version":
        print(f"dongshou {dongshou.__version__}")
        return 0
    if command not in COMMANDS:
        raise UsageError(
            f"there is no command {command}.{did_you_mean(command, COMMANDS)} `dongshou --help` lists them."
        )
    return importlib.import_module(f"dongshou.cli.{command}").main(rest)


def overview() -> str:
    """What `dongshou` says about itself."""
    width = max(map(len, COMMANDS))
    commands = (f"  {name:<{width}}  {translate(what)}" for name, what in COMMANDS.items())
    parts = [
        translate("dongshou (动手, hands-on): the deep-learning course as real software."),
        translate("usage: dongshou COMMAND ..."),
        "\n".join(commands),
        translate(
            "`dongshou COMMAND --help` says more; `dongshou run mlp:digits` is a first run, of a few seconds.\n"
            "--zh speaks Chinese and --en English; without them LC_ALL, LC_MESSAGES or LANG decides."
        ),
    ]
    return "\n\n".join(parts)

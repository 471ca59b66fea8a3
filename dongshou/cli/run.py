"""`dongshou run NAME[:VARIANT]`: the parameters of the experiment's function are its flags."""

from __future__ import annotations

import signal
import threading
import typing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field, make_dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import arg

from dongshou.cli.flags import parse
from dongshou.cli.options import SESSION, RunOptions
from dongshou.cli.results import print_files, print_result
from dongshou.cli.tables import print_json
from dongshou.cli.words import say
from dongshou.errors import UsageError
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.experiments.setting import split_help
from dongshou.runs import Run, execute, find_run
from dongshou.runs.further import epochs_to_reach
from dongshou.runs.origin import noted_where_it_began
from dongshou.runs.rebuild import recorded_settings
from dongshou.runs.resume import check_same, check_same_experiment
from dongshou.runs.run import find_run_to_resume

Settings = dict[str, Any]

USAGE = """Run an experiment and record it: dongshou run NAME[:VARIANT] [--setting value ...]

Each experiment has settings of its own: `dongshou run NAME --help` shows them, `dongshou list` the names."""


def main(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in ("-h", "--help"):
        parse(RunOptions, ["--help"], "dongshou run NAME[:VARIANT]", flags=(), description=USAGE)
    if not arguments or arguments[0].startswith("-"):
        raise UsageError("name an experiment first: dongshou run NAME. `dongshou list` shows the names.")
    name, *flags = arguments
    declaration = find_declaration(name)
    entry = declaration.entry
    if flags and flags[0] in entry.variants:
        raise UsageError(f"a variant goes with the name; did you mean {entry.given or entry.name}:{flags[0]}?")
    settings, options = read_flags(declaration, flags, declaration.defaults, RunOptions())
    with stopped_by_sigterm():
        run = start(declaration, settings, options) if options.resume is None else go_on(declaration, options, flags)
    if options.json:
        print_json(run.record)
    else:
        print_result(run)
        print()
        print_files(run)
    return 0


def start(declaration: Declaration, settings: Settings, options: RunOptions) -> Run:
    return execute(
        declaration(**settings),
        **session_of(options),
        runs=options.runs,
        progress=not (options.json or options.quiet),
        tensorboard=options.tensorboard,
    )


def go_on(declaration: Declaration, options: RunOptions, flags: Sequence[str]) -> Run:
    """Resume a run with what it was started with: a flag that says otherwise is an error."""
    run, entry = run_to_resume(declaration, options), declaration.entry
    check_same_experiment(run, declaration.name, declaration.origin, entry.file, entry.text)
    recorded = {name: run.config.get(name, getattr(RunOptions, name)) for name in SESSION}
    settings, given = read_flags(declaration, flags, recorded_settings(run, declaration), RunOptions(**recorded))
    for name, value in session_of(given).items():
        check_same(run, name, recorded[name], value)
    with noted_where_it_began(run):
        work = declaration(**settings)
    if run.is_done and epochs_to_reach(run, work) is None:
        say(f"{run.path} is already finished; this is its result.", error=True)
    return execute(
        work,
        resume=run.path,
        progress=not (options.json or options.quiet),
        tensorboard=options.tensorboard,
    )


def run_to_resume(declaration: Declaration, options: RunOptions) -> Run:
    """The run that --resume names; "last" is the last one of this experiment."""
    if options.resume in (None, "", "last"):
        return find_run_to_resume(declaration.address, options.runs)
    return find_run(options.resume, options.runs)


def read_flags(
    declaration: Declaration, flags: Sequence[str], settings: Settings, options: RunOptions
) -> tuple[Settings, RunOptions]:
    """The settings and options that the flags give, the others as they are."""
    if taken := [name for name in settings if name in (*RunOptions.__dataclass_fields__, "help")]:
        raise UsageError(
            f"{declaration.address} has a setting called {taken[0]}, which is an option of every run: rename it."
        )
    hints = typing.get_type_hints(declaration.function, include_extras=True)
    types = {name: flag_type(hint) for name, hint in hints.items()}
    experiment = dataclass_of("Settings", {name: (types[name], value) for name, value in settings.items()})
    command = dataclass_of("Command", {"experiment": (experiment, experiment()), "run": (RunOptions, options)})
    given = parse(
        command,
        flags,
        f"dongshou run {declaration.address}",
        flags=[*settings, *RunOptions.__dataclass_fields__],
        description=declaration.introduction,
    )
    chosen = vars(given.experiment)
    for name, value in chosen.items():
        if value == () != settings[name]:
            raise UsageError(
                f"--{name.replace('_', '-')} needs at least one value. See dongshou run {declaration.address} --help"
            )
    return chosen, given.run


def flag_type(hint: Any) -> Any:
    """The type of a setting with its help where tyro looks for it."""
    kind, help = split_help(hint)
    return Annotated[kind, arg(help=help)] if help else kind


def dataclass_of(name: str, fields: dict[str, tuple[Any, Any]]) -> Any:
    """A class with a field of each name, type and default."""
    declared = [(label, kind, default_of(value)) for label, (kind, value) in fields.items()]
    return make_dataclass(name, declared, frozen=True)


def default_of(value: Any) -> Any:
    """A dataclass wants a list or a dict made again for each of its instances."""
    return field(default_factory=lambda: value) if isinstance(value, list | dict) else field(default=value)


def session_of(options: RunOptions) -> dict[str, Any]:
    """The options that a run records; the weights to start from by their whole path."""
    session = {name: getattr(options, name) for name in SESSION}
    if options.start_from is not None:
        session["start_from"] = str(source_of_weights(options.start_from, options.runs).resolve())
    return session


def source_of_weights(name: str, runs: Any) -> Path:
    """A file or directory of that name, else the run of that name."""
    return Path(name) if Path(name).exists() else find_run(name, runs).path


@contextmanager
def stopped_by_sigterm() -> Iterator[None]:
    """A polite kill ends a run as Ctrl-C does: recorded, with the line that resumes it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)

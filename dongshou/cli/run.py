"""`dongshou run NAME[:VARIANT]`: the parameters of the experiment's function are its flags."""

from __future__ import annotations

import dataclasses
import signal
import threading
import typing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dongshou.cli.flags import parse
from dongshou.cli.options import SESSION, RunOptions
from dongshou.cli.results import print_files, print_result
from dongshou.cli.tables import print_json
from dongshou.errors import UsageError
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.runs import Run, execute, find_run
from dongshou.runs.rebuild import recorded_settings
from dongshou.runs.resume import check_same, check_same_experiment

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
    run = find_run(options.resume or "last", options.runs)
    check_same_experiment(run, declaration.name)
    recorded = {name: run.config[name] for name in SESSION}
    settings, given = read_flags(declaration, flags, recorded_settings(run, declaration), RunOptions(**recorded))
    for name, value in session_of(given).items():
        check_same(run, name, recorded[name], value)
    return execute(
        declaration(**settings),
        resume=run.path,
        progress=not (options.json or options.quiet),
        tensorboard=options.tensorboard,
    )


def read_flags(
    declaration: Declaration, flags: Sequence[str], settings: Settings, options: RunOptions
) -> tuple[Settings, RunOptions]:
    """The settings and options that the flags give, the others as they are."""
    types = typing.get_type_hints(declaration.function, include_extras=True)
    experiment = dataclass_of("Settings", {name: (types[name], value) for name, value in settings.items()})
    command = dataclass_of("Command", {"experiment": (experiment, experiment()), "run": (RunOptions, options)})
    given = parse(
        command,
        flags,
        f"dongshou run {declaration.name}",
        flags=[*settings, *RunOptions.__dataclass_fields__],
        description=f"{declaration.title}\n\n{declaration.description}",
    )
    return vars(given.experiment), given.run


def dataclass_of(name: str, fields: dict[str, tuple[Any, Any]]) -> Any:
    """A class with a field of each name, type and default."""
    declared = [(field, kind, dataclasses.field(default=value)) for field, (kind, value) in fields.items()]
    return dataclasses.make_dataclass(name, declared, frozen=True)


def session_of(options: RunOptions) -> dict[str, Any]:
    return {name: getattr(options, name) for name in SESSION}


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

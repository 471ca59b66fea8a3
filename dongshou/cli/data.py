"""`dongshou data list | fetch | verify | bundle`: the data sets and where they lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from tyro.conf import Positional, arg

from dongshou.cli.flags import Switch, call
from dongshou.cli.tables import print_json, print_table
from dongshou.cli.words import say
from dongshou.data.sources import SOURCES, Source, files, get_source
from dongshou.errors import DongshouError, UsageError, did_you_mean

Names = Annotated[Positional[tuple[str, ...]], arg(metavar="NAME ...")]

HELP = """usage: dongshou data ACTION ...

  list                   the data sets, and where they lie on this machine
  fetch NAME ...         have the files of data sets here, verified
  verify [NAME ...]      compare the files that are here with their hashes
  bundle DIR [NAME ...]  copy data sets into a directory to carry to a machine without internet"""


def main(arguments: Sequence[str]) -> int:
    action, *rest = arguments or ["--help"]
    if action in ("-h", "--help"):
        say(HELP)
        return 0
    if action not in ACTIONS:
        near = did_you_mean(action, ACTIONS)
        raise UsageError(f"data has no action {action}.{near} Its actions: {', '.join(ACTIONS)}.")
    call(ACTIONS[action], rest, f"dongshou data {action}")
    return 0


def show(*, json: Switch = False) -> None:
    """The data sets, and where they lie on this machine.

    Args:
        json: print them as one JSON object
    """
    described = [describe(source) for source in SOURCES.values()]
    if json:
        print_json({"data": described})
    else:
        print_table(
            ("name", "content", "size", "license", "here"),
            ((d["name"], d["holds"], megabytes(d["size"]), d["license"], d["here"] or "no") for d in described),
            words=("content", "license", "here"),
        )


def fetch(names: Names = (), *, quiet: Switch = False) -> None:
    """Have the files of data sets on this machine, verified; downloads what is missing.

    Args:
        names: the data sets, as in `dongshou data list`
        quiet: show no progress
    """
    if not names:
        raise UsageError(f"name the data sets to fetch: {', '.join(SOURCES)}.")
    for name in [get_source(name).name for name in names]:
        for path in files.fetch(name, progress=not quiet):
            print(path)


def verify(names: Names = (), *, json: Switch = False) -> None:
    """Compare the files that are here with their hashes; fetches nothing.

    Args:
        names: the data sets; none means all
        json: print the reports as one JSON object
    """
    reports = files.verify(names or None)
    if json:
        print_json({"files": [vars(report) | {"path": str(report.path)} for report in reports]})
    else:
        print_table(
            ("data set", "file", "state", "where"),
            ((r.dataset, r.file, f"{r.state} {r.detail}".strip(), str(r.path)) for r in reports),
            words=("state",),
        )
    faults, notes = list(faults_of(reports, names)), files.directory_faults(names or SOURCES)
    if faults:
        raise DongshouError(" ".join([*faults, *notes]))
    for note in notes:
        say(f"dongshou: {note}", error=True)


def faults_of(reports: Sequence[files.Report], names: Sequence[str]) -> Iterator[str]:
    """What is corrupt and, of the data sets that were named, what is missing; a sentence each."""
    corrupt = [str(report.path) for report in reports if report.state == "corrupt"]
    missing = dict.fromkeys(report.dataset for report in reports if report.state == "missing")
    if corrupt:
        yield f"{', '.join(corrupt)}: not the right content. Delete what is wrong, then fetch it."
    if names and missing:
        yield f"{', '.join(missing)}: not here, or not whole. Get it with: dongshou data fetch {' '.join(missing)}."


def bundle(directory: Annotated[str, arg(metavar="DIR")], names: Names = (), /) -> None:
    """Copy data sets into a directory to carry to a machine without internet, where DONGSHOU_DATA names it.

    Args:
        directory: made if need be; may be added to
        names: the data sets; none means all that are here or can be downloaded
    """
    print(files.bundle(directory, names or files.obtainable()))


def describe(source: Source) -> dict[str, Any]:
    """A data set as plain data; `here` is where it lies, or None where a file of it is missing
    or cut off."""
    return {
        "name": source.name,
        "holds": source.holds,
        "size": sum(file.size for file in source.files),
        "license": source.license,
        "origin": source.origin,
        "here": place_of(source),
    }


def place_of(source: Source) -> str | None:
    """Where all files of a data set lie, each of the right size but its content not verified."""
    if not source.files:
        return f"inside {source.inside}"
    paths = [path for file in source.files if (path := files.find(source, file)) and path.stat().st_size == file.size]
    return str(paths[0].parent) if len(paths) == len(source.files) else None


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size else ""


ACTIONS = {"list": show, "fetch": fetch, "verify": verify, "bundle": bundle}

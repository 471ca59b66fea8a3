"""`dongshou doctor`: whether this machine has what the course needs, and how to mend what it has not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from dongshou.cli.data import place_of
from dongshou.cli.flags import Directory, FileName, Switch, call
from dongshou.cli.tables import print_json
from dongshou.data.sources import SOURCES, Source
from dongshou.data.sources.files import cache_directory, data_directories, verify
from dongshou.drawing import chinese_font
from dongshou.drawing.fonts import hint
from dongshou.errors import UsageError
from dongshou.languages import translate
from dongshou.runs.machine import machine, versions
from dongshou.runs.run import runs_directory
from dongshou.training import bfloat16
from dongshou.training.session import find_device

LITTLE_SPACE = 1e9  # bytes: the data sets and a few runs


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    good    whether it is as it should be
    cure    what to do about it
    broken  whether the course cannot go on without it; a data set that can be fetched is only missing
    """

    what: str
    found: str
    good: bool = True
    cure: str = ""
    broken: bool = False


def main(arguments: Sequence[str]) -> int:
    findings = call(examine, arguments, "dongshou doctor")
    return 1 if any(finding.broken for finding in findings) else 0


def examine(
    *, runs: Directory = None, json: Switch = False, proof: Switch = False, write: FileName = None
) -> list[Finding]:
    """Whether this machine has what the course needs, and how to mend what it has not.

    Args:
        runs: where runs are to go: default DONGSHOU_RUNS, else ./runs
        json: print the findings as one JSON object
        proof: hold our layers and optimisers against PyTorch's own test databases instead, for some minutes
        write: with --proof: write the table to this file, as Markdown
    """
    if write and not proof:
        raise UsageError("--write says where the table of --proof goes. Add --proof.")
    if proof:
        return [of_proof(write, json)]
    findings = [*of_machine(), *of_data(), *of_directories(runs_directory(runs)), of_fonts()]
    if json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            print(in_words(finding))
    return findings


def of_proof(write: str | None, json: bool) -> Finding:
    """Whether ours are torch's equals, class by class; nothing else is looked at."""
    from dongshou.cli.proof import show  # brings PyTorch's test code with it

    results = show(Path(write) if write else None, json)
    faults = [result.name for result in results if result.is_a_fault]
    return Finding("proof", ", ".join(faults) or "everything holds", not faults, broken=bool(faults))


def in_words(finding: Finding) -> str:
    what, found, cure = map(translate, (finding.what, finding.found, finding.cure))
    return translate(f"{'✓' if finding.good else '✗'} {what}: {found}{f'; {cure}' if cure else ''}")


def of_machine() -> Iterator[Finding]:
    """Versions, processor, accelerators."""
    yield Finding("versions", ", ".join(f"{name} {version}" for name, version in versions().items()))
    about = machine()
    yield Finding("processor", f"{about['processor']}, {about['cores']} cores, torch uses {about['threads']} threads")
    yield Finding("devices", ", ".join(devices()))
    yield of_bfloat16()


def devices() -> list[str]:
    """What `--device` may name here."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found += [f"cuda ({torch.cuda.get_device_name(index)})" for index in range(torch.cuda.device_count())]
    return found + (["mps"] if torch.backends.mps.is_available() else [])


def of_bfloat16() -> Finding:
    """Which layers can be computed in bfloat16 on the device that `--device auto` takes, each tried out."""
    layers = bfloat16.by_layer(find_device().type)
    found = ", ".join(f"{layer} {'yes' if is_computed else 'no'}" for layer, is_computed in layers.items())
    if all(layers.values()):
        return Finding("bf16", found)
    return Finding("bf16", found, False, "--precision bf16 computes those with no in float32")


def of_data() -> Iterator[Finding]:
    """Each directory of DONGSHOU_DATA, then each data set: where it lies, or how to get it."""
    for directory in data_directories():
        if not directory.is_dir():
            cure = "correct DONGSHOU_DATA or make the directory"
            yield Finding("DONGSHOU_DATA", f"{directory} is not a directory", False, cure, broken=True)
    yield from map(of_source, SOURCES.values())


def of_source(source: Source) -> Finding:
    """One data set; a file with other content than its own is worse than none."""
    what = f"data {source.name}"
    corrupt = [report for report in verify([source.name]) if report.state == "corrupt"]
    if corrupt:
        return Finding(what, f"{corrupt[0].path} {corrupt[0].detail}", False, "delete that file", broken=True)
    place = place_of(source)
    cure = f"take {source.instead}" if source.instead else f"dongshou data fetch {source.name}"
    return Finding(what, place or "not here", place is not None, "" if place else cure)


def of_directories(runs: Path) -> Iterator[Finding]:
    """Whether runs and downloads can be written, and how much."""
    for what, directory, cure in (
        ("runs", runs, "name another place with --runs or DONGSHOU_RUNS"),
        ("cache", cache_directory(), "name another place with DONGSHOU_CACHE"),
    ):
        if not is_writable(directory):
            yield Finding(what, f"{directory} cannot be written", False, cure, broken=True)
            continue
        free = shutil.disk_usage(existing(directory)).free
        enough = free >= LITTLE_SPACE
        yield Finding(what, f"{directory}, {free / 1e9:.1f} GB free", enough, "" if enough else cure, not enough)


def existing(directory: Path) -> Path:
    """The directory, or the nearest one above it that exists."""
    return next(path for path in (directory.absolute(), *directory.absolute().parents) if path.exists())


def is_writable(directory: Path) -> bool:
    """Tried, not asked: rights alone do not tell of read-only disks."""
    try:
        with tempfile.TemporaryFile(dir=existing(directory)) as file:
            file.write(b"written")
            file.flush()
            return True
    except OSError:
        return False


def of_fonts() -> Finding:
    """Whether labels in Chinese can be drawn."""
    font = chinese_font()
    return Finding("Chinese labels", font or "no font", font is not None, "" if font else hint())

"""`dongshou doctor --proof`: the layers, optimisers and functions of scratch against PyTorch's own test databases."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from dongshou.cli.tables import print_json, print_table
from dongshou.errors import DongshouError
from dongshou.runs.files import check_writable, write_whole
from dongshou.scratch.proof import Result, lacking, markdown, prove, summary


def show(write: Path | None, json: bool) -> list[Result]:
    """Prove everything, and print the table; `write` is the file that gets it as a page of Markdown too."""
    if write is not None:
        if not write.parent.is_dir():
            raise DongshouError(f"{write.parent} is not a directory, so {write.name} cannot go there. Make it first.")
        check_writable(write.parent)
    results = list(prove())
    if json:
        print_json({"classes": [asdict(result) for result in results], "lacking": lacking()})
    else:
        columns = ("class or function", "samples", "passed", "remark")
        print_table(columns, ((r.name, str(r.samples), str(r.passed), r.remark) for r in results))
        print(summary(results))
    if write is not None:
        write_whole(write, markdown(results))
    return results

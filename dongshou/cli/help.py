"""The help that tyro writes, in another language: taken apart, translated, and framed again for wide characters."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field

from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from dongshou.cli.words import cell_len, wrapped
from dongshou.languages import translate

WIDE = "2000"  # columns: nothing is wrapped, so that each help stands on one line
WIDEST = 88  # columns of what is printed
INDENT = 4
TOP, BOTTOM, SIDE, RULE = "╭", "╰", "│", "─"
HINT = re.compile(r"(.*?) ?\((default: .*|required)\)")
UNSAID = ("default: None", "default: ", "default: False", "default: ''")  # nothing that one has to know


@dataclass
class Section:
    """A frame: its title, a sentence about it, and a row for each flag with its help."""

    title: str
    about: str = ""
    rows: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def translated() -> Iterator[None]:
    """Within it what is printed is a help, on a terminal wide enough for every line; afterwards its translation is
    printed."""
    written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")  # a StringIO has no encoding: frames of ASCII
    former = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = WIDE
    try:
        with redirect_stdout(written):
            yield
    finally:
        os.environ.pop("COLUMNS")
        if former is not None:
            os.environ["COLUMNS"] = former
        written.seek(0)
        if help := written.read():
            print_translated(help)


def print_translated(text: str) -> None:
    """Print a help of tyro's in the language of whoever reads it."""
    head, sections = taken_apart(text)
    console = Console(highlight=False, width=min(WIDEST, max(40, shutil.get_terminal_size().columns)))
    for paragraph in re.split(r"\n\s*\n", head.strip()):
        words = " ".join(paragraph.split())
        console.print("\n".join(wrapped(translate(words), console.width)) + "\n", markup=False, soft_wrap=True)
    for section in sections:
        console.print(framed(section, console.width - 4))


def taken_apart(text: str) -> tuple[str, list[Section]]:
    """What stands above the frames, and the frames."""
    head, sections, lines = [], [], []
    for line in text.splitlines():
        if line.startswith(TOP):
            sections.append(Section(line.strip(TOP + "╮" + RULE + " ")))
            lines = []
        elif line.startswith(BOTTOM):
            fill(sections[-1], lines)
        elif line.startswith(SIDE):
            lines.append(line.strip(SIDE).removeprefix(" ").rstrip())
        else:
            head.append(line)
    return "\n".join(head), sections


def fill(section: Section, lines: list[str]) -> None:
    """The rows of a frame: a flag and its help with two spaces between, or the help below it, set in."""
    rules = [number for number, line in enumerate(lines) if line and not line.strip(RULE)]
    if rules:
        section.about = " ".join(lines[: rules[0]])
        lines = lines[rules[0] + 1 :]
    for line in lines:
        if line.startswith(" ") and section.rows:
            flag, help = section.rows[-1]
            section.rows[-1] = flag, f"{help} {line.strip()}".strip()
        else:
            flag, *help = re.split(r"  +", line, maxsplit=1)
            section.rows.append((flag, "".join(help)))


def framed(section: Section, width: int) -> Panel:
    """The frame again, the helps in one column."""
    parts: list[Text | Rule] = [Text(translate(section.about)), Rule(style="dim")] if section.about else []
    longest = max((cell_len(flag) for flag, _ in section.rows if cell_len(flag) < width // 4), default=8)
    for flag, help in section.rows:
        lines = wrapped(in_words(help), width - longest - INDENT)
        if cell_len(flag) > longest:
            parts.append(Text(flag, style="bold"))
            flag, lines = "", [line for line in lines if line]
        for line in lines:
            parts.append(Text(flag.ljust(longest + 2), style="bold").append(line, style="not bold"))
            flag = ""
    return Panel(Group(*parts), title=translate(section.title), title_align="left", box=box.ROUNDED, border_style="dim")


def in_words(help: str) -> str:
    """The help of a flag and what it is by default, each translated."""
    match = HINT.fullmatch(help)
    if match is None:
        return translate(help)
    words, hint = translate(match[1]), match[2]
    return words if hint in UNSAID else words + translate(f"({hint})")

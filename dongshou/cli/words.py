"""What the command line says to a person, in the language that he or she reads."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.cells import cell_len

from dongshou import languages
from dongshou.languages import CHINESE, ENGLISH, translate

FLAGS = {f"--{name}": name for name in languages.LANGUAGES}  # anywhere on the line, the last one counts

# what stays on one line: a word of Latin letters, or one character; a mark goes with what it closes or opens
TOKEN = re.compile(r" +|[（“‘《「]*(?:[!-~]+|[^!-~ ])[，。；：、！？）”’》」…]*")


@contextmanager
def spoken(arguments: Sequence[str]) -> Iterator[list[str]]:
    """The arguments without --zh and --en; within it that language is spoken, English on a console without Chinese."""
    chosen = [FLAGS[word] for word in arguments if word in FLAGS]
    former = languages.use(chosen[-1] if chosen else languages.used())
    try:
        if languages.language() == CHINESE and not all(map(writes_chinese, (sys.stdout, sys.stderr))):
            languages.use(ENGLISH)
        yield [word for word in arguments if word not in FLAGS]
    finally:
        languages.use(former)


def writes_chinese(stream: object) -> bool:
    try:
        "中文，。".encode(getattr(stream, "encoding", None) or "utf-8")
        return True
    except UnicodeEncodeError:
        return False


def say(text: str, *, error: bool = False, end: str = "\n") -> None:
    """Print an English text in the language of whoever reads it; on standard error what is no result."""
    print(translate(text), end=end, file=sys.stderr if error else sys.stdout)


def named(metric: str) -> str:
    """A metric by the name that it has everywhere, in Chinese with its meaning behind it: `test_loss 测试损失`."""
    meaning = translate(metric.replace("_", " "))
    return f"{metric} {meaning}" if meaning != metric.replace("_", " ") else metric


def padded(text: str, width: int) -> str:
    """With spaces behind it up to so many columns of a terminal, where a Chinese character takes two."""
    return text + " " * (width - cell_len(text))


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many columns: Chinese breaks between any two characters, but for punctuation."""
    lines = [""]
    for token in TOKEN.findall(text):
        if lines[-1] and cell_len(lines[-1] + token.rstrip()) > width:
            lines.append("")
        if lines[-1] or token.strip():
            lines[-1] += token
    return [line.rstrip() for line in lines]

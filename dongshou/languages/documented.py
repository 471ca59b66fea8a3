"""The help that stands in docstrings: of commands and their flags, of experiments, of the models of `summary`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

WORK = ("Experiment", "Series", "Procedure", "Work")
ARGUMENTS = re.compile(r"\n(?:Args|Attributes):\n")


def documented(file: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The paragraphs of a file's help, with the lines of what they belong to; nothing of a file that is none."""
    top = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    if file.startswith("experiments") and any(node.name == "experiment" and is_help(file, node) for node in top):
        yield 1, paragraphs(ast.get_docstring(tree) or "")[0]
    for node in top:
        if is_help(file, node):
            yield from ((node.lineno, each) for each in parts_of(ast.get_docstring(node) or ""))


def is_help(file: str, node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether `--help` or `list` shows the docstring."""
    if file.startswith("cli"):
        return bool(ARGUMENTS.search(ast.get_docstring(node) or ""))
    if isinstance(node, ast.ClassDef) or node.name.startswith("_") or len(node.args.defaults) < len(node.args.args):
        return False
    if file.startswith("experiments"):
        return node.returns is not None and ast.unparse(node.returns) in WORK
    return file.startswith("models/") and file.count("/") == 1 and node.returns is not None


def parts_of(docstring: str) -> Iterator[str]:
    """The paragraphs, and the help of each argument, each in one line as tyro shows them."""
    text, *arguments = ARGUMENTS.split(docstring, maxsplit=1)
    yield from paragraphs(text)
    for argument in re.split(r"\n(?=    \w)", "\n" + "".join(arguments))[1:]:
        yield in_one_line(argument.partition(": ")[2])


def paragraphs(text: str) -> list[str]:
    return [in_one_line(each) for each in re.split(r"\n\s*\n", text) if each.strip()]


def in_one_line(text: str) -> str:
    """As a template is written, where a brace is doubled."""
    return " ".join(text.split()).replace("{", "{{").replace("}", "}}")

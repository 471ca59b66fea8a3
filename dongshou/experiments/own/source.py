"""The text of a user's file, and the experiments in it, found without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dongshou.errors import DongshouError, UsageError, did_you_mean
from dongshou.experiments.catalog import WORK, Entry, first_line
from dongshou.experiments.own.address import Address

OWN = "own_experiments"  # in the place of a unit
MAIN = "experiment"  # the function that the file alone stands for
MARKS = ("experiment", "Published", "Goal", "Exact")  # decorators of a function that makes an experiment
HOW = "A function that makes one says so: def deep(lr: float = 0.1) -> Experiment."


@dataclass(frozen=True)
class Source:
    """A user's file.

    given      its path as it was typed
    content    its text, as bytes
    title      first line of its docstring
    functions  those that make an experiment, with the first line of their docstrings
    bound      every name that stands for something in it
    """

    given: str
    content: bytes
    title: str
    functions: dict[str, str]
    bound: frozenset[str]

    @property
    def name(self) -> str:
        """Of the file, without its folders."""
        return Path(self.given).name

    @property
    def path(self) -> Path:
        """Whole, wherever the working directory will be."""
        return Path(self.given).expanduser().resolve()

    @property
    def entry(self) -> Entry:
        variants = {name: title for name, title in self.functions.items() if name != MAIN}
        title = self.title or self.functions.get(MAIN, "")
        return Entry(self.name, OWN, title, variants, self.path, self.given, MAIN in self.functions, self.content)

    def choose(self, function: str) -> str:
        """The function that is meant: the one named; without a name `experiment`, or the only one there is.

        Raises UsageError where there is none, or several.
        """
        if function:
            if function not in self.bound and "*" not in self.bound:
                raise self.lacks(function)
            return function
        if MAIN in self.functions or len(self.functions) == 1:
            return MAIN if MAIN in self.functions else next(iter(self.functions))
        if not self.functions:
            raise UsageError(f"{self.given} holds no experiment. {HOW}")
        first = next(iter(self.functions))
        raise UsageError(f"{self.given} holds several experiments: {self.names()}. Name one: {self.given}:{first}")

    def lacks(self, function: str) -> UsageError:
        near = did_you_mean(function, self.functions) or did_you_mean(function, sorted(self.bound))
        there = f"Its experiments: {self.names()}." if self.functions else HOW
        return UsageError(f"{self.given} has no function {function}.{near} {there}")

    def names(self) -> str:
        return ", ".join(self.functions)


def read_source(address: Address) -> Source:
    """Raises UsageError where there is no such file, or it is not Python; the line says where."""
    try:
        content = address.path.read_bytes()
    except OSError as error:
        raise unreadable(address, error) from error
    if address.path.suffix != ".py":
        raise UsageError(f"{address.file} is not a Python file: an experiment of your own stands in one, NAME.py.")
    return Source(address.file, content, *parsed(content, address.file))


def parsed(content: bytes, given: str) -> tuple[str, dict[str, str], frozenset[str]]:
    """Title, functions and bound names of a text. Raises DongshouError where it is not Python."""
    try:
        tree = ast.parse(content)
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        text = f": {error.text.strip()}" if error.text and error.text.strip() else "."
        raise DongshouError(f"{given}{where}: {error.msg}{text}") from error
    except ValueError as error:  # null bytes
        raise DongshouError(f"{given} is not a text of Python: {error}.") from error
    makers = [node for node in tree.body if isinstance(node, ast.FunctionDef) and makes_work(node)]
    makers = [node for node in makers if is_meant(node) or has_defaults(node)] or makers  # others help to make one
    functions = {node.name: first_line(ast.get_docstring(node)) for node in makers}
    return first_line(ast.get_docstring(tree)), functions, frozenset(names_bound(tree))


def makes_work(node: ast.FunctionDef) -> bool:
    """Whether a public function is meant as an experiment, or says that it returns one."""
    returns = "" if node.returns is None else ast.unparse(node.returns)
    return not node.name.startswith("_") and (is_meant(node) or last_name(returns) in WORK)


def is_meant(node: ast.FunctionDef) -> bool:
    """Whether a function is called `experiment`, or marked as one."""
    marks = (ast.unparse(mark.func if isinstance(mark, ast.Call) else mark) for mark in node.decorator_list)
    return node.name == MAIN or any(last_name(mark) in MARKS for mark in marks)


def has_defaults(node: ast.FunctionDef) -> bool:
    """Whether it can be called by its name alone."""
    return len(node.args.defaults) == len(node.args.args) and None not in node.args.kw_defaults


def last_name(expression: str) -> str:
    """`training.Experiment`, `"Experiment"` -> `Experiment`"""
    return expression.strip("'\"").rpartition(".")[2]


def names_bound(tree: ast.AST) -> Iterator[str]:
    """Of functions, assignments and imports; `*` where everything of a module is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def unreadable(address: Address, error: OSError) -> UsageError:
    """Why there is nothing to read: no file, a directory, no permission; and what there is in its place."""
    path = address.path
    if path.is_dir():
        files = sorted(file.name for file in path.glob("*.py"))
        there = f"such as {path / files[0]}" if files else "it holds no Python file"
        return UsageError(f"{address.file} is a directory: name a file in it, {there}.")
    if path.exists():
        return UsageError(f"{address.file} cannot be read: {error.strerror or error}.")
    if not path.parent.is_dir():
        return UsageError(f"There is no file {address.file}: there is no directory {path.parent}.")
    near = did_you_mean(str(path), map(str, path.parent.glob("*.py")))
    return UsageError(f"There is no file {address.file}.{near}")

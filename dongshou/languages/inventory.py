"""Every sentence that a person may read, collected from the source: what the catalogue has to hold.

Three kinds: what is raised (the message of a DongshouError), what is said (any other text in the code that reads as
prose, and the words of headings and axes), what is documented (titles and help of commands, experiments, models).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from dongshou.languages.documented import documented
from dongshou.languages.source import HOLE, assigned, name_of, own_nodes, pieces, scopes, templates

PACKAGE = Path(__file__).parents[1]
ERROR = "DongshouError"

# folders and files whose prose nobody reads on a screen: only what they raise is collected
ONLY_RAISED = (
    "autograd",
    "scratch",
    "languages",
    "runs/report",
    "cli/formulas.py",
    "cli/proof.py",
    "models/summary/operators",
    "experiments/chapters.py",
    "data/described.py",
    "data/images/captions/grammar.py",
    "data/sets/invented_inference.py",
    "data/sets/invented_reviews.py",
    "extras.py",
)

PROSE = re.compile(
    r"(?<!\w)[aA] [a-z]{3,}|[A-Za-z'’]{2,}[,;:]? [a-z]{2,}|[a-z]{3,}[:;,]? \{\}|\{\}[,;:]? [a-z]{2,}|[a-z]: \{\}"
)
LETTERS = re.compile(r"[^\W\d_]{2,}")

# where a person sees a text however short: the place among the arguments, and keywords
AXES = ("set_xlabel", "set_ylabel", "set_title", "suptitle", "supxlabel", "supylabel")
SHOWN_CALLS = {
    **dict.fromkeys((*AXES, "say", "note", "translate", "annotate", "warn"), (0,)),
    "new_panels": (0,),
    "Key": (1, 2, 3),
    "text": (2,),
    "Finding": (0, 1, 3),
}
SHOWN_KEYWORDS = ("xlabel", "ylabel", "zlabel", "title", "heading", "label", "help", "cure")
# names that stay as they are: the source of a figure, whoever made a data set, a command line; what no person reads
NOT_SHOWN_CALLS = ("Published", "compile", "getLogger", "filterwarnings", "startswith", "partition")
NOT_SHOWN_KEYWORDS = ("origin", "loc", "prog", "metavar", "prompt", "style")
NOT_SHOWN = re.compile(
    r"dongshou( [a-z]+)*( \{\})?( NAME\[:VARIANT\])?"  # command lines
    r"|#.*|Written by .*|: \{\} or \{\}"  # pages of Markdown
    r"|(outside |upper |lower |center )*(left|right|upper|lower|center)( .*)?"  # places of a legend
    r"|[A-Z_]+|bf16|ankle boot|no diabetes|very (positive|negative)|adobe blank|last resort|embedding_size=.*"  # names
    r"|time traveller |je suis .*|i'm home .|il est .*|he's calm .|j'ai perdu .|torch|dongshou.autograd|d2l-zh .*"
    r"|module .* has no attribute .*|.*object is not subscriptable|values to unpack"  # Python's words
    r"|float \| None",
    re.DOTALL,
)


class Found(NamedTuple):
    """A sentence and where it stands; holes are {}."""

    sentence: str
    file: str
    line: int

    @property
    def area(self) -> str:
        """The file of `dongshou/languages/zh` that it belongs to: the folder of the source."""
        return "_".join(Path(self.file).parent.parts) or "package"


@lru_cache(maxsize=1)
def inventory() -> tuple[Found, ...]:
    """All sentences of the package, each at the first place where it stands."""
    files = sorted(PACKAGE.rglob("*.py"))
    trees = {file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}
    errors = error_classes(trees.values())
    found: dict[str, Found] = {}
    for file, tree in trees.items():
        for line, text in collected(file, tree, errors):
            for sentence in map(without_margins, text.split("\n\n")):
                if LETTERS.search(sentence) and not NOT_SHOWN.fullmatch(sentence):
                    found.setdefault(sentence, Found(sentence, file, line))
    return tuple(found.values())


def without_margins(text: str) -> str:
    """Line ends and indentation are no part of a sentence; one space before it makes it the end of another."""
    text = text.strip("\n")
    return text.strip() if text.startswith("  ") else text


def error_classes(trees: Iterable[ast.Module]) -> set[str]:
    """DongshouError and the classes that derive from it, by name."""
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {ERROR}
    while more := {name for name, of in bases.items() if of & known} - known:
        known |= more
    return known


def collected(file: str, tree: ast.Module, errors: set[str]) -> Iterator[tuple[int, str]]:
    """The sentences of one file, with their lines."""
    for scope in scopes(tree):
        names = assigned(scope)
        for node in own_nodes(scope):
            if isinstance(node, ast.Call) and name_of(node) in errors and node.args:
                yield from texts(node.args[0], names)
    if not file.startswith(ONLY_RAISED):
        yield from said(tree)
    yield from documented(file, tree)


def said(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Prose wherever it stands, and the words of what is shown however short."""
    silent = {id(part) for node in ast.walk(tree) for text in not_shown(node) for part in ast.walk(text)}
    silent |= {id(side) for node in ast.walk(tree) if isinstance(node, ast.BinOp) for side in (node.left, node.right)}
    for scope in scopes(tree):
        if getattr(scope, "name", "") == "__repr__":  # a value as Python writes it
            continue
        names = assigned(scope)
        for node in own_nodes(scope):
            if id(node) in silent:
                continue
            if isinstance(node, ast.Call):
                for shown in shown_arguments(node):
                    yield from texts(shown, names)
            elif isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)):
                yield from ((node.lineno, each) for each in templates(node) if PROSE.search(each))


def texts(node: ast.expr, names: dict[str, list[ast.expr]]) -> Iterator[tuple[int, str]]:
    """The templates of an expression, then those of what fills its holes."""
    if isinstance(node, ast.Name):
        for value in names.get(node.id, []):
            yield from texts(value, {})
        return
    if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        yield from texts(node.elt, names)
        return
    if isinstance(node, (ast.List, ast.Tuple)):
        for part in node.elts:
            yield from texts(part, names)
        return
    for each in templates(node):
        if LETTERS.search(each.replace(HOLE, "")):
            yield node.lineno, each
    for part in pieces(node):
        yield from texts(part, names)


def shown_arguments(call: ast.Call) -> Iterator[ast.expr]:
    """Those that a person sees, whatever they say."""
    for place in SHOWN_CALLS.get(name_of(call), ()):
        if place < len(call.args):
            yield call.args[place]
    yield from (keyword.value for keyword in call.keywords if keyword.arg in SHOWN_KEYWORDS)


def not_shown(node: ast.AST) -> Iterator[ast.AST]:
    """Parts of a node that hold text for programs, or a name that stays in every language."""
    if isinstance(node, ast.Call):
        yield from node.args if name_of(node) in NOT_SHOWN_CALLS else []
        yield from (keyword.value for keyword in node.keywords if keyword.arg in NOT_SHOWN_KEYWORDS)
    elif isinstance(node, ast.Assert) and node.msg is not None:
        yield node.msg

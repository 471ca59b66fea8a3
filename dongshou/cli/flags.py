"""From the words after a command to typed values; whatever is wrong with them is said in one line."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, TypeVar

import tyro

from dongshou.errors import UsageError
from dongshou.languages import ENGLISH, language
from dongshou.nearby import nearest

T = TypeVar("T")

Directory = Annotated[str | None, tyro.conf.arg(metavar="DIR")]
FileName = Annotated[str | None, tyro.conf.arg(metavar="FILE")]
Switch = tyro.conf.FlagCreatePairsOff[bool]  # --json, and no --no-json beside it

FRAME, RULE = "╭╮╰╯│ ", "─-"  # as tyro draws them


def call(function: Callable[..., T], arguments: Sequence[str], prog: str) -> T:
    """Call a function with the values that the flags give its parameters; its docstring is the help."""

    @functools.wraps(function)
    def collect(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, kwargs  # and no more: an unknown flag has to be found before anything is done

    args, kwargs = parse(collect, arguments, prog, flags=inspect.signature(function).parameters)
    return function(*args, **kwargs)


def parse(
    kind: Callable[..., T], arguments: Sequence[str], prog: str, *, flags: Iterable[str], description: str | None = None
) -> T:
    """What `kind` makes of the flags. Raises UsageError for those that do not exist or do not fit.

    flags  the names of all flags, to suggest the nearest
    """
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told), help_in_language():
            value, unknown = tyro.cli(
                kind,
                args=list(arguments),
                prog=prog,
                description=description,
                return_unknown_args=True,
                config=(tyro.conf.OmitArgPrefixes,),
            )
    except SystemExit as exit:
        if exit.code:
            raise UsageError(f"{condense(told.getvalue())} See {prog} --help") from None
        raise
    if unknown:
        raise unrecognized(unknown[0], prog, flags)
    return value


def help_in_language() -> contextlib.AbstractContextManager[None]:
    """Within it a help that tyro prints is in the language of whoever reads it."""
    if language() == ENGLISH:
        return contextlib.nullcontext()
    from dongshou.cli.help import translated

    return translated()


def unrecognized(word: str, prog: str, flags: Iterable[str]) -> UsageError:
    """The first word that nothing was made of, and the flag that it may have been meant to be."""
    what = prog.removeprefix("dongshou ").removeprefix("run ")
    if not word.startswith("-"):
        return UsageError(f"{what} does not take {word}. See {prog} --help")
    flag = word.partition("=")[0].replace("_", "-")
    near = nearest(flag, [name.replace("_", "-") for name in flags])
    meant = f"; did you mean --{near[0]}?" if near else "."
    return UsageError(f"unrecognised option {flag} for {what}{meant} See {prog} --help")


def condense(boxed: str) -> str:
    """The message out of the frame that tyro draws around it, as one line.

    >>> condense("╭─ Value error ─╮\\n│ Error parsing --lr: 'x' │\\n│ ─── │\\n│ Argument helptext: │\\n╰───╯")
    "Error parsing --lr: 'x'."
    """
    message: list[str] = []
    for line in boxed.splitlines()[1:]:  # the first one is a title
        words = line.strip(FRAME)
        if words.strip(RULE):
            message.append(words)
        elif message:
            break  # what follows the rule repeats the help
    if message and message[0].startswith("Missing from"):
        message = [f"{message[1]} is missing"]
    return " ".join(message).rstrip(".") + "."

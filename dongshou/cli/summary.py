"""`dongshou summary NAME`: a network's shapes, parameters, multiply-adds and receptive fields, by block and layer."""

from __future__ import annotations

import inspect
import math
import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, make_dataclass
from types import MappingProxyType
from typing import Annotated, Any

import torch
from torch import nn
from tyro.conf import arg

from dongshou import models
from dongshou.cli.flags import Directory, Switch, parse
from dongshou.cli.summary_work import (
    TEXT_MODELS,
    is_experiment,
    known_names,
    of_experiment,
    of_run,
    of_text_model,
    read,
)
from dongshou.cli.tables import print_json, print_table, shown
from dongshou.cli.words import say
from dongshou.errors import UsageError, did_you_mean
from dongshou.models import summarize
from dongshou.models.summary import Row, Summary, in_words
from dongshou.runs import find_run, list_runs

Factory = Callable[..., nn.Module]
Shape = tuple[int, ...]

COLUMNS = ("layer", "output", "parameters", "multiply-adds", "receptive\nfield")
BAR = 6  # characters for the whole network
EIGHTHS = " ▏▎▍▌▋▊▉"
UNITS = {"G": 10**9, "M": 10**6, "k": 10**3}
SAID_BY_INPUT = ("in_channels", "size", "num_inputs", "shape")
COMPUTED = ("small_faster_rcnn",)  # where such a network looks depends on the numbers, not on shapes alone

USAGE = """usage: dongshou summary NAME [--input CxHxW] [--depth N] [--classes N] [--json]

What a network is made of, by block and layer: the shape of one output, parameters, multiply-adds, and how many
pixels of the input an element of the output sees. NAME is a model, an experiment or a run;
`dongshou summary NAME --help` shows its settings."""


@dataclass(frozen=True)
class Options:
    """What to show.

    Attributes:
        input: the shape of one example, such as 3x224x224, or its number of tokens; default: what the network is for
        depth: show blocks down to this depth only; 1 is the outermost
        json: print the summary as one JSON object
        runs: where runs lie: default DONGSHOU_RUNS, else ./runs
    """

    input: Annotated[str | None, arg(metavar="CxHxW")] = None
    depth: Annotated[int | None, arg(metavar="N")] = None
    json: Switch = False
    runs: Directory = None


def main(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in ("-h", "--help"):
        say(f"{USAGE}\n\nmodels: {', '.join((*factories(), *TEXT_MODELS))}")
        return 0
    if not arguments or arguments[0].startswith("-"):
        there = ", ".join((*factories(), *TEXT_MODELS))
        raise UsageError(f"name a model, an experiment or a run first: dongshou summary NAME. Models are {there}.")
    name, summary, options = summarized(arguments[0], arguments[1:])
    rows = chosen_rows(summary, options.depth)
    if options.json:
        print_json(plain(name, summary, rows))
    else:
        print_summary(name, summary, rows)
    return 0


def summarized(word: str, flags: Sequence[str]) -> tuple[str, Summary, Options]:
    """The summary of what is called so: a model of pictures or of text, else an experiment, else a run."""
    name = word.replace("-", "_")
    if name in (known := factories()):
        return name, *of_pictures(name, known[name], flags)
    if name in TEXT_MODELS:
        return name, *of_text_model(name, flags, Options)
    if is_experiment(word):
        return word, *of_experiment(word, flags, Options)
    _, options = read({}, Options, flags, word, "What the network of a run is made of.")
    try:
        run = find_run(word, options.runs)
    except UsageError as error:
        near = did_you_mean(word, [*known, *known_names(list_runs(options.runs))])
        raise UsageError(
            f"there is no model, experiment or run called {word}.{near}"
            " `dongshou summary --help` lists the models, `dongshou list` the experiments, `dongshou runs` the runs."
        ) from error
    return run.name, of_run(run, options), options


def of_pictures(name: str, factory: Factory, flags: Sequence[str]) -> tuple[Summary, Options]:
    settings, options = read_flags(name, factory, flags)
    shape = usual_shape(name, factory, settings) if options.input is None else read_shape(options.input)
    with torch.device("cpu" if name in COMPUTED else "meta"):  # shapes without numbers: at once, however large
        model = factory(**settings, **implied(name, factory, shape))
    return summarize(model, shape), options


def chosen_rows(summary: Summary, depth: int | None) -> list[Row]:
    """Those down to a depth, the network itself being at 0; None means all."""
    if depth is not None and depth < 0:
        raise UsageError(f"--depth is 0 or more, 0 being the network itself; got {depth}.")
    return [row for row in summary.rows if depth is None or row.depth <= depth]


def factories() -> dict[str, Factory]:
    """The functions of dongshou.models that make a network of pictures; those that take a network are tools."""
    known = {name: getattr(models, name) for name in models.__all__ if name not in TEXT_MODELS}
    return {name: made for name, made in known.items() if is_factory(made)}


def is_factory(function: Any) -> bool:
    if not inspect.isfunction(function):
        return False
    hints = typing.get_type_hints(function)
    made = hints.pop("return", None)
    takes_a_network = any(inspect.isclass(hint) and issubclass(hint, nn.Module) for hint in hints.values())
    takes_tokens = not {"vocabulary_size", "source_size"}.isdisjoint(hints)  # their shape is not an image's
    return inspect.isclass(made) and issubclass(made, nn.Module) and not (takes_a_network or takes_tokens)


def read_flags(name: str, factory: Factory, arguments: Sequence[str]) -> tuple[dict[str, Any], Options]:
    """The settings of the factory, which are flags as they are those of an experiment, and what to show."""
    hints, parameters = typing.get_type_hints(factory), inspect.signature(factory).parameters
    chosen = [parameter for parameter in parameters.values() if parameter.name not in SAID_BY_INPUT]
    fields = [
        (p.name, flag_type(p.name, hints[p.name]), field() if p.default is p.empty else field(default=p.default))
        for p in sorted(chosen, key=lambda parameter: parameter.default is not parameter.empty)
    ]
    settings = make_dataclass("Settings", fields, frozen=True)
    command: Any = make_dataclass("Command", [("model", settings), ("summary", Options)], frozen=True)
    flags = [*(parameter.name for parameter in chosen), *Options.__dataclass_fields__]
    title = inspect.getdoc(factory) or ""
    given = parse(command, arguments, f"dongshou summary {name}", flags=flags, description=title)
    return vars(given.model), given.summary


def flag_type(name: str, hint: Any) -> Any:
    return Annotated[hint, arg(aliases=("--classes",))] if name == "num_classes" else hint


def read_shape(text: str) -> Shape:
    """`3x224x224`"""
    if not re.fullmatch(r"[1-9]\d*(x[1-9]\d*)*", text):
        raise UsageError(f"--input is whole numbers of at least 1 with x between, such as 3x224x224; got {text}.")
    return tuple(map(int, text.split("x")))


def usual_shape(name: str, factory: Factory, settings: Mapping[str, Any] = MappingProxyType({})) -> Shape:
    """What a network is made for: as its parameters say, else 224 pixels for colour and 28 for grey."""
    usual = {p.name: p.default for p in inspect.signature(factory).parameters.values()} | dict(settings)
    if "in_channels" in usual:
        size = usual.get("size", 224 if usual["in_channels"] == 3 else 28)
        return (usual["in_channels"], size, size)
    if "shape" in usual:
        return tuple(usual["shape"])
    for number in ("num_latents", "num_features"):  # drawn from noise, or points
        if number in usual:
            return (usual[number],)
    raise UsageError(f"{name} takes inputs of any shape; say which, such as --input 1x28x28.")


def implied(name: str, factory: Factory, shape: Shape) -> dict[str, Any]:
    """The settings of the factory that follow from the shape of the input."""
    parameters = inspect.signature(factory).parameters
    if "num_inputs" in parameters:
        return {"num_inputs": math.prod(shape)}
    if "shape" in parameters:
        return {"shape": shape}
    if "in_channels" not in parameters:
        return {}
    if len(shape) != 3:
        usual = in_words(usual_shape(name, factory))
        raise UsageError(
            f"{name} takes images: --input is channels x height x width, such as {usual}; got {in_words(shape)}."
        )
    channels, height, width = shape
    if "size" not in parameters:
        return {"in_channels": channels}
    if height != width:
        raise UsageError(f"{name} takes square images; got {height}x{width}. Say --input {channels}x{height}x{height}.")
    return {"in_channels": channels, "size": height}


def plain(name: str, summary: Summary, rows: Sequence[Row]) -> dict[str, Any]:
    """The summary as plain data; a receptive field without limit is "all", for which JSON has no number."""
    return {
        "model": name,
        "input_shape": summary.input_shape,
        "parameters": summary.parameters,
        "multiply_adds": summary.multiply_adds,
        "uncounted": summary.uncounted,
        "rows": [asdict(row) | {"receptive_field": pixels(row)} for row in rows],
    }


def pixels(row: Row) -> list[int | float | str] | None:
    if row.receptive_field is None:
        return None
    return ["all" if size == math.inf else size for size in row.receptive_field]


def print_summary(name: str, summary: Summary, rows: Sequence[Row]) -> None:
    """A line for each block and layer, its share of the whole as a bar; then the totals."""
    say(f"{name} for one input of {in_words(summary.input_shape)}\n")
    print_table(COLUMNS, (tuple(cells(row, summary)) for row in rows), words=COLUMNS[-1:])
    say(f"\n{summary.parameters:,} parameters, {summary.multiply_adds:,} multiply-adds")
    if summary.uncounted:
        say(f"without the multiply-adds of {', '.join(summary.uncounted)}, whose formula is not known")


def cells(row: Row, summary: Summary) -> Iterator[str]:
    own_name = row.name.rpartition(".")[2]
    yield "  " * row.depth + f"{own_name} {row.kind}".strip()
    yield "-" if row.output_shape is None else in_words(row.output_shape)
    yield f"{short(row.parameters):>7} {bar(row.parameters, summary.parameters)}"
    yield f"{short(row.multiply_adds):>7} {bar(row.multiply_adds or 0, summary.multiply_adds)}"
    sizes = pixels(row) or ["-"]
    yield str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def short(number: int | None) -> str:
    """Three digits and a unit.

    >>> short(11_689_512), short(0), short(None)
    ('11.7 M', '0', '-')
    """
    for unit, size in UNITS.items():
        if number is not None and number >= 0.9995 * size:
            return f"{number / size:.3g} {unit}"
    return shown(number)


def bar(part: int, whole: int) -> str:
    """The share of the whole, in eighths of a character.

    >>> bar(1, 2)
    '███'
    """
    full, eighths = divmod(round(8 * BAR * part / max(whole, 1)), 8)
    return ("█" * full + EIGHTHS[eighths]).rstrip()

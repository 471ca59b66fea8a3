"""`python -m benchmarks [NAME]`: measure, print and write down the tables; the names are in `BENCHMARKS`."""

from __future__ import annotations

import importlib
import sys

import tyro

from dongshou.errors import DongshouError, UsageError, did_you_mean

# files with `benchmark`
BENCHMARKS = (
    "mlp",
    "cnn",
    "scratch",
    "autograd",
    "augment",
    "sequences",
    "photos",
    "words",
    "gensim_vectors",
    "subwords",
    "pretraining",
    "texts",
    "vectors",
    "adversaries",
    "diffusion",
    "detection",
    "segmentation",
)


def main(arguments: list[str]) -> None:
    """The benchmark that the first argument names; the perceptron when it names none."""
    is_named = bool(arguments) and not arguments[0].startswith("-")
    name = arguments[0] if is_named else BENCHMARKS[0]
    if name not in BENCHMARKS:
        known = ", ".join(BENCHMARKS)
        raise UsageError(f"No benchmark is called {name}; there are {known}.{did_you_mean(name, BENCHMARKS)}")
    benchmark = importlib.import_module(f"benchmarks.{name}").benchmark  # only this one: it may settle the threads
    program = f"python -m benchmarks {name if is_named else '|'.join(BENCHMARKS).join('[]')}"
    tyro.cli(benchmark, prog=program, args=arguments[is_named:])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except DongshouError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)

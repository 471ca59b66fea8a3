"""Make the code wrong on purpose, one mutant at a time in a copy, and report the share that the tests notice.

A part is a file of this folder: images, sequences, ...
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported: threads do not survive a fork

import argparse
import importlib
import pkgutil
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]
OURS = ("dongshou", "tests", "benchmarks")  # every mutant imports them anew, from its copy
WARM = ("torch", "numpy", "pandas", "matplotlib.pyplot", "sklearn")  # imported once for all mutants
LONGEST = 600  # seconds: a mutant that never ends is noticed too
AIM = 0.95
PASSED, FAILED, CRASHED = 0, 1, 3  # what pytest ends with


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.split("\n\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help="images, sequences, ...: default all")
    options = parser.parse_args(arguments)
    mutants = mutants_of(options.parts)
    if problems := list(filter(None, map(no_longer_fits, mutants))):
        print("\n".join(problems), file=sys.stderr)
        return 2
    for name in WARM:
        importlib.import_module(name)
    with copied() as copy:
        if run(copy, sorted({test for mutant in mutants for test in mutant.tests}), keep_bytecode=True) != PASSED:
            print("The tests of these mutants fail on the code as it is: mend that first.", file=sys.stderr)
            return 2
        caught = [report(mutant, catches(copy, mutant)) for mutant in mutants]
    share = sum(caught) / len(mutants)
    print(f"{sum(caught)} of {len(mutants)} mutants caught, {share:.0%} (aim {AIM:.0%})")
    return 0 if share >= AIM else 1


def mutants_of(parts: Sequence[str]) -> list[Mutant]:
    """Those of the parts, of all parts when none is named."""
    known = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    known = [name for name in known if name not in ("__main__", "mutant")]
    if unknown := [part for part in parts if part not in known]:
        sys.exit(f"No mutants of {', '.join(unknown)}; there are some of {', '.join(known)}.")
    return [mutant for part in parts or known for mutant in importlib.import_module(f"tests.mutants.{part}").MUTANTS]


def no_longer_fits(mutant: Mutant) -> str:
    """Why the mutant cannot be made of the code as it is; empty where it can."""
    path = ROOT / mutant.file
    if not path.is_file():
        return f"{mutant.file} is gone. Point the mutant to where the code is now: {mutant.what}"
    if (times := path.read_text(encoding="utf-8").count(mutant.old)) != 1:
        found = "no longer stands" if times == 0 else f"stands {times} times"
        return f"{mutant.file}: {mutant.old!r} {found} there. Write the mutant anew: {mutant.what}"
    if missing := [test for test in mutant.tests if not (ROOT / test.partition("::")[0]).is_file()]:
        return f"{', '.join(missing)} is gone. Name the tests that notice: {mutant.what}"
    return ""


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of what git knows and of what is new."""
    listed = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
    with tempfile.TemporaryDirectory() as directory:
        for name in filter(lambda name: (ROOT / name).is_file(), listed.splitlines()):
            path = Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, path)
        yield Path(directory)


def catches(copy: Path, mutant: Mutant) -> bool:
    """Whether a test fails. Tests that cannot even be collected say nothing: no mutant may break the import."""
    path = copy / mutant.file
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace(mutant.old, mutant.new), encoding="utf-8")
    os.utime(path, (0, 0))  # another time than that of the bytecode, which is kept of all other files
    ended = run(copy, mutant.tests)
    path.write_text(original, encoding="utf-8")
    if ended not in (PASSED, FAILED):
        sys.exit(f"{mutant.file}: the tests did not run (pytest ended with {ended}): {mutant.what}")
    return ended == FAILED


def report(mutant: Mutant, is_caught: bool) -> bool:
    print(f"{'caught' if is_caught else 'MISSED'}  {mutant.file}: {mutant.what}", flush=True)
    return is_caught


def run(copy: Path, tests: Sequence[str], keep_bytecode: bool = False) -> int:
    """What pytest ends with in the copy; a run that does not end has failed.

    In a fork of this process, for which torch is imported already: that takes longer than most tests.
    """
    child = os.fork()
    if child == 0:
        ended = CRASHED
        try:
            ended = inside(copy, tests, keep_bytecode)
        finally:
            os._exit(ended)
    _, status = os.waitpid(child, 0)
    return FAILED if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def inside(copy: Path, tests: Sequence[str], keep_bytecode: bool) -> int:
    """Run the tests as a process would that was started in the copy."""
    signal.alarm(LONGEST)
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)  # of processes that the tests start
    sys.dont_write_bytecode = not keep_bytecode
    sys.path[:] = [str(copy), *(path for path in sys.path if path not in ("", str(ROOT)))]
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    with open(os.devnull, "w") as silence:
        os.dup2(silence.fileno(), 1)
        os.dup2(silence.fileno(), 2)
    return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

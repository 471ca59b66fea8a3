"""`python -m dongshou.scratch.proof NAME ...`: what the proof says of a few functions, kind by kind."""

from __future__ import annotations

import sys

from dongshou.scratch.proof.database import operator_database
from dongshou.scratch.proof.operators import prove_operator

if __name__ == "__main__":
    for name in sys.argv[1:] or operator_database():
        result = prove_operator(name)
        print(f"{name}: {result.passed} of {result.samples}", "" if result.holds else result.problem)
        for kind, part in result.parts.items():
            if part.problem:
                print(f"  {kind}: {part.passed} of {part.samples}: {part.problem}")

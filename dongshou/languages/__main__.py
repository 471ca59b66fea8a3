"""`python -m dongshou.languages [AREA]`: what the Chinese catalogue lacks, and what in it nobody says any more."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from dongshou.languages.catalogue import FOREIGN, areas
from dongshou.languages.inventory import Found, inventory


def missing() -> list[Found]:
    """The sentences of the source without a translation."""
    held = {english for of_area in areas().values() for each in of_area for english in each}
    return [found for found in inventory() if found.sentence not in held]


def stale() -> Iterator[tuple[str, str]]:
    """Area and sentence of each translation whose English is said nowhere."""
    said = {found.sentence for found in inventory()}
    for area, (sentences, _) in areas().items():
        if area in FOREIGN:
            continue
        yield from ((area, english) for english in sentences if english not in said)


def main(chosen: list[str]) -> None:
    """An area that is named is written as it stands in its file, to be filled in; else the counts."""
    lacking = missing()
    for area in chosen:
        print(
            "\n".join(
                f"    {found.sentence!r}: '',  # {found.file}:{found.line}" for found in lacking if found.area == area
            )
        )
    if not chosen:
        counts = {
            area: sum(found.area == area for found in lacking) for area in sorted({found.area for found in lacking})
        }
        print("\n".join(f"{count:5}  {area}" for area, count in counts.items()))
        print(f"{len(lacking):5}  of {len(inventory())} lacking")
        print("\n".join(f"stale in {area}: {english}" for area, english in stale()))


if __name__ == "__main__":
    main(sys.argv[1:])

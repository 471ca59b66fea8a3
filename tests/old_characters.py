"""Characters on which libraries agree, however old or new their tables of Unicode are."""

from __future__ import annotations

import unicodedata


def old_characters(caseless: int = 16) -> list[str]:
    """Those of Unicode 3.2 that are still of the same kind; of the letters without case, such as Chinese, one in 16."""
    old = unicodedata.ucd_3_2_0.category
    kinds = {character: old(character) for character in map(chr, range(0x30000))}
    kinds = {character: kind for character, kind in kinds.items() if unicodedata.category(character) == kind}
    known = [character for character, kind in kinds.items() if kind not in ("Cn", "Cs", "Co", "Lo")]
    return known + [character for character, kind in kinds.items() if kind == "Lo"][::caseless]

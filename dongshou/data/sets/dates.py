"""Dates as people write them in several languages, from Babel's copy of the Common Locale Data Repository.

Nothing to download: the pairs of sentences that are always there.
"""

from __future__ import annotations

import datetime
import random
from functools import cache

FIRST, LAST = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)
FORMATS = ("full", "long", "medium")  # Sunday, March 1, 2026; March 1, 2026; Mar 1, 2026


@cache
def read(language: str, seed: int = 0) -> tuple[tuple[str, str], ...]:
    """Every day of a hundred years once, in English and in another language, in an order drawn by the seed.

    Each is written with or without its weekday, the month in full or short; alike in both languages.
    """
    from babel import Locale
    from babel.dates import format_date

    english, other = Locale("en"), Locale(language)
    draw = random.Random(seed)
    days = draw.sample(range(FIRST.toordinal(), LAST.toordinal() + 1), k=(LAST - FIRST).days + 1)
    pairs = []
    for day in days:
        date, form = datetime.date.fromordinal(day), draw.choice(FORMATS)
        pairs.append((format_date(date, form, english), format_date(date, form, other)))
    return tuple(pairs)

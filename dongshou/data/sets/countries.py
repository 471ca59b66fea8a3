"""The names of countries and regions in many languages, from Babel's copy of the Common Locale Data Repository.

Nothing to download: the names that are always there. The languages are those of the data set `names`.
"""

from __future__ import annotations

LANGUAGES = {
    "Arabic": "ar",
    "Chinese": "zh",
    "Czech": "cs",
    "Dutch": "nl",
    "English": "en",
    "French": "fr",
    "German": "de",
    "Greek": "el",
    "Irish": "ga",
    "Italian": "it",
    "Japanese": "ja",
    "Korean": "ko",
    "Polish": "pl",
    "Portuguese": "pt",
    "Russian": "ru",
    "Scottish": "gd",
    "Spanish": "es",
    "Vietnamese": "vi",
}

NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}  # unions, the unknown, and what serves tests


def read() -> dict[str, list[str]]:
    """The names in each language, in the order of their codes: Andorra (AD) first, Zimbabwe (ZW) last."""
    return {language: names_in(code) for language, code in LANGUAGES.items()}


def names_in(language: str) -> list[str]:
    """The names of all countries in a language, by its code."""
    from babel import Locale

    names = Locale(language).territories
    return [names[code] for code in sorted(names) if is_country(code)]


def is_country(code: str) -> bool:
    """Whether a code stands for a country or one of its regions; continents have numbers.

    >>> is_country("FR"), is_country("150"), is_country("ZZ")
    (True, False, False)
    """
    return len(code) == 2 and code not in NO_COUNTRIES

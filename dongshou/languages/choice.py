"""Which language a person reads: as `use` says, else the environment, by the rules of gettext."""

from __future__ import annotations

import os
from collections.abc import Mapping

ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (ENGLISH, CHINESE)
OWN = "DONGSHOU_LANGUAGE"  # before the locale, for dongshou alone
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides
PRIORITY = "LANGUAGE"  # a list, zh_CN:en, that goes before them unless they name no language at all

_used: str | None = None


def language() -> str:
    """The language of this process: `en` or `zh`."""
    return _used or from_environment(os.environ)


def used() -> str | None:
    """The language that `use` was called with."""
    return _used


def use(name: str | None) -> str | None:
    """Speak this language from now on, whatever the environment says (None: as it says); what was used before."""
    global _used
    if name is not None and name not in LANGUAGES:
        raise ValueError(f"dongshou speaks {' and '.join(LANGUAGES)}; got {name!r}")
    former, _used = _used, name
    return former


def from_environment(environment: Mapping[str, str]) -> str:
    """The language that the variables of a locale name.

    >>> from_environment({"LANG": "zh_CN.UTF-8"}), from_environment({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"})
    ('zh', 'en')
    """
    if environment.get(OWN):
        return known(environment[OWN]) or ENGLISH
    locale = next((environment[name] for name in LOCALES if environment.get(name)), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):
        return ENGLISH
    names = (environment.get(PRIORITY) or locale).split(":")
    return next(filter(None, map(known, names)), ENGLISH)


def known(locale: str) -> str:
    """`zh_CN.UTF-8` -> `zh`; empty for a language that nothing is translated into."""
    name = locale.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return name if name in LANGUAGES else ""

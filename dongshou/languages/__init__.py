"""The language in which a person is spoken to: English as it stands in the code, or Chinese.

Code raises, prints and draws English sentences. Where a person reads them, and only there, `translate` turns them
into the language of this process; names of settings and metrics, files and JSON are the same in every language.

>>> translate("--depth is 0 or more, 0 being the network itself; got -1.", "zh")
'--depth 须不小于 0，0 表示网络本身；得到的是 -1。'
"""

from __future__ import annotations

from dongshou.languages.choice import CHINESE, ENGLISH, LANGUAGES, language, use, used

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "language", "translate", "translate_sentence", "use", "used"]


def translate_sentence(text: str) -> str:
    """As `translate`, of a text that may be a name: single words stay as they are."""
    if language() == ENGLISH:
        return text
    from dongshou.languages.catalogue import catalogue

    return catalogue().value(text, depth=1)


def translate(text: str, into: str | None = None) -> str:
    """The text in a language (default: that of this process); as it is where the catalogue does not have it."""
    if (into or language()) == ENGLISH:
        return text
    from dongshou.languages.catalogue import catalogue  # read when Chinese is first asked for: English costs nothing

    return catalogue().translate(text)

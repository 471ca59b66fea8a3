"""Every entry of the Chinese catalogue is sound: the same holes, real Chinese, written as Chinese is."""

from __future__ import annotations

import re
from collections import Counter

from dongshou.languages.catalogue import areas, catalogue
from dongshou.languages.template import holes

ENTRIES = [entry for sentences, labels in areas().values() for entry in (*sentences.items(), *labels.items())]
CHINESE = "[\u4e00-\u9fff]"
HALF_WIDTH = re.compile(f"{CHINESE}[,;:?!](?! ?\\w)|{CHINESE}[,;:?!] ?{CHINESE}")  # a comma of Latin text after Chinese


def test_both_languages_have_the_same_holes() -> None:
    assert [english for english, chinese in ENTRIES if holes(english) != holes(chinese)] == []


def test_every_character_is_on_a_console_of_gbk() -> None:
    assert [chinese for _, chinese in ENTRIES if chinese.encode("gbk", "replace").decode("gbk") != chinese] == []


def test_chinese_is_written_with_its_own_punctuation() -> None:
    assert [chinese for _, chinese in ENTRIES if HALF_WIDTH.search(chinese)] == []


def test_chinese_and_latin_stand_apart() -> None:
    joined = re.compile(f"{CHINESE}[A-Za-z0-9]|[A-Za-z0-9]{CHINESE}")
    assert [chinese for _, chinese in ENTRIES if joined.search(chinese)] == []


def test_a_sentence_is_translated_once() -> None:
    counts = Counter(english for sentences, labels in areas().values() for english in (*sentences, *labels))
    assert [english for english, count in counts.items() if count > 1] == []


def test_a_single_word_is_a_label_lest_a_name_in_a_hole_is_translated() -> None:
    words = [english for sentences, _ in areas().values() for english in sentences if re.fullmatch(r"\w+", english)]
    assert words == []


def test_every_sentence_is_found_with_names_in_its_holes() -> None:
    lost = [english for english, chinese in ENTRIES if not is_found(english, chinese)]
    assert lost == []


def is_found(english: str, chinese: str) -> bool:
    """Whether a sentence with names in its holes becomes its own Chinese: no other template takes it."""
    starts = [match.start() for match in re.finditer(r"(?<!{){}", english)]
    names = ["" if re.search(r"[}\w]$|}\.$", english[:start]) else f"x{number}" for number, start in enumerate(starts)]
    return catalogue().translate(english.format(*names)) == chinese.format(*names)

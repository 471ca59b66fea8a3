"""Both languages are whole: every sentence that a person may read has its Chinese, and no Chinese is of a sentence
that nobody says any more. `python -m dongshou.languages` lists what is missing.

What `dongshou.scratch` repeats of torch's own errors (ValueError, RuntimeError, warnings) stays English, as do records,
JSON, the pages of results in Markdown and how Python writes a value (`repr`).
"""

from __future__ import annotations

import typing

from dongshou.data.sources.files import Report
from dongshou.languages import translate
from dongshou.languages.__main__ import missing, stale
from dongshou.languages.catalogue import areas
from dongshou.languages.inventory import inventory
from dongshou.runs.judge import LIMITED, VERDICTS
from dongshou.runs.run import Status


def test_every_sentence_has_its_chinese() -> None:
    assert [f"{found.area}: {found.sentence!r} ({found.file}:{found.line})" for found in missing()] == []


def test_nothing_is_translated_that_nobody_says() -> None:
    assert list(stale()) == []


def test_a_sentence_stands_in_the_file_of_its_folder() -> None:
    known = {found.area for found in inventory()}
    assert {area for area, (sentences, _) in areas().items() if sentences} - known <= {"libraries", "quantities"}


def test_single_words_that_a_table_shows_are_labels() -> None:
    words = {*VERDICTS, LIMITED, *typing.get_args(Status), *typing.get_args(typing.get_type_hints(Report)["state"])}
    assert [word for word in words if translate(word, "zh") == word] == []

"""Which language is spoken: the rules of gettext for a locale, before them what was chosen."""

from __future__ import annotations

import pytest

from dongshou import languages
from dongshou.errors import DongshouError
from dongshou.languages.choice import from_environment

CHINESE = "zh_CN.UTF-8"


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "en"),
        ({"LANG": CHINESE}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zh_CN.GBK"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": CHINESE}, "en"),
        ({"LC_MESSAGES": CHINESE, "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LC_MESSAGES": CHINESE}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"}, "en"),
        ({"LC_ALL": "", "LANG": CHINESE}, "zh"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:zh_CN:en"}, "zh"),
        ({"LANG": CHINESE, "LANGUAGE": "en"}, "en"),
        ({"LANG": CHINESE, "DONGSHOU_LANGUAGE": "en"}, "en"),
        ({"LC_ALL": "C", "DONGSHOU_LANGUAGE": "zh"}, "zh"),
    ],
)
def test_the_environment(environment: dict[str, str], spoken: str) -> None:
    assert from_environment(environment) == spoken


def test_what_is_chosen_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONGSHOU_LANGUAGE", "en")
    former = languages.use("zh")
    assert languages.language() == "zh"
    assert languages.use(former) == "zh"
    assert languages.language() == "en"
    with pytest.raises(ValueError, match="en and zh; got 'de'"):
        languages.use("de")


def test_an_error_is_shown_in_the_language_and_recorded_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    error = DongshouError("--depth is 0 or more, 0 being the network itself; got -3.")
    assert str(error) == error.english == f"{error}"
    monkeypatch.setenv("DONGSHOU_LANGUAGE", "zh")
    assert str(error) == "--depth 须不小于 0，0 表示网络本身；得到的是 -3。"
    assert f"{error}" == error.english == "--depth is 0 or more, 0 being the network itself; got -3."

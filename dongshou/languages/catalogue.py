"""All sentences in both languages, and the way from an English text to its Chinese."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from dongshou.languages import zh
from dongshou.languages.template import WORD, Template

SPLITS = ("train", "valid", "test")
COLONS = {":": "：", ";": "；"}
MARKS = {".": "。", "s": ""}  # alone in a hole: the end of a sentence, a plural
DEEPEST = 6  # sentences in sentences
END_OF_SENTENCE = re.compile(r"(?<=[.!?;:]) ")
LIST = re.compile(r", | and | or ")


class Catalogue:
    """English -> Chinese, by template.

    sentences  with or without holes; those are looked for in the holes of others too
    labels     words and names of quantities, which mean this only where they stand alone: a heading, an axis
    """

    def __init__(self, sentences: Mapping[str, str], labels: Mapping[str, str]) -> None:
        templates = [Template(english, chinese) for english, chinese in {**labels, **sentences}.items()]
        self.exact = {each.literals[0]: each.fill([]) for each in templates if len(each.literals) == 1}
        self.nested = {text: chinese for text, chinese in self.exact.items() if doubled(text) in sentences}
        self.by_anchor: dict[str, list[Template]] = defaultdict(list)
        for template in templates:
            if len(template.literals) > 1:
                self.by_anchor[template.anchor].append(template)
        self.tails = [each for each in templates if each.english[:1] in " ,;:("]

    def translate(self, text: str) -> str:
        """The Chinese of a text, or of each of its lines; what is unknown in it stays English."""
        return "\n\n".join(map(self.paragraph, text.split("\n\n")))

    def paragraph(self, text: str) -> str:
        if (known := self.whole(text, 0) or self.compound(text)) is not None:
            return known
        return "\n".join(self.value(line, 0) for line in text.split("\n"))

    def whole(self, text: str, depth: int) -> str | None:
        """Of a text that is one sentence of the catalogue; None where it is not."""
        exact = self.exact if depth == 0 else self.nested
        body = text.strip()
        for key in (text, body):
            if key in exact:
                return within(text, exact[key], key, depth)
        for key in dict.fromkeys((text, body)):
            for template in self.candidates(key):
                match = template.pattern.fullmatch(key)
                if match is not None:
                    return within(
                        text, template.fill([self.value(each, depth + 1) for each in match.groups()]), key, depth
                    )
        return None

    def candidates(self, text: str) -> Iterator[Template]:
        """The templates whose longest word is in the text, the one that says most first."""
        words = [*dict.fromkeys(WORD.findall(text)), ""]
        found = [template for word in words for template in self.by_anchor.get(word, ())]
        return iter(sorted(found, key=lambda each: -each.weight))

    def value(self, text: str, depth: int) -> str:
        """What stands in a hole, or on a line: a name as it is, a sentence in Chinese."""
        if depth > DEEPEST or not WORD.search(text):
            return MARKS.get(text, text)
        known = self.whole(text, depth) or self.in_parts(text, depth) or self.with_tail(text, depth)
        return text if known is None else known

    def compound(self, text: str) -> str | None:
        """Of a quantity of a split, `test accuracy`, and of a split of something with a name, `deep test`."""
        first, _, rest = text.partition(" ")
        if first in self.exact and rest in self.exact:
            return self.exact[first] + self.exact[rest]
        name, _, last = text.rpartition(" ")
        return f"{name} {self.exact[last]}" if name and last in SPLITS and last in self.exact else None

    def in_parts(self, text: str, depth: int) -> str | None:
        """Of sentences that follow each other, or of a list of them; None where they are not known."""
        cuts = list(END_OF_SENTENCE.finditer(text))
        for cut in reversed(cuts):
            end = cut.start()
            first, mark = self.whole(text[:end], depth), ""
            if first is None and (mark := COLONS.get(text[end - 1], "")):
                first = self.whole(text[: end - 1], depth)
            if first is not None:
                return first + mark + self.value(text[cut.end() :], depth + 1)
        for cut in cuts:
            last = self.whole(text[cut.end() :], depth)
            if last is not None:
                before, mark = text[: cut.start() - 1], text[cut.start() - 1 : cut.end()]
                return self.value(before, depth + 1) + COLONS.get(mark[0], mark) + last
        return self.listed(LIST.split(text), depth)

    def listed(self, parts: Sequence[str], depth: int) -> str | None:
        """Of sentences in a row, among which single names may stand."""
        known = [self.whole(each, depth) for each in parts]
        is_list = (
            len(parts) > 1 and any(known) and all(" " not in part or it for part, it in zip(parts, known, strict=True))
        )
        return "、".join(it or part for part, it in zip(parts, known, strict=True)) if is_list else None

    def with_tail(self, text: str, depth: int) -> str | None:
        """Of a name with the end of a sentence behind it, such as `Linear, which lacks step`."""
        for template in self.tails:
            match = re.fullmatch(f"(.*?)(?:{template.pattern.pattern})", text, re.DOTALL)
            if match is not None:
                name, *values = (self.value(each, depth + 1) for each in match.groups())
                return name + template.fill(values)
        return None


def within(text: str, chinese: str, key: str, depth: int) -> str:
    """The Chinese with the margins of the text, where it was looked for without; in a hole there are no spaces."""
    if depth or key == text:
        return chinese
    before, _, after = text.partition(key)
    return before + chinese + after


def doubled(text: str) -> str:
    """A text as a template writes it."""
    return text.replace("{", "{{").replace("}", "}}")


FOREIGN = ("libraries", "names", "quantities")  # files of what stands in no sentence of our source


@lru_cache(maxsize=1)
def areas() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """The sentences and the labels of each file of `dongshou/languages/zh`."""
    found = {}
    for each in pkgutil.iter_modules(zh.__path__):
        module = importlib.import_module(f"{zh.__name__}.{each.name}")
        found[each.name] = getattr(module, "SENTENCES", {}), getattr(module, "LABELS", {})
    return found


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """That of all areas."""
    sentences = {english: chinese for area, _ in areas().values() for english, chinese in area.items()}
    labels = {english: chinese for _, area in areas().values() for english, chinese in area.items()}
    return Catalogue(sentences, labels)

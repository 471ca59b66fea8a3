"""What people think of words: how similar two are, and which one completes an analogy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from dongshou.data.sources.files import path_of
from dongshou.data.text.file import read_text
from dongshou.errors import DongshouError

SETS = {  # name -> file
    "wordsim_353": "EN-WS-353-ALL.txt",  # Finkelstein et al., 2002
    "wordsim_353_similarity": "EN-WS-353-SIM.txt",  # Agirre et al., 2009: cut by kind of relation
    "wordsim_353_relatedness": "EN-WS-353-REL.txt",
    "simlex_999": "EN-SIMLEX-999.txt",  # Hill et al., 2015: similar, not merely related
    "men": "EN-MEN-TR-3k.txt",  # Bruni et al., 2014
    "rg_65": "EN-RG-65.txt",  # Rubenstein and Goodenough, 1965
    "mc_30": "EN-MC-30.txt",  # Miller and Charles, 1991
    "mturk_287": "EN-MTurk-287.txt",  # Radinsky et al., 2011
    "mturk_771": "EN-MTurk-771.txt",  # Halawi et al., 2012
    "rare_words": "EN-RW-STANFORD.txt",  # Luong et al., 2013
    "simverb_3500": "EN-SimVerb-3500.txt",  # Gerz et al., 2016
    "verb_143": "EN-VERB-143.txt",  # Baker et al., 2014
    "yp_130": "EN-YP-130.txt",  # Yang and Powers, 2006
}
ANALOGIES = "questions-words.txt"  # Mikolov et al., 2013


class Judgements(NamedTuple):
    """Pairs of words and the similarity that people see in each, on the scale of the set."""

    one: Sequence[str]
    other: Sequence[str]
    scores: Sequence[float]


class Analogy(NamedTuple):
    """a is to b as c is to d."""

    a: str
    b: str
    c: str
    d: str


@cache
def read_judgements() -> dict[str, Judgements]:
    """Every set of judgements, by name. Raises FilesNotFound where the files are out of reach."""
    return {name: judgements_in(read_text(path_of("word-similarity", file)), file) for name, file in SETS.items()}


def judgements_in(text: str, where: str) -> Judgements:
    """`word<tab>word<tab>score` a line. Raises DongshouError, naming the line, for another."""
    pairs: list[tuple[str, str, float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            one, other, score = line.split("\t")
            pairs.append((one, other, float(score)))
        except ValueError:
            raise DongshouError(
                f"{where}, line {number}: two words and a score are needed, with tabs between; got {line!r}."
            ) from None
    return Judgements(*zip(*pairs, strict=True))


@cache
def read_analogies() -> dict[str, list[Analogy]]:
    """19,544 analogies in 14 sections, such as capital-world or gram8-plural, in the order of the file."""
    return analogies_in(read_text(path_of("word-similarity", ANALOGIES)), ANALOGIES)


def analogies_in(text: str, where: str) -> dict[str, list[Analogy]]:
    """Sections that begin with `: name`, then four words a line. Raises DongshouError, naming the line, for another."""
    sections: dict[str, list[Analogy]] = {}
    section: list[Analogy] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if line.startswith(":"):
            section = sections.setdefault(line[1:].strip(), [])
        elif section is None or len(words) != 4:
            raise DongshouError(
                f"{where}, line {number}: four words, or a section such as ': family', are needed; got {line!r}."
            )
        else:
            section.append(Analogy(*words))
    return sections

"""Judgements of similarity and analogies: their published numbers, and lines that are wrong."""

from __future__ import annotations

import pytest

from dongshou.data.sets.word_similarity import analogies_in, judgements_in, read_analogies, read_judgements
from dongshou.errors import DongshouError


def test_the_sets_have_their_published_sizes(real_data):
    real_data("word-similarity")
    sizes = {name: len(scores) for name, (_, _, scores) in read_judgements().items()}
    assert sizes == {
        "wordsim_353": 353, "wordsim_353_similarity": 203, "wordsim_353_relatedness": 252, "simlex_999": 999,
        "men": 3000, "rg_65": 65, "mc_30": 30, "mturk_287": 287, "mturk_771": 771, "rare_words": 2034,
        "simverb_3500": 3500, "verb_143": 144, "yp_130": 130,
    }  # fmt: skip
    tiger = next(pair for pair in zip(*read_judgements()["wordsim_353"], strict=True) if pair[:2] == ("tiger", "cat"))
    assert tiger == ("tiger", "cat", 7.35)


def test_the_analogies(real_data):
    real_data("word-similarity")
    sections = read_analogies()
    assert sum(map(len, sections.values())) == 19_544
    assert len(sections) == 14 and sum(map(len, list(sections.values())[:5])) == 8_869, "of meaning; the rest of form"
    assert sections["family"][0] == ("boy", "girl", "brother", "sister")


def test_wrong_lines_are_named():
    with pytest.raises(DongshouError, match=r"EN-X.txt, line 2: two words and a score .* got 'a b 3'"):
        judgements_in("a\tb\t1\na b 3\n", "EN-X.txt")
    with pytest.raises(DongshouError, match=r"questions, line 3: four words, .* got 'a b c'"):
        analogies_in(": family\na b c d\na b c\n", "questions")
    with pytest.raises(DongshouError, match="line 1"):
        analogies_in("a b c d\n", "questions")

"""The experiment with somebody else's word vectors: on the cut, on the whole where it is installed, on one's own."""

from __future__ import annotations

import pytest

from dongshou import experiments
from dongshou.data.sets import pretrained_vectors
from dongshou.data.sets.pretrained_vectors import has_whole
from dongshou.errors import UsageError
from dongshou.experiments.word_representations.word_vectors import course_answers, found
from dongshou.notes import DataNote
from dongshou.training import Session


def test_on_the_cut_it_says_what_the_words_allow(real_data):
    real_data("word-vectors"), real_data("word-similarity")
    run = experiments.word_vectors(vectors="glove-6b-50d-top500", map_words=30).run()
    result = run.result
    assert (result["num_words"], result["size"], result["course_answers"]) == (500, 50, 1.0)
    assert {"do_did_go_went", "china_chinese_russia_russian", "he_his", "men"} <= result.keys()
    assert not {name for name in result if name.startswith(("chip", "bad", "man_"))}
    assert {"map.png", "analogies.png"} == {path.name for path in (run.path / "figures").iterdir()}
    assert '"did - do + go","went",0.' in (run.path / "neighbors.csv").read_text()
    assert "glove.6B.50d.top500.txt" in str(run.config) and "questions-words.txt" in str(run.config)

    assert next(iter(run.predict("russia - china + chinese").similarities)) == "russian"
    with pytest.raises(UsageError, match="microprocessor"):
        run.predict("microprocessor")


@pytest.mark.skipif(not has_whole(), reason="the extra `pretrained` is not installed")
def test_on_the_whole_all_answers_of_the_course_come_out():
    (exact,) = experiments.word_vectors().stated
    table = pretrained_vectors.load_word_vectors()
    near = {word: table.nearest(word, 3) for word in ("chip", "baby", "beautiful")}
    result = course_answers(table) | found(near)
    assert {name: figure.judge(result[name], 0.0, True) for name, figure in exact.figures.items()} == dict.fromkeys(
        exact.figures, "match"
    )


def test_wrong_analogies_and_words_that_are_nowhere(real_data, tmp_path):
    with pytest.raises(UsageError, match=r'three words with a colon .* got "man:woman"'):
        experiments.word_vectors(analogies=("man:woman",))
    path = tmp_path / "mine.txt"
    path.write_text("eins 1 2\nzwei 2 1\n")
    with pytest.raises(UsageError, match="None of the words asked for"):
        list(experiments.word_vectors(vectors=str(path)).steps(None))
    path.write_text("man 1 2\nwoman 2 1\nking 1 1\nqueen 2 0\n")
    work = experiments.word_vectors(vectors=str(path), words=("womann", "queen"), analogies=("man:woman:kings",))
    with pytest.warns(DataNote) as said:
        next(iter(work.steps(Session())))
    assert [str(one.message).partition(" has")[::2] for one in said] == [
        ('"kings"', " no vector: what asks for it is left out. Did you mean king?"),
        ('"womann"', " no vector: what asks for it is left out. Did you mean woman?"),
    ]
